import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { withoutParameters } from '../../core/query-parameters.ts';
import { type Edit, MASK, percentEncode } from '../../core/request.ts';
import { byNameAndValue, normalizedPairs, normalizeEncoding } from '../percent-encoding.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export interface SigningInput {
  readonly method: string;
  /** As sent. */
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Hexadecimal SHA-256 of the body, or one of AWS's words for a body that is not hashed. */
  readonly payloadHash: string;
  /** Sends `X-Amz-Content-Sha256`, as S3 demands. */
  readonly sendPayloadHash: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string | undefined;
  /** The session token is added after signing (AWS IoT's WebSocket endpoint). */
  readonly omitSessionToken?: boolean;
  readonly region: string;
  readonly service: string;
  /** `20150830T123600Z` */
  readonly timestamp: string;
  readonly placement: 'header' | 'query';
  /** Seconds that a presigned URL is good for. */
  readonly expires: number;
  /** Removes dot segments and repeated slashes: every service other than S3. */
  readonly normalizePath: boolean;
  /** Encodes the path as sent once more: every service other than S3. */
  readonly encodePathAgain: boolean;
}

export interface Signed {
  readonly edits: readonly Edit[];
  readonly canonicalRequest: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Headers that clients, proxies and load balancers change on the way, and the one that carries the signature. */
const UNSIGNED = new Set(
  'authorization accept accept-encoding cache-control connection cookie expect from keep-alive max-forwards pragma referer proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade user-agent x-amzn-trace-id'.split(
    ' ',
  ),
);

/** Signs a request with Signature Version 4: the edits that carry the signature, and what was signed. */
export function signAws(input: SigningInput): Signed {
  const scope = `${input.timestamp.slice(0, 8)}/${input.region}/${input.service}/aws4_request`;
  return input.placement === 'header' ? inHeader(input, scope) : inQuery(input, scope);
}

function inHeader(input: SigningInput, scope: string): Signed {
  const { sessionToken } = input;
  const added: Edit[] = [{ in: 'header', name: 'X-Amz-Date', value: input.timestamp }];
  if (input.sendPayloadHash) added.push({ in: 'header', name: 'X-Amz-Content-Sha256', value: input.payloadHash });
  const token: Edit | undefined = sessionToken
    ? { in: 'header', name: 'X-Amz-Security-Token', value: sessionToken, masked: MASK }
    : undefined;
  if (token && !input.omitSessionToken) added.push(token);
  const headers = canonicalHeaders(input.headers, added, token);
  const canonicalRequest = canonical(input, splitUrl(input.url), [], headers);
  const lead = `${ALGORITHM} Credential=${input.accessKey}/${scope}, SignedHeaders=${headers.names}, Signature=`;
  return {
    canonicalRequest,
    edits: [
      ...added,
      ...(token && input.omitSessionToken ? [token] : []),
      {
        in: 'header',
        name: 'Authorization',
        value: lead + signature(input, scope, canonicalRequest),
        masked: lead + MASK,
      },
    ],
  };
}

function inQuery(input: SigningInput, scope: string): Signed {
  const headers = canonicalHeaders(input.headers, [], undefined);
  const added: Edit[] = [
    { in: 'query', name: 'X-Amz-Algorithm', value: ALGORITHM },
    { in: 'query', name: 'X-Amz-Credential', value: `${input.accessKey}/${scope}` },
    { in: 'query', name: 'X-Amz-Date', value: input.timestamp },
    { in: 'query', name: 'X-Amz-SignedHeaders', value: headers.names },
    { in: 'query', name: 'X-Amz-Expires', value: String(input.expires) },
  ];
  const token: readonly Edit[] = input.sessionToken
    ? [{ in: 'query', name: 'X-Amz-Security-Token', value: input.sessionToken, masked: MASK }]
    : [];
  const signed = input.omitSessionToken ? added : [...added, ...token];
  // A presigned URL may be signed anew: what stands in it gives way to this signature's parameters, and is not signed.
  const replaced = new Set([...added, ...token].map(({ name }) => name).concat('X-Amz-Signature'));
  const url = withoutParameters(input.url, name => replaced.has(name));
  const canonicalRequest = canonical(input, splitUrl(url), signed, headers);
  return {
    canonicalRequest,
    edits: [
      ...added,
      ...token,
      { in: 'query', name: 'X-Amz-Signature', value: signature(input, scope, canonicalRequest), masked: MASK },
    ],
  };
}

/** The key of a day, region and service, derived once. */
const signingKeys = new Map<string, KeyObject>();

function signature(input: SigningInput, scope: string, canonicalRequest: string): string {
  const cacheKey = `${scope}\n${input.secretKey}`;
  let key = signingKeys.get(cacheKey);
  if (!key) {
    const seed: KeyObject = createSecretKey(`AWS4${input.secretKey}`, 'utf8');
    key = scope
      .split('/')
      .reduce((parent, part) => createSecretKey(createHmac('sha256', parent).update(part).digest()), seed);
    if (signingKeys.size >= 100) signingKeys.clear();
    signingKeys.set(cacheKey, key);
  }
  return createHmac('sha256', key)
    .update(`${ALGORITHM}\n${input.timestamp}\n${scope}\n${hash('sha256', canonicalRequest)}`)
    .digest('hex');
}

interface CanonicalHeaders {
  readonly names: string;
  readonly lines: string;
}

function canonicalHeaders(
  headers: SigningInput['headers'],
  added: readonly Edit[],
  token: Edit | undefined,
): CanonicalHeaders {
  const values = new Map<string, string>();
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    if (UNSIGNED.has(lower) || lower.startsWith('proxy-') || lower.startsWith('sec-')) continue;
    const earlier = values.get(lower);
    const trimmed = value.trim().replace(/\s+/g, ' ');
    values.set(lower, earlier === undefined ? trimmed : `${earlier},${trimmed}`);
  }
  // What the request states of these gives way to the edits.
  if (token) values.delete(token.name.toLowerCase());
  for (const { name, value } of added) values.set(name.toLowerCase(), value);
  const names = [...values.keys()].sort();
  let lines = '';
  for (const name of names) lines += `${name}:${values.get(name)}\n`;
  return { names: names.join(';'), lines };
}

function canonical(
  input: SigningInput,
  { path, query }: { path: string; query: string },
  added: readonly Edit[],
  headers: CanonicalHeaders,
): string {
  return `${input.method}\n${canonicalPath(path, input)}\n${canonicalQuery(query, added)}\n${headers.lines}\n${headers.names}\n${input.payloadHash}`;
}

function splitUrl(url: string): { path: string; query: string } {
  const scheme = url.indexOf('://');
  const start = scheme < 0 ? 0 : scheme + 3;
  const rest = url.slice(start).search(/[/?]/);
  const target = rest < 0 ? '/' : url.slice(start + rest);
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark) || '/', query: target.slice(mark + 1) };
}

function canonicalPath(path: string, input: SigningInput): string {
  if (path === '/') return path;
  const normal = input.normalizePath ? removeDotSegments(path) : path;
  // S3 knows keys, not paths: it decodes what was sent, a plus as a blank, and encodes that once.
  const encoded = input.encodePathAgain ? percentEncode(normal) : normalizeEncoding(normal);
  return encoded.replaceAll('%2F', '/');
}

function removeDotSegments(path: string): string {
  if (!/\/\/|\/\./.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const end = kept.length > 0 && /\/(\.{0,2})$/.test(path) ? '/' : '';
  return `/${kept.join('/')}${end}`;
}

function canonicalQuery(query: string, added: readonly Edit[]): string {
  const pairs = normalizedPairs(query);
  for (const { name, value } of added) pairs.push([percentEncode(name), percentEncode(value)]);
  if (pairs.length > 1) pairs.sort(byNameAndValue);
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}
