import type { AttemptReason } from './attempt-reason.ts';
import type { CountersignError } from './errors.ts';
import type { HttpRequest } from './request.ts';
import type { Timing } from './timing.ts';

/** The record of a send: every attempt as it was really sent, and what came back. Never changed afterwards. */

export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly remoteAddress?: string;
}

export interface AttemptRecord {
  readonly reason: AttemptReason;
  readonly request: HttpRequest;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly response?: ResponseHead;
  readonly timing?: Timing;
  readonly error?: CountersignError;
}

/** A response body that has been received: in memory while small, in a temporary file otherwise. */
export interface StoredBody {
  /** Bytes, content encodings undone. */
  readonly size: number;
  /** Why it ends before its end; absent: it is whole. */
  readonly broken?: CountersignError;
  /** The whole body, where it is held in memory. */
  readonly bytes?: Uint8Array;
  /** The file that holds the whole body, where it is not. Deleted by `dispose`. */
  readonly file?: string;
  /** The first bytes, for showing: at most `limit`. */
  start(limit: number): Promise<Uint8Array>;
  open(): AsyncIterable<Uint8Array>;
  dispose(): Promise<void>;
}

/** Why a response may have refused the request: what is known, and what it is known from. */
export interface RefusalCause {
  /** For scripts, in words with hyphens. */
  readonly id: string;
  /** One sentence for a person. Holds no secret. */
  readonly text: string;
  /** What it is known from: a header, a claim, a place in a file. Holds no secret. */
  readonly evidence: string;
  /** What to do, one sentence. */
  readonly fix?: string;
}

/** What came of one test of a response. */
export interface TestResult {
  /** As the file says it. */
  readonly name: string;
  readonly passed: boolean;
  /** Why it failed, one sentence. */
  readonly message?: string;
  /** What was wanted and what came, as text, where they can be held side by side. Hold no secret. */
  readonly expected?: string;
  readonly actual?: string;
  /** Of the file of the request, from 1. */
  readonly line: number;
}

export interface Exchange {
  /** The request as the document states it, before authorization. */
  readonly request: HttpRequest;
  /** In order; the last is the one whose response is `response`. */
  readonly attempts: readonly AttemptRecord[];
  readonly response?: ResponseHead & { readonly body: StoredBody };
  /** Why there is no response, or no whole one, or why its authorization cannot be trusted. */
  readonly error?: CountersignError;
  /** What the scheme says of the result, for instance why the server refused the credential. */
  readonly explanation?: string;
  /** Why the server may have refused, the most certain first; absent where it did not refuse, or nothing is known. */
  readonly causes?: readonly RefusalCause[];
  /** The secrets of the store that its authorization used, where the server refused it: one of them may be wrong. */
  readonly secretsUsed?: readonly string[];
  /** What the request says of its response, held against it; absent where it says nothing. */
  readonly tests?: readonly TestResult[];
  /** A script asked that it not be sent. */
  readonly skipped?: boolean;
  /** Which request a script wants next in a run: its name or title; null ends the run. */
  readonly next?: { readonly name: string | null };
  /** The request went over TLS to a server whose certificate nobody verified. */
  readonly unverified?: boolean;
  readonly durationMs: number;
}
