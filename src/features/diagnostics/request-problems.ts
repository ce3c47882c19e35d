import type { PlacedBlock } from '../../language/syntax-tree.ts';

export interface LineProblem {
  /** From 0. */
  readonly line: number;
  readonly severity: 'error' | 'warning';
}

export interface ProblemCount {
  readonly count: number;
  readonly worst: LineProblem['severity'];
}

/** How many problems of a document each of its requests has; those without any are left out. */
export function problemsByRequest<R extends { readonly placed: PlacedBlock }>(
  requests: readonly R[],
  problems: readonly LineProblem[],
): ReadonlyMap<R, ProblemCount> {
  const counts = new Map<R, ProblemCount>();
  for (const { line, severity } of problems) {
    const request = requests[lastStarting(requests, line)];
    if (!request || line >= request.placed.line + request.placed.block.lineCount) continue;
    const { count = 0, worst = severity } = counts.get(request) ?? {};
    counts.set(request, { count: count + 1, worst: severity === 'error' ? severity : worst });
  }
  return counts;
}

/** Index of the last request that starts at or above a line; -1 where there is none. */
function lastStarting(requests: readonly { readonly placed: PlacedBlock }[], line: number): number {
  let low = 0;
  let high = requests.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((requests[middle]?.placed.line ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
