import { relative } from 'node:path';
import type { CountersignError } from '../core/errors.ts';
import { maskedRequestUrl, requestUrl } from '../core/request.ts';
import type { AuthDecision } from '../sending/auth-in-force.ts';
import { isAsWanted } from '../sending/outcome.ts';
import { redactCarried } from '../sending/redacted.ts';
import type { RunResult } from '../sending/runner.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Call } from './arguments.ts';
import { type ReportedExchange, type ReportedRequest, reportedAuth, type Shown } from './report.ts';
import { type ReportedResponse, reportedResponse } from './reported-response.ts';

/** What a report depends on beside the request. */
export interface ReportContext {
  readonly call: Call;
  /** The folder that paths are relative to. */
  readonly current: string;
  readonly redact: (text: string) => string;
}

/** What is reported of a request: as it was sent, or why it could not be. `elapsed` in milliseconds. */
export function reportedRequest(
  target: RequestTarget,
  result: RunResult | undefined,
  decision: AuthDecision,
  error: CountersignError | undefined,
  elapsed: number,
  { call, current, redact }: ReportContext,
): ReportedRequest {
  const { file, tree, block } = target;
  const placed = tree.blocks[block];
  const node = placed?.block.request;
  const status = result?.response?.status ?? null;
  const scrub = (text: string): string => (call.showSecrets ? text : redact(text));
  const refused = call.fail && status !== null && status >= 400;
  return {
    file: relative(current, file),
    name: placed?.block.name?.text ?? null,
    title: placed?.block.title?.text ?? null,
    line: (placed?.line ?? 0) + (node?.line ?? 0) + 1,
    method: result?.request.method ?? node?.method?.text ?? 'GET',
    url: result
      ? call.showSecrets
        ? requestUrl(result.request)
        : maskedRequestUrl(result.request)
      : (node?.target.text ?? ''),
    ok: error === undefined && !refused && (result === undefined || isAsWanted(result)),
    ...(result?.skipped ? { skipped: true as const } : {}),
    status,
    durationMs: round(result?.durationMs ?? elapsed),
    bytes: result?.response?.body.size ?? 0,
    attempts: (result?.attempts ?? []).map(attempt => ({
      status: attempt.response?.status ?? null,
      durationMs: round(attempt.timing?.total ?? 0),
    })),
    auth: reportedAuth(decision, current),
    error: error
      ? {
          code: error.code,
          message: scrub(error.message),
          line: error.place?.line ?? null,
          ...(error.place && error.place.file !== file ? { file: relative(current, error.place.file) } : {}),
          ...(error.hint === undefined ? {} : { hint: scrub(error.hint) }),
        }
      : null,
    ...(result?.explanation === undefined ? {} : { explanation: scrub(result.explanation) }),
    ...(result?.causes ? { causes: result.causes } : {}),
    ...(result?.tests ? { tests: result.tests } : {}),
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** What the call and, with `exchanges`, its reporters want to see of a result. */
export async function shownOf(
  result: RunResult | undefined,
  exchanges: boolean,
  { call, redact: withoutSecrets }: ReportContext,
): Promise<{
  readonly shown?: Shown;
  readonly response?: ReportedResponse;
  readonly exchange?: ReportedExchange;
}> {
  const { verbose, show, withResponse, showSecrets } = call;
  if (!result || !(verbose || show || withResponse || exchanges)) return {};
  const redact = showSecrets ? undefined : redactCarried(result.attempts, withoutSecrets);
  const response = result.response && (await reportedResponse(result.response, redact));
  const { attemptLog } =
    verbose || exchanges ? await import('../features/presentation/attempt-log.ts') : { attemptLog: undefined };
  const written = attemptLog && result.attempts.map(attempt => attemptLog(attempt, showSecrets)).join('\n');
  const log = written === undefined ? undefined : (redact?.(written) ?? written);
  return {
    shown: {
      ...(log !== undefined && verbose ? { log } : {}),
      ...(response && (show === 'headers' || show === 'all') ? { headers: response } : {}),
      ...(response && (verbose || show === 'body' || show === 'all') ? { body: response } : {}),
    },
    ...(withResponse && response ? { response } : {}),
    ...(log !== undefined && exchanges ? { exchange: { log, ...(response ? { response } : {}) } } : {}),
  };
}
