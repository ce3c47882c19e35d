import type { Place } from '../core/place.ts';
import { fileBlocks } from '../language/file-blocks.ts';
import type { Phase, Script } from '../scripting/script.ts';
import { mayHoldScripts, type StatedScript, scriptsOf } from '../scripting/scripts-of.ts';
import type { Scopes } from './scopes.ts';
import type { RequestTarget } from './workspace.ts';

/** The scripts around a request: those of its collection first, then of its folders and its file, its own last. */
export function scriptsInForce(
  { file, tree, block }: RequestTarget,
  { scopes }: Pick<Scopes, 'scopes'>,
): readonly StatedScript[] {
  const found: StatedScript[] = [];
  for (const scope of scopes.toReversed()) {
    for (const placed of fileBlocks(scope.tree)) {
      if (mayHoldScripts(placed)) found.push(...scriptsOf(scope.file, scope.tree, placed));
    }
  }
  const own = tree.blocks[block];
  if (own && mayHoldScripts(own)) found.push(...scriptsOf(file, tree, own));
  return found;
}

export const ofPhase = (scripts: readonly StatedScript[], phase: Phase): readonly StatedScript[] =>
  scripts.filter(script => script.phase === phase);

/** A script with its text, where it has one. */
export function withText(script: StatedScript, text: string, file?: string): Script {
  const place: Place = file === undefined ? script.place : { file, line: 1, column: 1 };
  return { text, place, face: script.face, phase: script.phase };
}
