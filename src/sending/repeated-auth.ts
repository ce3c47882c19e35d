import { isDraft } from '../language/file-blocks.ts';
import type { AuthNode, Diagnostic, PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';

/** A document's second `@auth` that stands without a request. @param line that of the first, counted from 1 */
export function repeatedAuth({ start, scheme, line: at }: AuthNode, line: number): Diagnostic {
  return {
    start,
    end: scheme.end,
    line: at,
    severity: 'error',
    code: 'duplicate-auth',
    message: `Line ${line} states the authorization of this file already; this one has no effect.`,
  };
}

/** Says of a block that states something for a request which is not there yet that it speaks for nobody. */
export function draftDiagnostics(tree: SyntaxTree, placed: PlacedBlock): readonly Diagnostic[] {
  const [first] = placed.block.directives;
  if (!first || !isDraft(tree, placed)) return [];
  return [
    {
      start: first.start,
      end: first.end,
      line: first.line,
      severity: 'information',
      code: 'draft',
      message:
        'There is no request here yet, so this has no effect. What speaks for the whole file stands above its first request, without a title.',
    },
  ];
}
