import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Credential } from '../core/permission.ts';
import type { Clock, FileReader, ProcessEnvironment, Random, ReceivedResponse, RunCommand } from '../core/ports.ts';
import { applyEdits, type HttpRequest, type Level, type Origin, originOf, withoutBody } from '../core/request.ts';
import type { AuthMemories } from './memories.ts';
import type { AuthContext, AuthResponse, Outcome } from './scheme.ts';
import type { TokenSource } from './token-source.ts';
import type { ResolvedAuth } from './values.ts';

/** No scheme needs more: NTLM takes three, Digest four with a stale nonce and a bare first attempt. */
const maximumAttempts = 5;

export interface DriverPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileReader;
  readonly env: ProcessEnvironment;
  readonly memories: AuthMemories;
  readonly tokens: TokenSource;
  /** Runs a program the person named and gives its standard output (AWS `credential_process`). */
  readonly run?: RunCommand;
  /** Name of the selected environment; memories are separate per environment. */
  readonly environment: string;
}

/**
 * Sends one attempt. `connection` is there where all attempts must share one connection; it must be the very connection
 * of the attempt before where that attempt `continues`. `credentials` of this machine were used for it.
 */
export type SendAttempt = (
  request: HttpRequest,
  connection: string | undefined,
  continues?: boolean,
  credentials?: readonly Credential[],
) => Promise<ReceivedResponse>;

export interface AuthorizedResponse {
  readonly response: ReceivedResponse;
  readonly outcome: Outcome | undefined;
}

/** Auth with the level at which it was stated. */
export interface AuthInForce {
  readonly resolved: ResolvedAuth;
  readonly level: Level;
}

/**
 * Sends a request with the attempts its scheme asks for, and gives the last response, unread.
 * @throws CountersignError what the scheme or the transport throw; `auth-too-many-attempts`
 */
export async function sendAuthorized(
  request: HttpRequest,
  auth: AuthInForce,
  ports: DriverPorts,
  signal: AbortSignal,
  send: SendAttempt,
): Promise<AuthorizedResponse> {
  const { scheme } = auth.resolved;
  const key = ports.memories.key(auth.resolved, originOf(request), ports.environment);
  const start = (): ReturnType<typeof scheme.authorize> =>
    scheme.authorize(auth.resolved.values, context(request, auth, ports, key, signal, false));
  let flow = start();
  const origin = originFor(auth);
  let response: ReceivedResponse | undefined;
  let release: (() => void) | undefined;
  try {
    let step = await next(auth, flow);
    for (let attempts = 0; !step.done; attempts++) {
      if (attempts === maximumAttempts) {
        throw new CountersignError(
          'auth-too-many-attempts',
          `${scheme.label} did not come to an end: the server keeps asking.`,
          {
            place: auth.resolved.statement.place,
          },
        );
      }
      if (step.value.sameConnection && !release) {
        const waits = attempts === 0 && ports.memories.isHeld(key);
        release = await ports.memories.acquire(key);
        if (waits) {
          // Whoever held the connection may have left it logged in.
          await flow.return(undefined);
          flow = start();
          step = await next(auth, flow);
          if (step.done) break;
        }
      }
      const { edits, sameConnection, continues, credentials } = step.value;
      const base = step.value.withoutBody ? withoutBody(request) : request;
      await response?.discard();
      response = undefined;
      response = new RereadableResponse(
        await send(applyEdits(base, edits, origin), sameConnection ? key : undefined, continues, credentials),
      );
      const received: AuthResponse = response;
      step = await next(auth, flow, received);
    }
    if (!response) {
      throw new CountersignError('auth-failed', `${scheme.label} made no request.`, {
        place: auth.resolved.statement.place,
      });
    }
    return { response, outcome: step.value };
  } catch (error) {
    await response?.discard();
    throw error;
  } finally {
    release?.();
    await flow.return(undefined);
  }
}

export interface AuthorizedPreview {
  readonly request: HttpRequest;
  /** What only sending can tell. */
  readonly pending: readonly string[];
}

/** The first attempt of a request, computed and not sent. @throws CountersignError what the scheme throws */
export async function previewAuthorized(
  request: HttpRequest,
  auth: AuthInForce,
  ports: DriverPorts,
  signal: AbortSignal,
): Promise<AuthorizedPreview> {
  const key = ports.memories.key(auth.resolved, originOf(request), ports.environment);
  const flow = auth.resolved.scheme.authorize(auth.resolved.values, context(request, auth, ports, key, signal, true));
  try {
    const step = await next(auth, flow);
    if (step.done) return { request, pending: [] };
    const { edits, pending } = step.value;
    return {
      request: applyEdits(request, edits, originFor(auth)),
      pending: pending === undefined ? [] : [pending],
    };
  } finally {
    await flow.return(undefined);
  }
}

function originFor({ resolved, level }: AuthInForce): Origin {
  const { file, line } = resolved.statement.place;
  return { by: 'auth', scheme: resolved.scheme.id, level, file, line };
}

function context(
  request: HttpRequest,
  auth: AuthInForce,
  ports: DriverPorts,
  key: string,
  signal: AbortSignal,
  preview: boolean,
): AuthContext {
  const { clock, random, files, env, tokens, run } = ports;
  const baseFile = auth.resolved.statement.place.file;
  const memory = ports.memories.memory(key);
  if (!run) return { request, clock, random, files, env, memory, tokens, preview, signal, baseFile };
  return { request, clock, random, files, env, memory, tokens, run, preview, signal, baseFile };
}

type Flow = ReturnType<AuthInForce['resolved']['scheme']['authorize']>;

/** Runs one step of a scheme; whatever it throws gets a code and the place of the statement. */
async function next({ resolved }: AuthInForce, flow: Flow, received?: AuthResponse): ReturnType<Flow['next']> {
  try {
    return await flow.next(received as AuthResponse);
  } catch (error) {
    if (error instanceof CountersignError) throw asCountersignError(error, resolved.statement.place);
    const reason = error instanceof Error ? error.message : String(error);
    throw new CountersignError('auth-failed', `${resolved.scheme.label} could not be computed: ${reason}`, {
      place: resolved.statement.place,
      cause: error,
    });
  }
}

/**
 * A response whose body can still be read after the scheme looked at it. A class, not a literal: each literal with a
 * getter has a shape of its own, which stays until the next full garbage collection.
 */
class RereadableResponse implements ReceivedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly headers: ReceivedResponse['headers'];
  declare readonly remoteAddress?: string;
  declare readonly serverCertificate?: Uint8Array;
  readonly #response: ReceivedResponse;
  #bytes: Promise<Uint8Array> | undefined;

  constructor(response: ReceivedResponse) {
    const { remoteAddress, serverCertificate } = response;
    this.#response = response;
    this.status = response.status;
    this.statusText = response.statusText;
    this.httpVersion = response.httpVersion;
    this.headers = response.headers;
    if (remoteAddress !== undefined) this.remoteAddress = remoteAddress;
    if (serverCertificate !== undefined) this.serverCertificate = serverCertificate;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#bytes ? once(this.#bytes) : this.#response.body;
  }

  bytes(limit?: number): Promise<Uint8Array> {
    this.#bytes ??= this.#response.bytes(limit);
    return this.#bytes;
  }

  discard(): Promise<void> {
    return this.#bytes ? this.#bytes.then(() => undefined) : this.#response.discard();
  }

  timing(): ReturnType<ReceivedResponse['timing']> {
    return this.#response.timing();
  }
}

async function* once(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytes;
}
