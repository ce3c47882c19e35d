import type { AuthStatement } from '../auth/inheritance.ts';
import { composeBody } from '../core/body.ts';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { FileReader } from '../core/ports.ts';
import type { Body, BodyPiece, HttpRequest, Part } from '../core/request.ts';
import { MASK, percentEncode, textBody } from '../core/request.ts';
import { brokenReference } from '../core/template.ts';
import { isReference } from '../language/head-lines.ts';
import { protocolMethods } from '../language/methods.ts';
import { lineIndexAt } from '../language/positions.ts';
import type { BodyNode, HeaderNode, PlacedBlock, RequestNode, SyntaxTree } from '../language/syntax-tree.ts';
import { shorthandStatement } from './auth-shorthand.ts';
import { graphqlBody } from './graphql.ts';
import { encodeIllegal, requestUrlOf } from './request-url.ts';
import { placeAt } from './scopes.ts';
import type { ResolvedText, TextResolver } from './variable-text.ts';

export interface BuiltRequest {
  /** Complete apart from authorization and cookies: the headers that the client adds are in it. */
  readonly request: HttpRequest;
  /** What an Authorization header in shorthand, or user information in the URL, stands for. */
  readonly shorthand: AuthStatement | undefined;
}

export interface BuildPorts {
  readonly files: FileReader;
  readonly userAgent: string;
  /** The absolute path of a path written in that file. */
  resolvePath(path: string, file: string): string;
}

const withoutBody: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
const methodPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerNamePattern = methodPattern;
const illegalValue = /[\x00-\x08\x0a-\x1f\x7f]/;

/** A target that begins with `/` and has no Host header stands below the variable `host`, as in httpYac. */
async function withHost(
  target: ResolvedText,
  header: string | undefined,
  variables: TextResolver,
  place: Place,
): Promise<ResolvedText> {
  if (header !== undefined || !/^\/(?!\/)/.test(target.value.trim())) return target;
  try {
    const host = await variables.resolve('{{host}}', place);
    if (host.value.trim() === '') return target;
    const below = (base: string, path: string): string => `${base.trim().replace(/\/$/, '')}${path.trim()}`;
    return { value: below(host.value, target.value), masked: below(host.masked, target.masked) };
  } catch {
    // Without one, the error says what a target wants.
    return target;
  }
}

/**
 * Computes a request from its node: variables replaced, URL encoded, body composed, client headers added.
 * @param shorthands whether an Authorization header in shorthand is to be read as a statement
 * @throws CountersignError at the place of what is wrong
 */
export async function buildRequest(
  file: string,
  tree: SyntaxTree,
  placed: PlacedBlock,
  shorthands: boolean,
  variables: TextResolver,
  ports: BuildPorts,
  edited?: RequestNode,
): Promise<BuiltRequest> {
  const node = edited ?? placed.block.request;
  if (!node) throw new CountersignError('invalid-request', 'There is no request here.');
  const place = (offset: number, line: number): Place => placeAt(file, tree, placed, offset, line);
  const at = place(node.start, node.line);
  const method = await methodOf(node, variables, at);

  let shorthand: AuthStatement | undefined;
  const headers: Part[] = [];
  for (const header of node.headers) {
    const headerPlace = place(header.start, header.line);
    if (shorthands && !shorthand && header.name.text.toLowerCase() === 'authorization') {
      shorthand = shorthandStatement(header.value.text, headerPlace);
      if (shorthand) continue;
    }
    const part = await headerPart(header, variables, headerPlace);
    if (part === undefined) continue;
    if (shorthands && !shorthand && part.name.toLowerCase() === 'authorization' && isWholeHeader(header)) {
      shorthand = shorthandStatement(part.value, headerPlace);
      if (shorthand) continue;
    }
    const cookie =
      part.name.toLowerCase() === 'cookie' ? headers.findIndex(({ name }) => name.toLowerCase() === 'cookie') : -1;
    if (cookie < 0) headers.push(part);
    else headers[cookie] = joinedCookies(headers[cookie] ?? part, part);
  }
  const value = (name: string): string | undefined => headers.find(header => header.name.toLowerCase() === name)?.value;

  if (brokenReference(node.target.text) !== undefined) {
    throw new CountersignError('invalid-url', 'The URL holds a reference that is not whole.', {
      place: at,
      hint: 'Write a variable as {{name}}, and literal braces as %7B%7B.',
    });
  }
  const targetPlace = place(node.target.start, node.line);
  const written = await variables.resolve(node.target.text, targetPlace);
  const target = await withHost(written, value('host'), variables, targetPlace);
  const { url, userInfo } = requestUrlOf(target.value, value('host'), at);
  if (userInfo && shorthands) {
    const field = (name: string, text: string) => ({ name, value: text, fromFile: false, place: at });
    shorthand ??= {
      scheme: 'basic',
      fields: [field('username', userInfo.username), field('password', userInfo.password)],
      place: at,
    };
  }

  const graphql = method === 'GRAPHQL' || /^graphql$/i.test(value('x-request-type') ?? '');
  const body = node.body
    ? await bodyOf(node.body, { file, tree, placed }, value('content-type') ?? '', graphql, variables, ports)
    : undefined;
  const sentHeaders = graphql ? headers.filter(header => header.name.toLowerCase() !== 'x-request-type') : headers;
  const sentMethod = method === 'GRAPHQL' ? 'POST' : method;

  return {
    shorthand,
    request: {
      method: sentMethod,
      url,
      ...(target.masked === target.value ? {} : { maskedUrl: maskedUrl(target.masked, value('host'), at) }),
      urlOrigin: { by: 'file', file: at.file, line: at.line },
      query: [],
      headers: withClientHeaders(sentMethod, url, sentHeaders, body, graphql, ports.userAgent),
      cookies: [],
      body,
      overridden: [],
    },
  };
}

async function methodOf(node: RequestNode, variables: TextResolver, place: Place): Promise<string> {
  const written = (await variables.resolve(node.method?.text ?? 'GET', place)).value.trim();
  const method = /^[a-z]+$/i.test(written) ? written.toUpperCase() : written;
  if (!methodPattern.test(method))
    throw new CountersignError('invalid-request', `“${method}” is no method.`, { place });
  if (protocolMethods.has(method)) {
    throw new CountersignError('foreign-feature', `Countersign does not send ${method} requests.`, { place });
  }
  return method;
}

/** Whether one variable stands for name and value. */
const isWholeHeader = ({ name, end }: HeaderNode): boolean => isReference(name.text) && name.end === end;

/** The header of a line; undefined where the line is one variable and that is empty. */
async function headerPart(header: HeaderNode, variables: TextResolver, place: Place): Promise<Part | undefined> {
  let name = await variables.resolve(header.name.text, place);
  let value = await variables.resolve(header.value.text, place);
  if (isWholeHeader(header)) {
    if (name.value.trim() === '') return undefined;
    [name, value] = splitHeader(name, place);
  }
  if (!headerNamePattern.test(name.value)) {
    throw new CountersignError('invalid-header', `“${name.masked}” is no header name.`, { place });
  }
  if (illegalValue.test(value.value)) {
    const what = /[\r\n]/.test(value.value) ? 'a line break' : 'a control character';
    throw new CountersignError('invalid-header', `The value of ${name.value} contains ${what}.`, {
      place,
      hint: 'Look at the variables in it: a value read from a file often ends with a line break.',
    });
  }
  const { file, line } = place;
  return {
    name: name.value,
    value: value.value,
    ...(value.masked === value.value ? {} : { masked: value.masked }),
    origin: { by: 'file', file, line },
  };
}

/** A client sends one Cookie field; the lines that state it go into the first. @see RFC 6265, section 5.4 */
function joinedCookies(first: Part, next: Part): Part {
  const joined = (one: string, other: string): string => [one, other].filter(text => text.trim() !== '').join('; ');
  const masked = first.masked !== undefined || next.masked !== undefined;
  return {
    ...first,
    value: joined(first.value, next.value),
    ...(masked ? { masked: joined(first.masked ?? first.value, next.masked ?? next.value) } : {}),
  };
}

const headerLine = /^\s*([^:]*?)\s*:\s*(.*?)\s*$/s;

/** `Name: value` that a variable holds. A name is shown, so that one inside a secret is none. */
function splitHeader({ value, masked }: ResolvedText, place: Place): [name: ResolvedText, value: ResolvedText] {
  const [, name, content = ''] = headerLine.exec(value) ?? [];
  const [, shownName, shown = ''] = headerLine.exec(masked) ?? [];
  if (name === undefined || shownName !== name) {
    throw new CountersignError('invalid-header', 'The variable on this line holds no header.', {
      place,
      hint: 'Give it a value such as “Accept: application/json”, or write “Name: {{variable}}”.',
    });
  }
  return [
    { value: name, masked: name },
    { value: content, masked: shown },
  ];
}

const encodedMask = percentEncode(MASK);

/** Stands for the mask while a URL is computed: every part of a URL can hold it as it is. */
const maskInUrl = 'countersign-mask';

function maskedUrl(target: string, host: string | undefined, place: Place): string {
  try {
    return requestUrlOf(target.replaceAll(MASK, maskInUrl), host, place).url.replaceAll(maskInUrl, MASK);
  } catch {
    return MASK;
  }
}

interface BodyPlace {
  readonly file: string;
  readonly tree: SyntaxTree;
  readonly placed: PlacedBlock;
}

async function bodyOf(
  node: BodyNode,
  { file, tree, placed }: BodyPlace,
  contentType: string,
  graphql: boolean,
  variables: TextResolver,
  ports: BuildPorts,
): Promise<Body | undefined> {
  const multipart = /^multipart\//i.test(contentType);
  const form = /^application\/x-www-form-urlencoded/i.test(contentType);
  const lines = /^application\/x-ndjson\b/i.test(contentType);
  const parts: (ResolvedText | { readonly file: string })[] = [];
  const lineOf = (offset: number): number => lineIndexAt({ block: placed.block, offset: 0, line: 0 }, offset);
  for (const part of node.parts) {
    if (part.kind === 'text') {
      const { start } = part.span;
      parts.push(await variables.resolve(part.text, placeAt(file, tree, placed, start, lineOf(start))));
      continue;
    }
    const place = placeAt(file, tree, placed, part.span.start, lineOf(part.span.start));
    const path = ports.resolvePath((await variables.resolve(part.path.text, place)).value, file);
    if (!part.substitute) {
      await atPlace(place, () => ports.files.size(path));
      parts.push({ file: path });
    } else {
      const bytes = await atPlace(place, () => ports.files.read(path));
      parts.push(await variables.resolve(decode(bytes, part.encoding, place), { file: path, line: 1, column: 1 }));
    }
  }
  if (parts.every((part): part is ResolvedText => 'value' in part)) {
    const finish = (text: string): string => {
      const trimmed = text.replace(/(?:\r?\n)+$/, '');
      if (graphql) return graphqlBody(trimmed, placeAt(file, tree, placed, node.start, node.line));
      if (form) return encodeIllegal(trimmed.replace(/\r?\n\s*/g, '')).replaceAll(encodedMask, MASK);
      if (multipart) return `${trimmed.replace(/\r?\n/g, '\r\n')}\r\n`;
      // Every record of newline-delimited JSON ends with a line end, and readers of it want the last one too.
      return lines && trimmed !== '' ? `${trimmed}\n` : trimmed;
    };
    const text = finish(parts.map(part => part.value).join(''));
    const masked = finish(parts.map(part => part.masked).join(''));
    return text === '' ? undefined : textBody(text, masked);
  }
  const last = parts.length - 1;
  // Many a server wants a line end after the last boundary.
  const finish = (text: string, index: number): string =>
    multipart && index === last ? text.replace(/(?:\r?\n)*$/, '\n') : text;
  const composed = await composeBody(
    parts.map((part, index) => ('value' in part ? finish(part.value, index) : part)),
    ports.files,
    { crlf: multipart },
  );
  const pieces = parts.map((part, index): BodyPiece => {
    if (!('value' in part)) return part;
    const text = finish(part.value, index);
    return part.masked === part.value ? { text } : { text, masked: finish(part.masked, index) };
  });
  return { ...composed, pieces };
}

/** What fails without a place fails at that one. */
async function atPlace<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asCountersignError(error, place);
  }
}

function decode(bytes: Uint8Array, encoding: string | undefined, place: Place): string {
  try {
    return new TextDecoder(encoding ?? 'utf-8').decode(bytes);
  } catch (cause) {
    throw new CountersignError('invalid-value', `“${encoding}” is no known encoding.`, {
      place,
      hint: 'Name one that the WHATWG Encoding Standard knows, such as utf-8, latin1 or shift_jis.',
      cause,
    });
  }
}

/** The headers that HTTP or habit asks for and the document does not state, after those it states; Host comes first. */
export function withClientHeaders(
  method: string,
  url: string,
  written: readonly Part[],
  body: Body | undefined,
  graphql: boolean,
  userAgent: string,
): readonly Part[] {
  const has = (name: string): boolean => written.some(header => header.name.toLowerCase() === name);
  const added: Part[] = [];
  const add = (name: string, value: string): void => {
    if (!has(name.toLowerCase())) added.push({ name, value, origin: { by: 'client' } });
  };
  if (graphql) add('Content-Type', 'application/json');
  add('User-Agent', userAgent);
  add('Accept', '*/*');
  add('Accept-Encoding', 'gzip, deflate, br, zstd');
  if (body) {
    if (body.length === undefined) add('Transfer-Encoding', 'chunked');
    else if (!has('transfer-encoding')) add('Content-Length', String(body.length));
  } else if (!withoutBody.has(method)) {
    add('Content-Length', '0');
  }
  const host: readonly Part[] = has('host')
    ? []
    : [{ name: 'Host', value: url.slice(url.indexOf('//') + 2).split(/[/?]/, 1)[0] ?? '', origin: { by: 'client' } }];
  return [...host, ...written, ...added];
}
