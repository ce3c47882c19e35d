import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Exchange, TestResult } from '../core/exchange.ts';
import type { Credential } from '../core/permission.ts';
import type { Place } from '../core/place.ts';
import { type HttpRequest, type Part, requestUrl, textBody } from '../core/request.ts';
import type { RunValues } from '../core/run-values.ts';
import type { BodyNode, HeaderNode, Located, PlacedBlock, RequestNode } from '../language/syntax-tree.ts';
import type { Phase, ScriptCall, ScriptOutcome, ScriptRequest } from '../scripting/script.ts';
import type { StatedScript } from '../scripting/scripts-of.ts';
import { settingsOf } from './directives-in-force.ts';
import type { PreparedRequest } from './prepare.ts';
import { requestTitle } from './request-title.ts';
import { encodeIllegal } from './request-url.ts';
import type { RunnerPorts, ScriptPorts } from './runner-ports.ts';
import { placeAt, type Scopes } from './scopes.ts';
import { credentialsFor, RequestScriptHost } from './script-host.ts';
import { ofPhase, scriptsInForce, withText } from './scripts-in-force.ts';
import type { RequestTarget } from './workspace.ts';

/** The scripts around one request, and what they have done so far. */
export class RequestScripts {
  readonly tests: TestResult[] = [];
  skipped = false;
  next: { readonly name: string | null } | undefined;
  readonly #target: RequestTarget;
  readonly #placed: PlacedBlock;
  readonly #scripts: readonly StatedScript[];
  readonly #ports: RunnerPorts & { readonly scripts: ScriptPorts };
  readonly #signal: AbortSignal;
  readonly #values: RunValues;
  readonly #own = new Map<string, unknown>();
  readonly #host: RequestScriptHost;
  readonly #place: Place;
  #edited = false;

  private constructor(
    target: RequestTarget,
    placed: PlacedBlock,
    scripts: readonly StatedScript[],
    scopes: Scopes,
    ports: RunnerPorts & { readonly scripts: ScriptPorts },
    signal: AbortSignal,
  ) {
    this.#target = target;
    this.#placed = placed;
    this.#scripts = scripts;
    this.#ports = ports;
    this.#signal = signal;
    this.#values = ports.scripts.values(target.file);
    const node = placed.block.request as RequestNode;
    this.#place = placeAt(target.file, target.tree, placed, node.start, node.line);
    const settings = settingsOf(target, scopes);
    this.#host = new RequestScriptHost({
      ...{ file: target.file, place: this.#place, values: this.#values, signal, ports, own: this.#own },
      variables: () => ports.variablesFor(target, scopes, settings),
      log: (level, text) => ports.scripts.log(level, this.#redact(text), target),
    });
  }

  /** Those of a request; undefined where there is nothing to run or to add. */
  static of(
    target: RequestTarget,
    scopes: Scopes,
    ports: RunnerPorts,
    signal: AbortSignal,
  ): RequestScripts | undefined {
    const { scripts: port } = ports;
    const placed = target.tree.blocks[target.block];
    if (!port || !placed?.block.request) return undefined;
    const found = scriptsInForce(target, scopes);
    const values = port.values(target.file);
    if (found.length === 0 && values.headers().length === 0 && !values.tainted) return undefined;
    return new RequestScripts(target, placed, found, scopes, { ...ports, scripts: port }, signal);
  }

  /**
   * Runs what comes before the request.
   * @returns the request as it was left, where it is another than the written one
   * @throws CountersignError `script-failed` where a script fails: then nothing is sent
   */
  async before(): Promise<RequestNode | undefined> {
    const node = this.#placed.block.request as RequestNode;
    const written = writtenRequest(node);
    let request = written;
    for (const script of ofPhase(this.#scripts, 'before')) {
      const { request: left } = await this.#run(script, request, undefined);
      request = left ?? request;
      if (this.skipped) return undefined;
    }
    const added = this.#values.headers().filter(([name]) => !has(request, name));
    if (added.length > 0) request = { ...request, headers: [...request.headers, ...added] };
    if (request === written) return undefined;
    this.#edited = true;
    return editedNode(node, written, request);
  }

  /** Runs what sees the request as it is about to be authorized. */
  async prepared(prepared: PreparedRequest): Promise<PreparedRequest> {
    let { request } = prepared;
    for (const script of ofPhase(this.#scripts, 'prepared')) {
      const { request: left } = await this.#run(script, seen(request), undefined);
      if (left) {
        request = withEdits(request, left, this.#place);
        this.#edited = true;
      }
      if (this.skipped) break;
    }
    return request === prepared.request ? prepared : { ...prepared, request };
  }

  /** Runs what looks at the response. */
  async after(exchange: Exchange): Promise<void> {
    const { response, attempts, request: stated, durationMs } = exchange;
    if (!response) return;
    this.#host.exchange = { response };
    const { status, statusText, httpVersion, headers, body } = response;
    const firstByteMs = attempts.at(-1)?.timing?.wait;
    const raw = {
      ...{ status, statusText, httpVersion, headers, size: body.size, durationMs },
      ...(firstByteMs === undefined ? {} : { firstByteMs }),
    };
    const sent = attempts.findLast(({ reason }) => reason !== 'token')?.request ?? stated;
    for (const script of ofPhase(this.#scripts, 'after')) await this.#run(script, seen(sent), raw);
    for (const name of this.#own.keys()) this.#values.delete('run', name);
  }

  /** What the request may carry without its being seen in it. */
  credentials(request: HttpRequest): readonly Credential[] {
    return this.#edited || this.#values.tainted ? credentialsFor(this.#values, request) : [];
  }

  #redact(text: string): string {
    return this.#ports.redact?.(text) ?? text;
  }

  async #run(stated: StatedScript, request: ScriptRequest, response: ScriptCall['response']): Promise<ScriptOutcome> {
    const { scripts: port, files, resolvePath } = this.#ports;
    let { text } = stated;
    let file: string | undefined;
    if (text === undefined) {
      file = resolvePath(stated.path ?? '', stated.place.file);
      try {
        text = new TextDecoder().decode(await files.read(file));
      } catch (error) {
        throw asCountersignError(error, stated.place);
      }
    }
    const script = withText(stated, text, file);
    const { face } = script;
    this.#host.face = face;
    const { index = 0, count = 1 } = port.iteration ?? {};
    const outcome = await port.engine.run(
      {
        script,
        request,
        ...(response ? { response } : {}),
        info: {
          name: requestTitle(this.#placed),
          id: `${this.#target.file}:${this.#place.line}`,
          iteration: index,
          iterationCount: count,
          environment: this.#ports.driver.environment,
        },
      },
      this.#host,
      this.#signal,
    );
    this.#take(script.phase, face, outcome);
    return outcome;
  }

  #take(phase: Phase, face: string, { tests, failure, skip, next }: ScriptOutcome): void {
    const redact = (text: string): string => this.#redact(text);
    for (const { name, passed, skipped, message, line } of tests) {
      this.tests.push({
        name: redact(skipped ? `${name} (skipped)` : name),
        passed,
        line,
        ...(message === undefined ? {} : { message: redact(message) }),
      });
    }
    if (skip) this.skipped = true;
    if (next) this.next = next;
    if (!failure) return;
    const { place } = failure;
    // In Postman the request goes out all the same.
    if (phase !== 'after' && face !== 'postman') {
      throw new CountersignError('script-failed', `The script failed: ${failure.message}`, {
        place,
        hint: 'The request was not sent. Mend the script, or take it away.',
      });
    }
    const elsewhere = place.file === this.#target.file ? '' : ` (${place.file}:${place.line})`;
    this.tests.push({
      name: phase === 'after' ? 'The script after the response' : 'The script before the request',
      passed: false,
      message: redact(`${failure.message}${elsewhere}`),
      line: place.file === this.#target.file ? place.line : this.#place.line,
    });
  }
}

const has = ({ headers }: ScriptRequest, name: string): boolean =>
  headers.some(([known]) => known.toLowerCase() === name.toLowerCase());

/** The request as it is written, variables and all. */
function writtenRequest(node: RequestNode): ScriptRequest {
  const parts = node.body?.parts ?? [];
  const text = parts.every(part => part.kind === 'text') ? parts.map(part => part.text).join('') : undefined;
  return {
    method: node.method?.text ?? 'GET',
    url: node.target.text,
    headers: node.headers.map(({ name, value }) => [name.text, value.text] as const),
    ...(node.body && text !== undefined ? { body: text.replace(/(?:\r?\n)+$/, '') } : {}),
  };
}

/** A request as it goes out, or went. */
function seen(request: HttpRequest): ScriptRequest {
  const text = request.body?.text;
  return {
    method: request.method,
    url: requestUrl(request),
    headers: request.headers.map(({ name, value }) => [name, value] as const),
    ...(text === undefined ? {} : { body: text }),
  };
}

/** The request node with what a script changed; what it left alone keeps its places. */
function editedNode(node: RequestNode, before: ScriptRequest, after: ScriptRequest): RequestNode {
  const at = { start: node.start, end: node.start };
  const located = (text: string): Located => ({ ...at, text });
  const waiting = [...node.headers];
  const headers = after.headers.map(([name, value]): HeaderNode => {
    const index = waiting.findIndex(known => known.name.text === name && known.value.text === value);
    const [known] = index < 0 ? [] : waiting.splice(index, 1);
    return known ?? { ...at, name: located(name), value: located(value), line: node.line };
  });
  const body: BodyNode | undefined =
    after.body === before.body
      ? node.body
      : after.body === undefined
        ? undefined
        : { ...at, parts: [{ kind: 'text', span: at, text: after.body }], line: node.line };
  const { body: _, ...rest } = node;
  return {
    ...rest,
    method: after.method === before.method ? node.method : located(after.method),
    ...(after.url === before.url ? {} : { target: located(after.url), targetParts: [], targetLastLine: node.line }),
    headers,
    body,
  };
}

/** A computed request with what a script changed. */
function withEdits(request: HttpRequest, left: ScriptRequest, place: Place): HttpRequest {
  const before = seen(request);
  const origin = { by: 'script', file: place.file, line: place.line } as const;
  const waiting = [...request.headers];
  const headers = left.headers.map(([name, value]): Part => {
    const index = waiting.findIndex(known => known.name === name && known.value === value);
    const [known] = index < 0 ? [] : waiting.splice(index, 1);
    return known ?? { name, value, origin };
  });
  const bodyChanged = left.body !== before.body;
  const body = bodyChanged ? (left.body === undefined ? undefined : textBody(left.body, left.body)) : request.body;
  const sized = bodyChanged
    ? headers.filter(({ name }) => !/^(?:content-length|transfer-encoding)$/i.test(name))
    : headers;
  if (bodyChanged && body) sized.push({ name: 'Content-Length', value: String(body.length), origin: { by: 'client' } });
  const { maskedUrl, ...rest } = request;
  const urlChanged = left.url !== before.url;
  return {
    ...(urlChanged || maskedUrl === undefined ? rest : { ...rest, maskedUrl }),
    method: left.method,
    ...(urlChanged ? { url: new URL(encodeIllegal(left.url)).href, urlOrigin: origin, query: [] } : {}),
    headers: sized,
    body,
  };
}
