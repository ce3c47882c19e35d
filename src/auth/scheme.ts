import type { Fields, Values } from '../core/fields.ts';
import type { Credential } from '../core/permission.ts';
import type { Clock, FileReader, ProcessEnvironment, Random, ReceivedResponse, RunCommand } from '../core/ports.ts';
import type { Edit, HttpRequest } from '../core/request.ts';
import type { TokenSource } from './token-source.ts';

/**
 * A scheme turns field values into the edits of the next attempt, receives the response, and either yields the next
 * attempt or returns. It never sends, never waits on a clock, and never changes the request.
 *
 * ```ts
 * async *authorize({ username, password }) {
 *   yield { edits: [{ in: 'header', name: 'Authorization', value: `Basic ${…}`, masked: 'Basic •••' }] };
 * }
 * ```
 */
export interface Scheme<F extends Fields = Fields> {
  /** What `@auth` calls it. */
  readonly id: string;
  readonly label: string;
  /** One sentence. */
  readonly summary: string;
  /** Address of the defining specification. */
  readonly specification: string;
  readonly fields: F;
  /**
   * It applies a token that is obtained apart, and hosts offer to get one: whether it does with these values, resolved or
   * as they are written.
   */
  obtainsTokens?(values: Readonly<Record<string, unknown>>): boolean;
  /** Its tokens are those of the file that states it, which its values name as `file`. */
  readonly ofFile?: true;
  /** Its secrets go to an authorization server, and prove nothing to the server of the request. */
  readonly provesElsewhere?: true;
  /** Problems across fields, found before anything is sent; values may be missing. */
  check?(values: Partial<Values<F>>): readonly FieldProblem[];
  /** Names of the headers that it sets, whatever the server says; values may be missing. Absent: `Authorization`. */
  headers?(values: Partial<Values<F>>): readonly string[];
  /**
   * Yields each attempt and receives its response; returning ends the exchange with the last response. A scheme that
   * cannot compute its edits throws a CountersignError, and nothing is sent.
   */
  authorize(values: Values<F>, context: AuthContext): AsyncGenerator<Attempt, Outcome | undefined, AuthResponse>;
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
  readonly severity?: 'error' | 'warning';
}

export interface Attempt {
  readonly edits: readonly Edit[];
  /** What only sending can tell, one clause, for the preview: `the server will be asked for a challenge`. */
  readonly pending?: string;
  /** True where all attempts must use one connection (NTLM). */
  readonly sameConnection?: boolean;
  /** True where it means nothing on another connection than that of the attempt before (NTLM's last leg). */
  readonly continues?: boolean;
  /** True where the request's body stays behind: the attempt only asks for a challenge (NTLM's first leg). */
  readonly withoutBody?: boolean;
  /** Credentials of this machine that it uses and that stand in none of the scheme's values (an AWS profile). */
  readonly credentials?: readonly Credential[];
}

/** What the scheme has to say of the last response. */
export interface Outcome {
  /** `refused`: the server did not accept the credential; `unverified`: the server failed to prove itself. */
  readonly verdict: 'accepted' | 'refused' | 'unverified';
  /** One sentence that names the cause where it can be known. */
  readonly explanation: string;
}

/** The response to an attempt, as a scheme sees it. The body is only read on demand. */
export type AuthResponse = Pick<ReceivedResponse, 'status' | 'headers' | 'bytes' | 'serverCertificate'>;

/**
 * What a scheme remembers between requests (nonces and their counts, clock offsets). The driver hands each scheme a
 * memory of its own per origin of the server, user (the scheme's values) and environment.
 */
export interface AuthMemory {
  get<T>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  delete(key: string): void;
}

export interface AuthContext {
  /** The request as it will go out apart from the scheme's edits: client headers (Host, Content-Length, …) included. */
  readonly request: HttpRequest;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileReader;
  readonly env: ProcessEnvironment;
  readonly memory: AuthMemory;
  /** Runs a command that the person's own configuration names; absent where the host does not allow it. */
  readonly run?: RunCommand;
  /** Tokens that are obtained apart from being applied (OAuth). In a preview it only looks, and never fetches. */
  readonly tokens: TokenSource;
  /** True when nothing will be sent. */
  readonly preview: boolean;
  readonly signal: AbortSignal;
  /** Absolute path of the file that states the auth, for relative paths in values. */
  readonly baseFile: string;
}

/** Gives a scheme its exact types; returns it as it is. */
export function defineScheme<const F extends Fields>(scheme: Scheme<F>): Scheme<F> {
  return scheme;
}

/** A scheme whose fields are only known at run time: its values are keyed by field name. */
export interface AnyScheme extends Omit<Scheme, 'check' | 'headers' | 'authorize'> {
  check?(values: Readonly<Record<string, unknown>>): readonly FieldProblem[];
  headers?(values: Readonly<Record<string, unknown>>): readonly string[];
  authorize(
    values: Readonly<Record<string, unknown>>,
    context: AuthContext,
  ): AsyncGenerator<Attempt, Outcome | undefined, AuthResponse>;
}
