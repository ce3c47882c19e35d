import { charsetOf, decodeText } from '../core/charset.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Credential } from '../core/permission.ts';
import type { Place } from '../core/place.ts';
import { type HttpRequest, originOf, type Part, textBody } from '../core/request.ts';
import { type RunLevel, type RunValues, runLevels } from '../core/run-values.ts';
import type { LayerKind } from '../core/variable-layer.ts';
import type { Face, LogLevel, ScriptHost } from '../scripting/script.ts';
import { followRedirects } from './redirects.ts';
import { withClientHeaders } from './request-builder.ts';
import { requestUrlOf } from './request-url.ts';
import type { RunnerPorts } from './runner-ports.ts';
import type { RequestVariablesView } from './variable-text.ts';

/** Bytes of a body that a script may have. */
const largestBody = 16 * 1024 * 1024;
/** Requests that one script may send. */
const mostRequests = 100;

export interface HostedRequest {
  readonly file: string;
  readonly place: Place;
  readonly values: RunValues;
  readonly signal: AbortSignal;
  /** The variables as they are now. */
  variables(): Promise<RequestVariablesView>;
  readonly ports: RunnerPorts;
  log(level: LogLevel, text: string): void;
  /** Ends with the request. */
  readonly own: Map<string, unknown>;
}

type Arguments = Readonly<Record<string, unknown>>;

const kindsOf: Readonly<Record<string, ReadonlySet<LayerKind>>> = {
  environment: new Set(['environment', 'shared']),
  collection: new Set(['collection', 'folder', 'file']),
  file: new Set(['file']),
  global: new Set(['global']),
  request: new Set(['request']),
  any: new Set<LayerKind>([
    'command-line',
    'request',
    'file',
    'folder',
    'collection',
    'environment',
    'shared',
    'global',
  ]),
};

/** Answers what a script asks for, by value: it has nothing else of the world. */
export class RequestScriptHost implements ScriptHost {
  readonly #request: HostedRequest;
  /** The exchange that the script looks at. */
  exchange: Pick<Exchange, 'response'> | undefined;
  face: Face = 'jetbrains';
  #sent = 0;

  constructor(request: HostedRequest) {
    this.#request = request;
  }

  log(level: LogLevel, text: string): void {
    this.#request.log(level, text);
  }

  async call(method: string, argument: unknown): Promise<unknown> {
    const given = (typeof argument === 'object' && argument !== null ? argument : {}) as Arguments;
    switch (method) {
      case 'variable.get':
        return this.#get(String(given.level), String(given.name));
      case 'variable.set':
        return this.#set(String(given.level), String(given.name), given.value);
      case 'variable.unset':
        return this.#unset(String(given.level), String(given.name));
      case 'variable.clear':
        return this.#clear(String(given.level));
      case 'variable.all':
        return this.#all(String(given.level));
      case 'substitute':
        return this.#read((await this.#resolved(String(given.text))) ?? String(given.text));
      case 'header.set':
        return this.#request.values.setHeader(
          String(given.name),
          given.value === undefined ? undefined : String(given.value),
        );
      case 'process-environment':
        return this.#read(await this.#resolved(`{{$processEnv ${String(given.name)}}}`));
      case 'response.body':
        return this.#body();
      case 'send':
        return this.#send(given);
      case 'cookies':
        return this.#cookies(String(given.url));
      case 'cookie.set':
        await this.#request.ports.cookies.store(String(given.url), [['Set-Cookie', String(given.cookie)]]);
        return undefined;
      case 'path':
        return this.#request.ports.resolvePath(withExtension(String(given.name)), String(given.base));
      case 'module':
        return new TextDecoder().decode(await this.#request.ports.files.read(String(given.name)));
      default:
        throw new Error(`Scripts can’t ask for “${method}”.`);
    }
  }

  /** What a script has read may stand in whatever it makes from now on. */
  #read<T>(value: T): T {
    const { ambient } = this.#request.ports;
    if (typeof value !== 'string' || !ambient || ambient.none) return value;
    for (const credential of ambient.in([value])) this.#request.values.credentials.set(credential.id, credential);
    return value;
  }

  async #resolved(text: string): Promise<string | undefined> {
    const variables = await this.#request.variables();
    const tolerant = await variables.resolveWithProblems?.(text, this.#request.place);
    return tolerant?.value;
  }

  async #get(level: string, name: string): Promise<{ readonly value: unknown } | undefined> {
    const { values, own } = this.#request;
    if (level === 'kept') return values.others.has(name) ? { value: values.others.get(name) } : undefined;
    if (level === 'request' && own.has(name)) return { value: own.get(name) };
    if (level === 'run' || level === 'data') return this.#kept(level, name);
    if (level === 'local') return this.#kept('run', name);
    if (level === 'any') {
      const first = this.#kept('run', name) ?? this.#kept('data', name);
      if (first) return first;
    } else if (isRunLevel(level)) {
      const kept = this.#kept(level, name);
      if (kept) return kept;
    }
    const kinds = kindsOf[level];
    const written = kinds && (await (await this.#request.variables()).valueAt?.(name, kinds));
    if (!written) return undefined;
    for (const each of level === 'any' ? runLevels : []) {
      const kept = this.#kept(each, name);
      if (kept && textOf(kept.value, this.face) === written.value) return kept;
    }
    return { value: this.#read(written.value) };
  }

  #kept(level: RunLevel, name: string): { readonly value: unknown } | undefined {
    const kept = this.#request.values.get(level, name);
    return kept && { value: this.#read(kept.value) };
  }

  #set(level: string, name: string, value: unknown): undefined {
    const { values, own, ports } = this.#request;
    const text = textOf(value, this.face);
    if (values.credentials.size > 0) {
      // Whatever is made after a credential was read counts as that credential, wherever it goes.
      for (const credential of values.credentials.values()) {
        // Too short to be recognized, or one that may go back to its own origin: then it counts with every request.
        if (text.trim().length < 4 || credential.id.startsWith('cookies:')) values.tainted = true;
        else ports.ambient?.add(text, credential);
      }
    }
    if (level === 'kept') values.others.set(name, value);
    else {
      if (level === 'request') own.set(name, value);
      values.set(isRunLevel(level) ? level : 'run', name, value, text);
    }
    return undefined;
  }

  #unset(level: string, name: string): undefined {
    const { values, own } = this.#request;
    own.delete(name);
    if (level === 'kept') values.others.delete(name);
    else values.delete(isRunLevel(level) ? level : 'run', name);
    return undefined;
  }

  #clear(level: string): undefined {
    const { values } = this.#request;
    if (level === 'kept') values.others.clear();
    else values.clear(isRunLevel(level) ? level : 'run');
    return undefined;
  }

  async #all(level: string): Promise<Record<string, unknown>> {
    const { values } = this.#request;
    if (level === 'kept') return Object.fromEntries(values.others);
    if (level === 'run' || level === 'data' || level === 'local') return values.all(level === 'local' ? 'run' : level);
    const kinds = kindsOf[level];
    const written = kinds && (await this.#request.variables()).valuesAt?.(kinds);
    const all: Record<string, unknown> = {};
    for (const [name, { value }] of written ?? []) all[name] = this.#read(value);
    return { ...all, ...(isRunLevel(level) ? values.all(level) : {}) };
  }

  async #body(): Promise<string> {
    const response = this.exchange?.response;
    if (!response) return '';
    if (response.body.size > largestBody)
      throw new Error('The body is larger than 16 MiB, which is more than a script can have.');
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body.open()) chunks.push(chunk);
    const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    return decodeText(Buffer.concat(chunks), charsetOf(type));
  }

  #cookies(url: string): readonly { readonly name: string; readonly value: string }[] {
    const origin = URL.parse(url)?.origin;
    if (origin === undefined) return [];
    const cookies = this.#request.ports.cookies.cookiesFor(url);
    if (cookies.length > 0) {
      const credential = cookiesOf(origin);
      this.#request.values.credentials.set(credential.id, credential);
    }
    return cookies.map(({ name, value }) => ({ name, value }));
  }

  /** A request of a script: without the auth of the file, with its cookies, and on record. */
  async #send(given: Arguments): Promise<unknown> {
    if (++this.#sent > mostRequests) throw new Error(`A script sends ${mostRequests} requests at most.`);
    const { ports, place, signal, values } = this.#request;
    const { clock } = ports.driver;
    const started = clock.now();
    const request = this.#requestOf(given, place);
    const send = followRedirects(async (next, options) => {
      const stored = ports.cookies.cookiesFor(next.url);
      const hop = stored.length === 0 ? next : { ...next, cookies: stored };
      const response = await ports.transport.send(hop, {
        ...options,
        reason: 'script',
        credentials: credentialsFor(values, hop),
      });
      await ports.cookies.store(hop.url, response.headers);
      return response;
    });
    const { timeout, insecure } = ports.defaults;
    const response = await send(request, {
      signal,
      insecure: insecure ?? false,
      ...(timeout === undefined ? {} : { timeout }),
    });
    const bytes = await response.bytes(largestBody);
    const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    return {
      status: response.status,
      statusText: response.statusText,
      httpVersion: response.httpVersion,
      headers: response.headers,
      size: bytes.byteLength,
      durationMs: clock.now() - started,
      body: decodeText(bytes, charsetOf(type)),
    };
  }

  #requestOf(given: Arguments, place: Place): HttpRequest {
    const method = String(given.method);
    const { url } = requestUrlOf(String(given.url), undefined, place);
    const origin = { by: 'script', file: place.file, line: place.line } as const;
    const pairs = Array.isArray(given.headers) ? (given.headers as readonly (readonly unknown[])[]) : [];
    const headers = pairs.map(([name, value]): Part => {
      const [written, content] = [String(name), String(value)];
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(written) || /[\x00-\x08\x0a-\x1f\x7f]/.test(content)) {
        throw new Error(`“${written}” is no header that can be sent.`);
      }
      return { name: written, value: content, origin };
    });
    const body = given.body === undefined ? undefined : textBody(String(given.body), String(given.body));
    return {
      ...{ method, url, urlOrigin: origin, query: [], cookies: [], body, overridden: [] },
      headers: withClientHeaders(method, url, headers, body, false, this.#request.ports.userAgent),
    };
  }
}

/** The credentials that a request may carry because scripts have read them: cookies may go back to where they belong. */
export function credentialsFor({ credentials }: RunValues, request: HttpRequest): readonly Credential[] {
  if (credentials.size === 0) return [];
  const own = cookiesOf(originOf(request)).id;
  return [...credentials.values()].filter(({ id }) => id !== own);
}

function cookiesOf(origin: string): Credential {
  const host = origin.replace(/^\w+:\/\//, '');
  return { id: `cookies:${origin}`, name: `cookies:${host}`, label: `cookies of ${host}` };
}

const isRunLevel = (level: string): level is RunLevel => (runLevels as readonly string[]).includes(level);

/** A value as it stands for `{{name}}`. */
function textOf(value: unknown, face: Face): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return value === null && face === 'postman' ? 'null' : '';
  if (typeof value !== 'object') return String(value);
  return face === 'postman' ? String(value) : JSON.stringify(value);
}

const withExtension = (name: string): string => (/\.[cm]?[jt]s$|\.json$/.test(name) ? name : `${name}.js`);
