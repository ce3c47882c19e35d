import type { AuthNode, Diagnostic } from '../language/syntax-tree.ts';

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
