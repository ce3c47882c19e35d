import type { Place } from './place.ts';

/** Every way in which Countersign can fail. Closed: a new failure gets a new code here. */
export type ErrorCode =
  // the document and its values
  | 'unresolved-variable'
  | 'cyclic-variable'
  /** A script sets the variable, and has not run. */
  | 'not-set-yet'
  | 'missing-secret'
  | 'missing-file'
  | 'invalid-request'
  | 'invalid-url'
  | 'invalid-header'
  | 'invalid-value'
  | 'unknown-scheme'
  | 'unknown-field'
  | 'missing-field'
  | 'duplicate-field'
  | 'unknown-environment'
  | 'foreign-feature'
  | 'script-failed'
  // authorization
  | 'auth-failed'
  | 'auth-refused'
  | 'auth-too-many-attempts'
  | 'interaction-required'
  | 'token-failed'
  // transport
  | 'host-not-found'
  | 'connection-refused'
  | 'connection-lost'
  | 'certificate'
  | 'timeout'
  | 'proxy'
  | 'protocol'
  | 'too-many-redirects'
  | 'redirect-refused'
  | 'too-large'
  | 'cancelled'
  | 'untrusted-workspace'
  | 'not-allowed'
  // everything else that a host can meet
  | 'io'
  | 'internal';

export interface ErrorDetails {
  /** Where in the documents the cause is. */
  readonly place?: Place;
  /** What the person can do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error with a code, a sentence for a person, and the place in the document where one exists. */
export class CountersignError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CountersignError';
    this.code = code;
    this.place = details.place;
    this.hint = details.hint;
  }
}

/** The error itself where it is ours, otherwise an `internal` one around it. */
export function asCountersignError(error: unknown, place?: Place): CountersignError {
  if (error instanceof CountersignError) {
    return place && !error.place
      ? new CountersignError(error.code, error.message, {
          place,
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          cause: error.cause,
        })
      : error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new CountersignError('internal', message, { cause: error, ...(place ? { place } : {}) });
}
