import { relative } from 'node:path';
import type { RefusalCause, TestResult } from '../core/exchange.ts';
import type { AuthDecision } from '../sending/auth-in-force.ts';
import type { ReportedResponse } from './reported-response.ts';

/** What came of one request of a run. */
export interface ReportedRequest {
  /** Relative to the current folder. */
  readonly file: string;
  readonly name: string | null;
  readonly title: string | null;
  readonly line: number;
  readonly method: string;
  /** Secrets masked unless they were asked for. */
  readonly url: string;
  readonly ok: boolean;
  /** From 1, where the requests are sent several times. */
  readonly iteration?: number;
  /** How often it was sent again after it had failed. */
  readonly retries?: number;
  /** A script asked that it not be sent. */
  readonly skipped?: true;
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytes: number;
  readonly attempts: readonly { readonly status: number | null; readonly durationMs: number }[];
  readonly auth: { readonly scheme: string; readonly from: ReportedSource | null };
  readonly error: null | {
    readonly code: string;
    readonly message: string;
    readonly line: number | null;
    /** Where the cause is in another file than the request. */
    readonly file?: string;
    readonly hint?: string;
  };
  /** What to know about a response that refuses the credential. */
  readonly explanation?: string;
  /** Why the server may have refused, the most certain first. */
  readonly causes?: readonly RefusalCause[];
  /** What the request says of its response. */
  readonly tests?: readonly TestResult[];
  /** With `--with-response`. */
  readonly response?: ReportedResponse;
}

/** What is printed of a request beside its result. */
export interface Shown {
  /** Every attempt as it was sent, and what came back. */
  readonly log?: string;
  readonly headers?: ReportedResponse;
  readonly body?: ReportedResponse;
}

export interface ReportedSource {
  readonly level: string;
  readonly file: string;
  readonly line: number;
}

export interface Summary {
  readonly requests: number;
  readonly failed: number;
  readonly durationMs: number;
}

/** What went over the wire, secrets masked. */
export interface ReportedExchange {
  readonly log: string;
  readonly response?: ReportedResponse;
}

/** Receives each request as it ends, then the summary. */
export interface Reporter {
  /** It shows what went over the wire, whatever the call asks for. */
  readonly exchanges?: boolean;
  request(request: ReportedRequest, shown?: Shown, exchange?: ReportedExchange): void;
  end(summary: Summary): void;
}

export function reportedAuth(decision: AuthDecision, current: string): ReportedRequest['auth'] {
  const { statement, from } = decision;
  return {
    scheme: statement?.scheme ?? 'none',
    from: from ? { level: from.level, file: relative(current, from.file), line: from.line } : null,
  };
}

/** What a request is called for a person. */
export const labelOf = ({ name, title, method, url }: ReportedRequest): string => name ?? title ?? `${method} ${url}`;

/** Why a request failed, in one sentence. */
export function failureText({ error, explanation, status, tests = [] }: ReportedRequest): string {
  if (error) return error.message;
  const failed = tests.filter(({ passed }) => !passed);
  const [first] = failed;
  if (!first) return explanation ?? `status ${status}`;
  const others = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`;
  return `${first.name}: ${first.message ?? 'failed'}${others}`;
}

/** A line for each test that failed. */
export const failedTests = (tests: readonly TestResult[]): string[] =>
  tests.flatMap(({ name, passed, message, line }) =>
    passed ? [] : [`✗ ${name}: ${message ?? 'failed'} (line ${line})`],
  );

/** A line for each cause, its evidence and what to do. */
export function causeLines(causes: readonly RefusalCause[]): string[] {
  return causes.flatMap(({ text, evidence, fix }) => [
    `- ${text} (${evidence})`,
    ...(fix === undefined ? [] : [`  ${fix}`]),
  ]);
}
