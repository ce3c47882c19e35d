import type { SyntaxTree } from '../language/syntax-tree.ts';
import type { RequestTarget } from './workspace.ts';

const pattern = /\{\{\s*%?([\w-]+)\.(?:response|request)\./g;

/** The names of requests whose responses a request uses. */
export function responseNames({ tree, block }: RequestTarget): readonly string[] {
  const placed = tree.blocks[block];
  if (!placed) return [];
  const text = tree.text.slice(placed.offset, placed.offset + placed.block.length);
  if (!text.includes('{{')) return [];
  return [...new Set(Array.from(text.matchAll(pattern), match => match[1] ?? ''))];
}

const anyReference = /([\w-]+)\.[\w$]/g;

/** Every name in front of a dot between braces in these documents: responses of other names are never asked for. */
export function referredNames(trees: Iterable<SyntaxTree>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { text } of trees) {
    for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 2)) {
      const end = text.indexOf('}}', at);
      if (end < 0) break;
      for (const match of text.slice(at, end).matchAll(anyReference)) names.add(match[1] ?? '');
    }
  }
  return names;
}
