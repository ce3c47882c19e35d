import type { Exchange } from '../../core/exchange.ts';
import type { RequestNode } from '../../features/collections/collection-node.ts';

/** What came of a request, as its row shows it. */
export type Result =
  | { readonly state: 'running' }
  | { readonly state: 'passed' | 'failed'; readonly text: string; readonly detail: string | undefined };

/** Keeps what came of requests, for their rows. */
export interface Results {
  set(node: RequestNode, result: Result | undefined): void;
  /** The outcome of a run, beside the view's title. */
  say(text: string | undefined): void;
}

export function resultOf({ response, error, durationMs, tests = [] }: Exchange): Result {
  const time = durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`;
  if (!response) {
    return {
      state: 'failed',
      text: error?.code === 'cancelled' ? 'cancelled' : 'not sent',
      detail: error?.message,
    };
  }
  const passed = tests.filter(test => test.passed).length;
  // A request that says what it wants of its response passes where it gets that.
  const failed = error !== undefined || (tests.length > 0 ? passed < tests.length : response.status >= 400);
  const count = tests.length === 0 ? '' : ` · ${passed}/${tests.length}`;
  return {
    state: failed ? 'failed' : 'passed',
    text: `${response.status}${count} · ${time}`,
    detail: error?.message ?? tests.find(test => !test.passed)?.message,
  };
}
