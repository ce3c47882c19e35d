import { charsetOf, decodeText } from './charset.ts';
import { CountersignError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { type JsonDocument, jsonValue, parseJson, xmlValue } from './response-path.ts';
import type { ResponseSource } from './variable-ports.ts';

/** Bodies that paths look into are read whole: 64 MiB at most. */
const LIMIT = 64 * 1024 * 1024;

type Headers = readonly (readonly [name: string, value: string])[];

/** One side of an exchange. */
interface Message {
  readonly headers: Headers;
  body(): Promise<string | undefined>;
}

interface Recorded {
  readonly exchange: Exchange;
  readonly json: Map<string, Promise<JsonDocument>>;
}

/**
 * The earlier responses of a run, by request name; of each name the latest. Paths are REST Client's:
 * `response.body.$.token`, `response.body.//id`, `response.body.*`, `response.headers.Location`, `request.body.$.name`;
 * besides `response.status`, and httpYac's `login.token` for a member of the JSON body.
 */
export class ResponseValues implements ResponseSource {
  readonly #recorded = new Map<string, Recorded>();
  readonly #expected: ReadonlySet<string>;
  readonly #owners = new Map<string, ResponseValues>();

  /** @param expected names of requests that could be sent: using one too early is told apart from a wrong name */
  constructor(expected: Iterable<string> = []) {
    this.#expected = new Set(expected);
  }

  /**
   * Those of one file or collection in one environment: what others were answered is nothing of theirs.
   * @param owner tells them apart
   */
  of(owner: string): ResponseValues {
    const known = this.#owners.get(owner) ?? new ResponseValues();
    this.#owners.set(owner, known);
    return known;
  }

  /** Keeps the exchange, in place of an earlier one of that name; its body must stay readable. */
  record(name: string, exchange: Exchange): void {
    this.#recorded.set(name, { exchange, json: new Map() });
  }

  /** The exchange last recorded under that name. */
  exchange(name: string): Exchange | undefined {
    return this.#recorded.get(name)?.exchange;
  }

  has(name: string): boolean {
    return this.#recorded.has(name) || this.#expected.has(name);
  }

  names(): Iterable<string> {
    return new Set([...this.#recorded.keys(), ...this.#expected]);
  }

  async value(name: string, path: string): Promise<string> {
    const recorded = this.#recorded.get(name);
    if (!recorded) throw notSent(name);
    const [side = '', part = '', ...rest] = path.split('.');
    const detail = rest.join('.');
    if (side !== 'response' && side !== 'request') return this.#body(name, recorded, 'response', `$.${path}`);
    const message = side === 'response' ? responseOf(name, recorded.exchange) : requestOf(recorded.exchange);
    switch (part) {
      case 'body':
      case 'parsedBody':
        return this.#body(name, recorded, side, detail);
      case 'headers':
        return header(name, message.headers, detail);
      case 'status':
      case 'statusCode':
      case 'statusText':
        if (side === 'response' && detail === '') return statusPart(recorded.exchange, part);
    }
    throw unresolved(
      `“${name}.${path}” names no part of a ${side}.`,
      `Use “${name}.${side}.body.$.…”, “${name}.${side}.headers.Name” or “${name}.response.status”.`,
    );
  }

  async #body(name: string, recorded: Recorded, side: 'request' | 'response', path: string): Promise<string> {
    const message = side === 'response' ? responseOf(name, recorded.exchange) : requestOf(recorded.exchange);
    const what = `The ${side} body of “${name}”`;
    const text = await message.body();
    if (text === undefined) throw unresolved(`${what} is not at hand.`, 'Send the request again.');
    if (path === '' || path === '*') return text;
    const [, forced, inside = path] = /^(asJson|asXml)\.(.*)$/s.exec(path) ?? [];
    const xml = forced === 'asXml' || (forced === undefined && !inside.startsWith('$') && isXml(message.headers, text));
    if (xml || inside.startsWith('/')) return xmlValue(text, inside, what);
    let json = recorded.json.get(side);
    if (!json) {
      json = parseJson(text, what);
      recorded.json.set(side, json);
    }
    return jsonValue(await json, inside.startsWith('$') ? inside : `$.${inside}`, what);
  }
}

function responseOf(name: string, { response, error }: Exchange): Message {
  if (!response) {
    throw new CountersignError('unresolved-variable', `The request “${name}” got no response.`, {
      hint: 'See why it failed, and send it again.',
      cause: error,
    });
  }
  return {
    headers: response.headers,
    async body() {
      if (response.body.size > LIMIT) {
        throw new CountersignError('too-large', `The response body of “${name}” is too large to take a value from.`);
      }
      return decode(response.body.bytes ?? (await response.body.start(LIMIT)), response.headers);
    },
  };
}

/** The request as it was last sent, authorization included. */
function requestOf({ request, attempts }: Exchange): Message {
  const sent = attempts.findLast(attempt => attempt.reason !== 'token')?.request ?? request;
  return {
    headers: sent.headers.map(part => [part.name, part.value] as const),
    async body() {
      if (!sent.body || sent.body.text !== undefined) return sent.body?.text;
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of sent.body.open()) {
        size += chunk.byteLength;
        if (size > LIMIT)
          throw new CountersignError('too-large', 'The request body is too large to take a value from.');
        chunks.push(chunk);
      }
      return new TextDecoder().decode(Buffer.concat(chunks));
    },
  };
}

function statusPart({ response }: Exchange, part: 'status' | 'statusCode' | 'statusText'): string {
  return part === 'statusText' ? (response?.statusText ?? '') : String(response?.status);
}

function header(request: string, headers: Headers, name: string): string {
  const lower = name.toLowerCase();
  const values = headers.filter(([known]) => known.toLowerCase() === lower).map(([, value]) => value);
  // Cookies can't be joined by commas: RFC 6265 §3.
  if (values.length > 0) return lower === 'set-cookie' ? (values[0] ?? '') : values.join(', ');
  throw unresolved(
    name === '' ? `Which header of “${request}” is meant?` : `“${request}” has no header “${name}”.`,
    headers.length > 0 ? `It has: ${[...new Set(headers.map(([known]) => known))].join(', ')}.` : 'It has none.',
  );
}

function isXml(headers: Headers, text: string): boolean {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return /[/+]xml\b/i.test(type) || (type === '' && /^\s*</.test(text));
}

function decode(bytes: Uint8Array, headers: Headers): string {
  return decodeText(bytes, charsetOf(headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]));
}

function notSent(name: string): CountersignError {
  return unresolved(`The request “${name}” has not been sent yet in this run.`, 'Send it first.');
}

function unresolved(message: string, hint: string): CountersignError {
  return new CountersignError('unresolved-variable', message, { hint });
}
