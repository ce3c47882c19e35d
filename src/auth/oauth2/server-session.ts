import type { AmbientCredentials } from '../../core/ambient-credentials.ts';
import type { ClientTls } from '../../core/client-tls.ts';
import { asCountersignError, CountersignError } from '../../core/errors.ts';
import type { Credential } from '../../core/permission.ts';
import type { Clock, ProcessEnvironment, Random, SendOptions, Transport } from '../../core/ports.ts';
import type { Values } from '../tokens/token-flow.ts';
import type { AuthorizationAgent } from './authorization-agent.ts';
import {
  type ExchangeObserver,
  type ExchangePurpose,
  maskedHeaders,
  maskedResponse,
  recordedRequest,
  secretsOf,
} from './exchange-record.ts';
import { isLoopback, type Pairs } from './settings.ts';

/** What getting a token needs from the host. */
export interface OAuth2Ports {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: ProcessEnvironment;
  /** Called before a variable of it is read that a file names. @throws CountersignError where it may not be */
  readonly permitEnvironment?: (name: string) => Promise<void>;
  /** Absent where there is no person: grants that need one then end in `interaction-required`. */
  readonly agent?: AuthorizationAgent;
  /** Credentials that came from a store of this machine: `transport` lets them go only where that is allowed. */
  readonly ambient?: AmbientCredentials;
  readonly observe?: ExchangeObserver;
  /** Waits that many milliseconds (polling for a device code). @throws CountersignError `cancelled` */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds for one exchange with the server; 30 s where undefined. */
  readonly timeout?: number;
  /** Milliseconds that a person has for signing in; 5 minutes where undefined. */
  readonly interactionTimeout?: number;
}

/** A request to an authorization server. */
export interface ServerRequest {
  readonly purpose: ExchangePurpose;
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body?: URLSearchParams;
}

/** What an authorization server answered, read whole. */
export interface ServerResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly text: string;
  readonly url: string;
  /** What of the request must not turn up in a message. */
  readonly secrets?: readonly string[];
  /** How far this machine's clock is ahead of the server's, in milliseconds; undefined where the server shows none. */
  readonly clockAhead?: number;
}

const exchangeTimeout = 30_000;
const responseLimit = 4 * 1024 * 1024;

/** Exchanges with authorization servers over the transport, each of them on record. */
export class ServerSession {
  readonly ports: OAuth2Ports;
  readonly signal: AbortSignal;
  readonly #tls: ClientTls | undefined;
  /** Origins at which the client had to prove itself. */
  readonly #clientAt = new Set<string>();

  /** Credentials of this machine that the flow is computed with. */
  readonly #credentials: readonly Credential[];
  readonly #headers: Pairs;

  /**
   * @param tls whom the client proves itself to over TLS: the servers that are named for the request at hand
   * @param values what the flow is computed with
   * @param headers of the person's own, for what the client proves itself at; they replace ours of the same name
   */
  constructor(
    ports: OAuth2Ports,
    signal: AbortSignal,
    tls: ClientTls | undefined,
    values: Values,
    headers: Pairs = [],
  ) {
    this.ports = ports;
    this.#headers = headers;
    this.#credentials = ports.ambient?.inValues(values) ?? [];
    this.signal = signal;
    this.#tls = tls;
  }

  /**
   * Sends a request and reads the response. `judge` may add warnings to the record once the response is known.
   * @throws CountersignError with one of the transport's codes
   */
  async exchange(
    { purpose, method, url, headers, body }: ServerRequest,
    judge: (response: ServerResponse) => readonly string[] = () => [],
  ): Promise<ServerResponse> {
    const proves = purpose !== 'discovery' && purpose !== 'keys' && purpose !== 'ci-token';
    const own = proves ? this.#headers : [];
    const named = new Set(own.map(([name]) => name.toLowerCase()));
    const sent = [...[...headers].filter(([name]) => !named.has(name.toLowerCase())), ...own];
    const request = recordedRequest(method, url, sent, body);
    const secrets = secretsOf(sent, body);
    const startedAt = this.ports.clock.now();
    const warnings = unsafeAddress(url);
    const record = { reason: 'token', purpose, request, startedAt } as const;
    const options: SendOptions = {
      signal: this.signal,
      timeout: this.ports.timeout ?? exchangeTimeout,
      ...(proves && this.#credentials.length > 0 ? { credentials: this.#credentials } : {}),
    };
    try {
      const tls = this.#tlsFor(purpose, new URL(url).origin);
      const received = await this.ports.transport.send(tls ? { ...request, tls } : request, options);
      const text = new TextDecoder().decode(await received.bytes(responseLimit));
      const responseHeaders = new Headers(received.headers.map(([name, value]) => [name, value] as [string, string]));
      const ahead = clockAhead(responseHeaders, this.ports.clock.now());
      const response: ServerResponse = {
        status: received.status,
        statusText: received.statusText,
        headers: responseHeaders,
        text,
        url,
        secrets,
        ...(ahead === undefined ? {} : { clockAhead: ahead }),
      };
      const judged = judge(response);
      this.ports.observe?.({
        ...record,
        response: {
          status: received.status,
          statusText: received.statusText,
          httpVersion: received.httpVersion,
          headers: maskedHeaders(received.headers),
          ...(received.remoteAddress === undefined ? {} : { remoteAddress: received.remoteAddress }),
        },
        timing: received.timing(),
        responseBody: maskedResponse(text, secrets),
        warnings: [...warnings, ...judged],
      });
      return response;
    } catch (cause) {
      const error = asCountersignError(cause);
      this.ports.observe?.({ ...record, error, warnings });
      throw error;
    }
  }

  /**
   * The CI system's own server knows no client, and keys are public: the certificate is not for those, unless they are
   * where the client proves itself anyway.
   */
  #tlsFor(purpose: ExchangePurpose, origin: string): ClientTls | undefined {
    const open = purpose === 'ci-token' || purpose === 'keys';
    if (!open) this.#clientAt.add(origin);
    return open && !this.#clientAt.has(origin) ? this.#tls?.elsewhere : this.#tls;
  }

  /** Puts a step on record that went through a browser, or a judgement on what came back. */
  note(purpose: ExchangePurpose, url: string, warnings: readonly string[], error?: CountersignError): void {
    this.ports.observe?.({
      reason: 'token',
      purpose,
      request: recordedRequest('GET', url, [], undefined),
      startedAt: this.ports.clock.now(),
      warnings: [...unsafeAddress(url), ...warnings],
      ...(error ? { error } : {}),
    });
  }
}

function unsafeAddress(address: string): readonly string[] {
  const url = new URL(address);
  return url.protocol === 'http:' && !isLoopback(url)
    ? [`${url.origin} is reached without TLS: credentials and tokens can be read on the way.`]
    : [];
}

/** @see RFC 9110 §6.6.1 */
function clockAhead(headers: Headers, now: number): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : now - date;
}

/** What ends a flow whose person takes longer than that. */
export function interactionTimeout(milliseconds: number): CountersignError {
  return new CountersignError('timeout', `Nobody signed in within ${Math.max(1, Math.round(milliseconds / 1000))} s.`, {
    hint: 'Send the request again, and finish signing in in the browser.',
  });
}
