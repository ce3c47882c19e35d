import { host, type Loose } from './host.ts';

/** What all faces read of a message. */

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface RawResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly headers: Pairs;
  readonly size: number;
  readonly durationMs: number;
  readonly firstByteMs?: number;
  /** Of what a script itself sent; that of the request is asked for. */
  readonly body?: string;
}

export interface RawRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body?: string;
}

export interface Input {
  readonly script: {
    readonly face: string;
    readonly phase: string;
    /** What stands for its file in stacks. */
    readonly name: string;
    readonly place: { readonly file: string; readonly line: number };
  };
  readonly request: RawRequest;
  readonly response?: RawResponse;
  readonly info: {
    readonly name: string;
    readonly id: string;
    readonly iteration: number;
    readonly iterationCount: number;
    readonly environment: string;
  };
}

export const valuesOf = (headers: Pairs, name: unknown): string[] => {
  const lower = String(name).toLowerCase();
  return headers.filter(([known]) => known.toLowerCase() === lower).map(([, value]) => value);
};

const bodies = new WeakMap<RawResponse, string>();

/** The body as text, fetched when it is first read. */
export function bodyText(response: RawResponse): string {
  if (response.body !== undefined) return response.body;
  const known = bodies.get(response) ?? String(host('response.body') ?? '');
  bodies.set(response, known);
  return known;
}

export const contentType = (headers: Pairs): { mimeType: string; charset: string } => {
  const [written = ''] = valuesOf(headers, 'content-type');
  const [mimeType = ''] = written.split(';');
  return { mimeType: mimeType.trim().toLowerCase(), charset: /charset\s*=\s*"?([^\s;"]+)/i.exec(written)?.[1] ?? '' };
};

export const isJson = (type: string): boolean => /[/+]json$/i.test(type);
export const isXml = (type: string): boolean => /[/+]xml$/i.test(type);

/** JSON as people write it: a byte order mark is left out. */
export function parsedJson(text: string): Loose {
  return JSON.parse(text.replace(/^\ufeff/, ''));
}

interface Cookie {
  name: string;
  value: string;
  domain?: string;
  path?: string;
  expires?: string;
  maxAge?: number;
  secure: boolean;
  httpOnly: boolean;
  sameSite?: string;
}

/** The cookies that a response sets. */
export function setCookies(headers: Pairs): Cookie[] {
  return valuesOf(headers, 'set-cookie').map(line => {
    const [first = '', ...attributes] = line.split(';');
    const at = first.indexOf('=');
    const cookie: Cookie = {
      name: first.slice(0, at).trim(),
      value: first.slice(at + 1).trim(),
      secure: false,
      httpOnly: false,
    };
    for (const attribute of attributes) {
      const [name = '', ...rest] = attribute.split('=');
      const value = rest.join('=').trim();
      const key = name.trim().toLowerCase();
      if (key === 'domain') cookie.domain = value;
      else if (key === 'path') cookie.path = value;
      else if (key === 'expires') cookie.expires = value;
      else if (key === 'max-age') cookie.maxAge = Number(value);
      else if (key === 'samesite') cookie.sameSite = value;
      else if (key === 'secure') cookie.secure = true;
      else if (key === 'httponly') cookie.httpOnly = true;
    }
    return cookie;
  });
}
