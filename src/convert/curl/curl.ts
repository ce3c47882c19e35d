import type { AuthInForce } from '../../auth/driver.ts';
import type { ConnectionTls } from '../../core/client-tls.ts';
import { CountersignError } from '../../core/errors.ts';
import type { Body, HttpRequest } from '../../core/request.ts';
import { cookieText, headerValue, MASK, maskedRequestUrl, requestUrl } from '../../core/request.ts';
import { curlForm } from './curl-form.ts';
import { type Shell, shellQuote } from './shell-words.ts';

export interface CurlExport {
  readonly shell: Shell;
  /** False: `•••` stands in place of each secret. */
  readonly secrets: boolean;
  readonly insecure?: boolean;
  readonly followRedirects?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  /** The auth in force: one that answers a challenge is left to curl, which can do so too. */
  readonly auth?: AuthInForce | undefined;
  /** How the connection is made; a passphrase is left to curl, which asks for it. */
  readonly tls?: ConnectionTls | undefined;
}

/** Headers that curl works out itself. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

/**
 * A request as a curl command that sends the same.
 * @throws CountersignError `invalid-value` for a body that no option of curl can say
 */
export function toCurl(request: HttpRequest, options: CurlExport): string {
  const { shell, secrets } = options;
  const quote = (word: string): string => shellQuote(word, shell);
  const url = secrets ? requestUrl(request) : maskedRequestUrl(request);
  const text = (part: { readonly value: string; readonly masked?: string }): string =>
    secrets ? part.value : (part.masked ?? part.value);
  const lines: string[] = [];
  const { method, body } = request;
  // A request without a body that says so has an empty one for curl.
  const empty = !body && request.headers.some(({ name, value }) => /^content-length$/i.test(name) && value === '0');
  const content = body ? contentOf(request, body, secrets) : empty ? ['--data-raw', ''] : [];
  // curl works the method out from what it is given; HEAD has to be asked for in its own way.
  if (method === 'HEAD') lines.push('--head');
  else if (method !== (content.length > 0 ? 'POST' : 'GET')) lines.push(`--request ${quote(method)}`);
  lines.push(`--url ${quote(url)}`);
  // What curl would otherwise take for several URLs, or work out.
  if (/[[\]{}]/.test(url)) lines.push('--globoff');
  if (/\/\.{1,2}(?:[/?]|$)/.test(url)) lines.push('--path-as-is');

  const challenge = challengeOptions(options);
  lines.push(...challenge.map(([name, value]) => (value === undefined ? name : `${name} ${quote(value)}`)));
  const form = content[0]?.startsWith('--form') ?? false;
  let compressed = false;
  for (const header of request.headers) {
    const name = header.name.toLowerCase();
    if (challenge.length > 0 && header.origin.by === 'auth') continue;
    if (form && name === 'content-type') continue;
    if (header.origin.by === 'client' && name === 'accept-encoding') compressed = true;
    else if (!(header.origin.by === 'client' && ownHeaders.has(name))) {
      // An empty value is written with a semicolon, as a colon alone would remove the header.
      lines.push(`--header ${quote(header.value === '' ? `${header.name};` : `${header.name}: ${text(header)}`)}`);
    }
  }
  if (request.cookies.length > 0) {
    lines.push(`--cookie ${quote(request.cookies.map(part => cookieText(part.name, text(part))).join('; '))}`);
  }
  for (let at = 0; at < content.length; at += 2) lines.push(`${content[at]} ${quote(content[at + 1] ?? '')}`);
  if (content.length > 0 && !form && headerValue(request, 'content-type') === undefined) {
    lines.push(`--header ${quote('Content-Type:')}`);
  }
  if (compressed) lines.push('--compressed');
  if (options.followRedirects) lines.push('--location');
  if (options.insecure || options.tls?.insecure) lines.push('--insecure');
  if (options.tls?.identity) {
    const { file, encoding, keyFile } = options.tls.identity;
    lines.push(`--cert ${quote(file)}`);
    if (encoding !== 'PEM') lines.push(`--cert-type ${encoding}`);
    if (keyFile !== undefined) lines.push(`--key ${quote(keyFile)}`);
  }
  if (options.timeout !== undefined) lines.push(`--max-time ${options.timeout}`);
  return `curl ${lines.join(shell === 'cmd' ? ' ^\n  ' : ' \\\n  ')}`;
}

/** Options and their values, alternately. */
function contentOf(request: HttpRequest, body: Body, secrets: boolean): readonly string[] {
  const text = secrets ? body.text : (body.masked ?? body.text);
  if (body.file !== undefined) return ['--data-binary', `@${body.file}`];
  // `--data-raw` takes a leading @ for what it is, and leaves line ends alone.
  if (text !== undefined) return ['--data-raw', text];
  const form = body.pieces && curlForm(headerValue(request, 'content-type') ?? '', body.pieces, secrets);
  if (form) return form;
  throw new CountersignError('invalid-value', 'A body of both text and files can’t be written as a curl command.', {
    hint: 'Put all of it into one file, or make it multipart/form-data.',
  });
}

/** Whether curl answers the challenges of a scheme itself, given the user and the password. */
export function leftToCurl(auth: AuthInForce | undefined): boolean {
  return auth?.resolved.scheme.id === 'digest' || auth?.resolved.scheme.id === 'ntlm';
}

/** The options by which curl answers the challenge of a server itself. */
function challengeOptions({ auth, secrets }: CurlExport): readonly (readonly [name: string, value?: string])[] {
  if (!auth || !leftToCurl(auth)) return [];
  const { scheme, values } = auth.resolved;
  const { username = '', password = '', domain } = values as Readonly<Record<string, string | undefined>>;
  const user = domain ? `${domain}\\${username}` : username;
  return [[`--${scheme.id}`], ['--user', `${user}:${secrets ? password : MASK}`]];
}
