import type { Span, SyntaxTree } from '../../language/syntax-tree.ts';
import { blockFindings } from '../diagnostics/block-findings.ts';

/** A path in a document that leads to a file. Its span is that of the document. */
export interface DocumentLink extends Span {
  /** As written, relative to the document. */
  readonly path: string;
}

/** The files that a document names: of bodies, and of `@auth` fields. Addresses are found by the editor itself. */
export function documentLinks(tree: SyntaxTree): readonly DocumentLink[] {
  return tree.blocks.flatMap(({ block, offset }) =>
    blockFindings(block, tree.text.slice(offset, offset + block.length)).files.map(({ start, end, path }) => ({
      start: offset + start,
      end: offset + end,
      path,
    })),
  );
}
