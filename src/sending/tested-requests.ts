import { isScriptAssertion } from '../language/assertion.ts';
import { mayHoldScripts, scriptsOf } from '../scripting/scripts-of.ts';

import type { RequestTarget } from './workspace.ts';

/** A test of JetBrains' dialect, httpYac's or Postman's, the older one included. */
const scriptedTest = /\b(?:client|pm)\s*\.\s*(?:test|assert|expect)\b|\btest\s*\(|\btests\s*\[/;

/** Whether a request says what it wants of its response: a line `?? …`, or a script with tests. */
export function isTested({ file, tree, block }: RequestTarget): boolean {
  const placed = tree.blocks[block];
  // Without being read where it says nothing: a document may have very many requests.
  if (!placed || !/\?\?|test|assert|expect/.test(tree.text.slice(placed.offset, placed.offset + placed.block.length))) {
    return false;
  }
  const { foreign } = placed.block;
  const asserts = foreign.some(({ feature, start, end }) => {
    return feature === 'assertion' && !isScriptAssertion(tree.text.slice(placed.offset + start, placed.offset + end));
  });
  if (asserts) return true;
  if (!mayHoldScripts(placed)) return false;
  return scriptsOf(file, tree, placed).some(({ text, phase }) => phase === 'after' && scriptedTest.test(text ?? ''));
}
