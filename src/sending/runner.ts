import { sendAuthorized } from '../auth/driver.ts';
import type { Outcome } from '../auth/scheme.ts';
import type { AttemptReason } from '../core/attempt-reason.ts';
import { charsetOf, decodeText } from '../core/charset.ts';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { AttemptRecord, Exchange, RefusalCause, StoredBody, TestResult } from '../core/exchange.ts';
import type { Place } from '../core/place.ts';
import type { ReceivedResponse, SendOptions } from '../core/ports.ts';
import { type HttpRequest, originOf, type Part } from '../core/request.ts';
import { assertionsOf, testResponse } from './assertions.ts';
import { type AuthDecision, authInForce } from './auth-in-force.ts';
import { settingsOf } from './directives-in-force.ts';
import { explainResponse } from './explanation.ts';
import { type PreparedRequest, prepareRequest } from './prepare.ts';
import { withCookies } from './preview.ts';
import { redactCarried, redactedError } from './redacted.ts';
import { followRedirects, type SendRequest } from './redirects.ts';
import { bodyLookedAt, explainRefusal, mayRefuse } from './refusal/explain-refusal.ts';
import { RequestScripts } from './request-scripts.ts';
import type { RequestSettings } from './request-settings.ts';
import { responseOwner } from './request-variables.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { findScopes, type Scopes } from './scopes.ts';
import type { RequestTarget } from './workspace.ts';

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Sends without the auth in force: the request is what that auth waits for. */
  readonly unauthorized?: boolean;
  /** Called as each attempt is sent, and again when its response's head has arrived. */
  readonly onAttempt?: (attempt: AttemptRecord) => void;
}

/** What came of a request, with the auth that was in force. */
export interface RunResult extends Exchange {
  /** Whose the response is: see `responseOwner`. */
  readonly owner: string;
  readonly decision: AuthDecision;
}

/**
 * Sends one request of a document: prepares it, authorizes each attempt, follows redirects, keeps the body.
 * A failure on the wire is the result's `error`; its attempts are on record.
 * @throws CountersignError where the request cannot be computed: then nothing was sent
 */
export async function runRequest(target: RequestTarget, ports: RunnerPorts, options: RunOptions): Promise<RunResult> {
  try {
    const scopes = ports.scripts ? await findScopes(target.file, target.tree, ports.workspace) : undefined;
    const scripts = scopes && RequestScripts.of(target, scopes, ports, options.signal);
    // Scripts are a part of sending, which the person is asked about before.
    if (scripts) await confirmed(settingsOf(target, scopes), ports);
    const edited = await scripts?.before();
    if (scripts?.skipped) return skipped(target, scopes, scripts);
    let prepared = await prepareRequest(target, ports, 'resolve', edited);
    if (!scripts) await confirmed(prepared.settings, ports, prepared.place);
    else prepared = await scripts.prepared(prepared);
    if (scripts?.skipped) return skipped(target, scopes, scripts);
    if (options.unauthorized) prepared = { ...prepared, auth: undefined };
    const result = await new Run(prepared, ports, options, scripts).result();
    return scripts ? await withScripts(result, scripts) : result;
  } catch (error) {
    throw redactedError(asCountersignError(error), ports);
  }
}

/** @throws CountersignError `cancelled` where the person doesn't want it sent */
async function confirmed({ note }: RequestSettings, { confirm }: RunnerPorts, place?: Place): Promise<void> {
  if (note === undefined || !confirm || (await confirm(note))) return;
  throw new CountersignError('cancelled', 'The request was not confirmed, and not sent.', place ? { place } : {});
}

/** The result with what the scripts after the response found. */
async function withScripts(result: RunResult, scripts: RequestScripts): Promise<RunResult> {
  await scripts.after(result);
  const tests = [...(result.tests ?? []), ...scripts.tests];
  return {
    ...result,
    ...(tests.length === 0 ? {} : { tests }),
    ...(scripts.next ? { next: scripts.next } : {}),
  };
}

/** What came of a request that a script didn't want sent. */
function skipped({ file, tree, block }: RequestTarget, scopes: Scopes | undefined, scripts: RequestScripts): RunResult {
  const node = tree.blocks[block]?.block.request;
  const around = scopes ?? { scopes: [] };
  return {
    request: {
      ...{ method: node?.method?.text ?? 'GET', url: node?.target.text ?? '' },
      ...{ query: [], headers: [], cookies: [], body: undefined, overridden: [] },
    },
    ...{ attempts: [], durationMs: 0, skipped: true, tests: scripts.tests },
    owner: responseOwner(file, around),
    decision: authInForce(file, tree, block, around.scopes),
    ...(scripts.next ? { next: scripts.next } : {}),
  };
}

/** Milliseconds of preparation that a message about a timeout need not subtract. */
const negligible = 50;

type Draft = { -readonly [K in keyof AttemptRecord]: AttemptRecord[K] };

class Run {
  readonly #prepared: PreparedRequest;
  readonly #ports: RunnerPorts;
  readonly #options: RunOptions;
  readonly #attempts: Draft[] = [];
  readonly #timeout: number | undefined;
  #deadline: number | undefined;
  readonly #origin: string;
  #reason: AttemptReason = 'request';
  #outcome: Outcome | undefined;
  #credentials: readonly Part[] = [];

  readonly #scripts: RequestScripts | undefined;

  constructor(prepared: PreparedRequest, ports: RunnerPorts, options: RunOptions, scripts: RequestScripts | undefined) {
    this.#prepared = prepared;
    this.#scripts = scripts;
    this.#ports = ports;
    this.#options = options;
    const timeout = prepared.settings.timeout ?? ports.defaults.timeout;
    this.#timeout = timeout;
    this.#deadline = timeout === undefined ? undefined : ports.driver.clock.now() + timeout;
    this.#origin = originOf(prepared.request);
  }

  async result(): Promise<RunResult> {
    const { request, decision, owner } = this.#prepared;
    const clock = this.#ports.driver.clock;
    const started = clock.now();
    const done = (rest: Partial<RunResult>): RunResult => ({
      request,
      attempts: this.#attempts,
      durationMs: clock.now() - started,
      decision,
      owner,
      ...(this.#unverified() ? { unverified: true } : {}),
      ...rest,
    });
    try {
      const received = await this.#send();
      const body = await this.#ports.storeBody(received, this.#options.signal);
      const last = this.#attempts.at(-1);
      if (last) last.timing = received.timing();
      const { status, headers } = received;
      const explanation = explainResponse(status, headers, decision, this.#outcome);
      const causes = await this.#causes(received, body);
      const response = { ...head(received), body };
      const tests = await this.#tests({ response, durationMs: clock.now() - started });
      return done({
        response,
        ...(tests.length === 0 ? {} : { tests }),
        ...(body.broken ? { error: redactedError(body.broken, this.#ports) } : {}),
        ...(explanation === undefined ? {} : { explanation }),
        ...(causes.length === 0 ? {} : { causes }),
        ...this.#secretsUsed(status),
        ...(this.#outcome?.verdict === 'unverified'
          ? { error: redactedError(new CountersignError('auth-failed', this.#outcome.explanation), this.#ports) }
          : {}),
      });
    } catch (error) {
      return done({ error: redactedError(asCountersignError(error), this.#ports) });
    }
  }

  /** What the request says of its response, secrets masked. */
  async #tests(exchange: Pick<Exchange, 'response' | 'durationMs'>): Promise<readonly TestResult[]> {
    const { target, variables } = this.#prepared;
    const placed = target.tree.blocks[target.block];
    if (!placed || placed.block.foreign.length === 0) return [];
    const assertions = assertionsOf(target.file, target.tree, placed);
    if (assertions.length === 0) return [];
    const attempts = this.#attempts;
    const redact = redactCarried(attempts, this.#ports.redact);
    const results = await testResponse(assertions, { ...exchange, attempts }, variables);
    return results.map(result => (result.message === undefined ? result : redacted(result, redact)));
  }

  /** Which secrets may be wrong where the server doesn't know who the client is. */
  #secretsUsed(status: number): { readonly secretsUsed?: readonly string[] } {
    const { auth } = this.#prepared;
    if (status !== 401 || !auth) return {};
    const used = this.#ports.ambient?.inValues(auth.resolved.values) ?? [];
    const names = used.flatMap(({ id, name }) => (id.startsWith('secret:') ? [name] : []));
    return names.length === 0 ? {} : { secretsUsed: names };
  }

  /** Why the server may have refused, secrets masked. */
  async #causes({ status, headers }: ReceivedResponse, body: StoredBody): Promise<readonly RefusalCause[]> {
    const attempts = this.#attempts;
    const request = attempts.at(-1)?.request;
    const redirected = attempts.some(({ reason }) => reason === 'redirect');
    if (!request || !mayRefuse(status, redirected)) return [];
    const { decision } = this.#prepared;
    const start = decodeText(await body.start(bodyLookedAt), charsetOf(contentTypeOf(headers)));
    const now = this.#ports.driver.clock.now();
    const { cookies } = this.#ports;
    const found = explainRefusal({
      ...{ attempts, request, status, headers, body: start, decision, now },
      withheld: cookies.withheld(request.url),
      declined: this.#prepared.settings.cookieJar ? [] : cookies.cookiesFor(request.url).map(({ name }) => name),
    });
    const redact = redactCarried(attempts, this.#ports.redact);
    return found.map(({ id, text, evidence, fix }) => ({
      ...{ id, text: redact(text), evidence: redact(evidence) },
      ...(fix === undefined ? {} : { fix: redact(fix) }),
    }));
  }

  #send(): Promise<ReceivedResponse> {
    const { settings, request } = this.#prepared;
    const { defaults } = this.#ports;
    const options: SendOptions = {
      signal: this.#options.signal,
      insecure: settings.insecure || (defaults.insecure ?? false),
      ...(settings.rawLength ? { rawLength: true } : {}),
      ...(settings.unlimitedResponse ? { unlimited: true } : {}),
      ...(settings.connectionTimeout === undefined ? {} : { connectionTimeout: settings.connectionTimeout }),
    };
    const hop: SendRequest = (next, sendOptions) => this.#hop(next, sendOptions);
    if (!settings.followRedirects || defaults.followRedirects === false) return hop(request, options);
    return followRedirects(hop, {
      followBody: settings.followBody,
      onRedirect: () => {
        this.#reason = 'redirect';
      },
      credentials: () => this.#credentials,
    })(request, options);
  }

  /** One request to one URL: cookies, then who the client is if it is the origin that the document names. */
  async #hop(next: HttpRequest, options: SendOptions): Promise<ReceivedResponse> {
    const hop = withCookies(next, this.#prepared, this.#ports.cookies);
    const { auth, request: first } = this.#prepared;
    if (originOf(hop) !== this.#origin) return this.#attempt(hop, options);
    const request = first.tls ? { ...hop, tls: first.tls } : hop;
    if (!auth) return this.#attempt(request, options);
    const { scheme, values } = auth.resolved;
    const proving = scheme.provesElsewhere ? [] : (this.#ports.ambient?.inValues(values) ?? []);
    const { response, outcome } = await sendAuthorized(
      request,
      auth,
      this.#ports.driver,
      this.#options.signal,
      (attempt, connection, continues = false, used = []) =>
        this.#attempt(attempt, {
          ...options,
          ...(connection === undefined ? {} : { connection, continues }),
          ...(proving.length + used.length > 0 ? { credentials: [...proving, ...used] } : {}),
        }),
    );
    this.#outcome = outcome;
    return response;
  }

  /** Cookies that came since the request was computed, with a challenge or a login, go along. */
  #withNewCookies(request: HttpRequest): HttpRequest {
    const { settings, auth } = this.#prepared;
    const late = this.#attempts.length > 0 || auth?.resolved.scheme.provesElsewhere;
    if (!late || !settings.cookieJar) return request;
    const others = request.cookies.filter(({ origin }) => origin.by !== 'cookie-jar');
    const stored = this.#ports.cookies.cookiesFor(request.url);
    if (stored.length === 0 && others.length === request.cookies.length) return request;
    const named = new Set(others.map(({ name }) => name));
    return { ...request, cookies: [...stored.filter(({ name }) => !named.has(name)), ...others] };
  }

  async #attempt(computed: HttpRequest, options: SendOptions): Promise<ReceivedResponse> {
    const request = this.#withNewCookies(computed);
    const { clock } = this.#ports.driver;
    const startedAt = clock.now();
    const record: Draft = { reason: this.#reason, request, startedAt };
    this.#attempts.push(record);
    this.#reason = 'challenge';
    const parts = [...request.query, ...request.headers, ...request.cookies, ...(request.form ?? [])];
    this.#credentials = parts.filter(part => part.origin.by === 'auth');
    this.#options.onAttempt?.(record);
    try {
      const remaining = this.#remaining(startedAt);
      const read = this.#scripts?.credentials(request) ?? [];
      const response = await this.#ports.transport.send(request, {
        ...{ ...options, reason: record.reason },
        ...(read.length === 0 ? {} : { credentials: [...(options.credentials ?? []), ...read] }),
        ...(remaining === undefined ? {} : { timeout: remaining, onPermitted: this.#extend }),
      });
      record.response = head(response);
      record.timing = response.timing();
      if (this.#prepared.settings.cookieJar) await this.#ports.cookies.store(request.url, response.headers);
      this.#options.onAttempt?.(record);
      return response;
    } catch (error) {
      record.error = redactedError(asCountersignError(error), this.#ports);
      // What was not allowed was no attempt.
      if (record.error.code === 'not-allowed') this.#attempts.pop();
      throw error;
    }
  }

  #unverified(): boolean {
    const { settings, request, tls } = this.#prepared;
    const insecure = settings.insecure || this.#ports.defaults.insecure || tls?.insecure;
    return insecure === true && request.url.startsWith('https:');
  }

  /** The time that a person takes to allow something is not the server's. */
  readonly #extend = (milliseconds: number): void => {
    if (this.#deadline !== undefined) this.#deadline += milliseconds;
  };

  /** Milliseconds left of the timeout. @throws CountersignError `timeout` */
  #remaining(now: number): number | undefined {
    if (this.#deadline === undefined || this.#timeout === undefined) return undefined;
    const remaining = this.#deadline - now;
    if (remaining > 0) return this.#timeout - remaining < negligible ? this.#timeout : remaining;
    throw new CountersignError('timeout', `The request took longer than ${this.#timeout} ms.`, {
      hint: 'Raise # @timeout, or look at what its attempts took.',
    });
  }
}

function redacted({ message, expected, actual, ...rest }: TestResult, redact: (text: string) => string): TestResult {
  return {
    ...rest,
    ...(message === undefined ? {} : { message: redact(message) }),
    ...(expected === undefined ? {} : { expected: redact(expected) }),
    ...(actual === undefined ? {} : { actual: redact(actual) }),
  };
}

const contentTypeOf = (headers: ReceivedResponse['headers']): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];

function head(response: ReceivedResponse): NonNullable<AttemptRecord['response']> {
  const { status, statusText, httpVersion, headers, remoteAddress } = response;
  return { status, statusText, httpVersion, headers, ...(remoteAddress === undefined ? {} : { remoteAddress }) };
}
