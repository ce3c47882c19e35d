import { mayHaveName, requestName } from '../language/request-name.ts';
import { directivesOf } from './directives-in-force.ts';
import { requestTitle } from './request-title.ts';
import { responseNames } from './response-names.ts';
import type { RequestTarget, Workspace } from './workspace.ts';

/** What came of one: with `next` a script wants that request after it, by name or title, or (null) none. */
export type Sent = State | undefined | { readonly state: State; readonly next: string | null };

type State = 'passed' | 'failed';

/** What came of sending several requests. */
export interface SentCount {
  readonly passed: number;
  readonly failed: number;
  /** It was cancelled before all were sent. The one that was on its way then counts neither as passed nor as failed. */
  readonly cancelled: boolean;
}

export interface SendManyOptions<T> {
  readonly signal: AbortSignal;
  /** Leaves out, when their turn comes, those that a `# @disabled` in force switches off. */
  readonly enabledIn?: Workspace;
  /** How many are on their way at the same time; default 1. */
  readonly parallel?: number;
  /** Nothing more is sent after one has failed. */
  readonly bail?: boolean;
  /** Called before each is sent. */
  readonly onNext?: (request: T, index: number) => void;
  /** Resolves to undefined where a request was not even tried; what it throws ends all. */
  send(request: T): Promise<Sent>;
}

/** Those requests of several that no `# @disabled` in force leaves out, in their order. */
export async function enabledRequests<T extends RequestTarget>(
  requests: readonly T[],
  workspace: Workspace,
): Promise<readonly T[]> {
  const enabled: T[] = [];
  for (const request of requests) if (!(await isDisabled(request, workspace))) enabled.push(request);
  return enabled;
}

async function isDisabled(request: RequestTarget, workspace: Workspace): Promise<boolean> {
  try {
    return (await directivesOf(request, workspace)).disabled;
  } catch {
    // What is wrong with its directives is told when it is sent.
    return false;
  }
}

/**
 * Sends requests in their order until the signal aborts: the one walk of every host that sends several. Where more than
 * one may be on its way, a request that reads the response of an earlier one waits for it.
 */
export async function sendMany<T extends RequestTarget>(
  requests: readonly T[],
  { signal, parallel = 1, bail = false, enabledIn, onNext, send }: SendManyOptions<T>,
): Promise<SentCount> {
  const earlier = parallel > 1 ? namedRequests(requests) : new Map<string, Named>();
  let passed = 0;
  let failed = 0;
  let next = 0;
  let cancelled = false;
  let stopped = false;
  const worker = async (): Promise<void> => {
    while (next < requests.length && !stopped) {
      if (signal.aborted) {
        cancelled = true;
        return;
      }
      const index = next++;
      const request = requests[index] as T;
      for (const name of earlier.size > 0 ? responseNames(request) : []) {
        const needed = earlier.get(name);
        if (needed && needed.index < index) await needed.promise;
      }
      try {
        if (enabledIn && (await isDisabled(request, enabledIn))) continue;
        onNext?.(request, index);
        const sent = await send(request);
        const state = typeof sent === 'object' ? sent.state : sent;
        if (typeof sent === 'object' && parallel === 1) next = indexOfNext(requests, sent.next);
        if (state === 'passed') passed++;
        else if (state === 'failed' && signal.aborted) cancelled = true;
        else if (state === 'failed') failed++;
        if (cancelled || (bail && state === 'failed')) stopped = true;
      } catch (error) {
        stopped = true;
        throw error;
      } finally {
        const name = nameOf(request);
        if (name !== undefined && earlier.get(name)?.index === index) earlier.get(name)?.resolve();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, requests.length) }, worker));
  return { passed, failed, cancelled };
}

/** Where a run goes on: the request of that name, else of that title; behind the last where there is none. */
function indexOfNext(requests: readonly RequestTarget[], name: string | null): number {
  if (name === null) return requests.length;
  const named = requests.findIndex(request => nameOf(request) === name);
  if (named >= 0) return named;
  const titled = requests.findIndex(({ tree, block }) => {
    const placed = tree.blocks[block];
    return placed !== undefined && requestTitle(placed) === name;
  });
  return titled < 0 ? requests.length : titled;
}

type Named = PromiseWithResolvers<void> & { readonly index: number };

/** The first request of each name. */
function namedRequests(requests: readonly RequestTarget[]): Map<string, Named> {
  const named = new Map<string, Named>();
  for (const [index, request] of requests.entries()) {
    const name = nameOf(request);
    if (name !== undefined && !named.has(name)) named.set(name, { ...Promise.withResolvers<void>(), index });
  }
  return named;
}

function nameOf({ tree, block }: RequestTarget): string | undefined {
  const placed = tree.blocks[block];
  // Without being read where it has none: a document may have very many requests.
  if (!placed || !mayHaveName(tree.text.slice(placed.offset, placed.offset + placed.block.length))) return undefined;
  return requestName(placed.block)?.text;
}
