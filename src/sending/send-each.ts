/** What came of sending several requests. */
export interface SentCount {
  readonly passed: number;
  readonly failed: number;
  /** It was cancelled before all were sent. The one that was on its way then counts neither as passed nor as failed. */
  readonly cancelled: boolean;
}

/**
 * Sends requests one after another until the signal aborts.
 * @param send resolves to undefined where a request was not even tried; what it throws ends all
 * @param onNext called before each is sent
 */
export async function sendEach<T>(
  requests: readonly T[],
  send: (request: T) => Promise<'passed' | 'failed' | undefined>,
  signal: AbortSignal,
  onNext: (request: T, index: number) => void,
): Promise<SentCount> {
  let passed = 0;
  let failed = 0;
  for (const [index, request] of requests.entries()) {
    if (signal.aborted) return { passed, failed, cancelled: true };
    onNext(request, index);
    const state = await send(request);
    if (state === 'passed') passed++;
    else if (state === 'failed' && signal.aborted) return { passed, failed, cancelled: true };
    else if (state === 'failed') failed++;
  }
  return { passed, failed, cancelled: false };
}
