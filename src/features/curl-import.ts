import { percentEncode } from '../core/request.ts';
import { curlOptions, splitOnce, withoutCounterpart } from './curl-options.ts';
import { guessShell, type Shell, shellWords } from './shell-words.ts';

/** What a curl command asks for. */
export interface CurlCommand {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  readonly bodyFile?: string;
  readonly form?: readonly CurlFormPart[];
  readonly auth?: {
    readonly scheme: string;
    readonly fields: readonly (readonly [name: string, value: string])[];
    /** The field among them that is a secret. */
    readonly secret: string;
  };
  readonly insecure: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly connectionTimeout?: number;
  /** Options that have no counterpart, as written. */
  readonly ignored: readonly string[];
}

export interface CurlFormPart {
  readonly name: string;
  readonly value?: string;
  readonly file?: string;
  readonly filename?: string;
  readonly type?: string;
}

/** Whether a text is a curl command, perhaps after a prompt. */
export function isCurl(text: string): boolean {
  return /^\s*(?:[$>#]\s+)?curl(?:\.exe)?\s/i.test(text);
}

/** Reads a copied curl command; undefined where it is none or names no URL. */
export function parseCurl(text: string, shell: Shell = guessShell(text)): CurlCommand | undefined {
  if (!isCurl(text)) return undefined;
  const [, ...words] = shellWords(text.replace(/^\s*(?:[$>#]\s+)?/, ''), shell);
  const given = curlOptions(words);
  const all = (name: string): string[] => given.flatMap(option => (option[0] === name ? [option[1]] : []));
  const last = (name: string): string | undefined => all(name).at(-1);
  const has = (name: string): boolean => given.some(([option]) => option === name);
  let url = last('url');
  if (url === undefined) return undefined;
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(url) && !url.startsWith('{{')) url = `http://${url}`;

  const headers = all('header').flatMap(headerOf);
  const headerSet = (name: string): boolean => headers.some(([known]) => known.toLowerCase() === name);
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && !headerSet(name.toLowerCase())) headers.push([name, value]);
  };
  add('User-Agent', last('user-agent'));
  add('Referer', last('referer')?.replace(/;auto$/, ''));
  // A cookie without an equals sign is the name of a file.
  const cookies = all('cookie').filter(cookie => cookie.includes('='));
  if (cookies.length > 0) add('Cookie', cookies.join('; '));
  const range = last('range');
  if (range !== undefined) add('Range', `bytes=${range}`);

  const data = given.flatMap(([name, value]) => dataOf(name, value));
  const form = given.flatMap(([name, value]) =>
    name === 'form' ? [formPart(value)] : name === 'form-string' ? [plainPart(value)] : [],
  );
  const file = data.length === 1 ? data[0]?.file : undefined;
  const upload = last('upload-file');
  let body = data.length > 0 && file === undefined ? data.map(part => part.text ?? '').join('&') : undefined;
  if (has('json')) body = all('json').join('');
  const queries = all('url-query').map(urlEncoded);
  if (has('get') && body !== undefined) queries.push(body);
  if (queries.length > 0) url += `${url.includes('?') ? '&' : '?'}${queries.join('&')}`;
  if (has('get')) body = undefined;
  else if (has('json')) {
    add('Content-Type', 'application/json');
    add('Accept', 'application/json');
  } else if (data.length > 0) add('Content-Type', 'application/x-www-form-urlencoded');

  const hasBody = body !== undefined || file !== undefined || form.length > 0;
  const implied = has('head') ? 'HEAD' : upload !== undefined ? 'PUT' : hasBody ? 'POST' : 'GET';
  const auth = authOf(has, last, url);
  const timeout = seconds(last('max-time'));
  const connectionTimeout = seconds(last('connect-timeout'));
  const bodyFile = file ?? upload;
  return {
    method: last('request') ?? implied,
    url: auth.url,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(bodyFile === undefined ? {} : { bodyFile }),
    ...(form.length > 0 ? { form } : {}),
    ...(auth.auth ? { auth: auth.auth } : {}),
    insecure: has('insecure'),
    ...(timeout === undefined ? {} : { timeout }),
    ...(connectionTimeout === undefined ? {} : { connectionTimeout }),
    ignored: withoutCounterpart(given),
  };
}

function headerOf(text: string): [string, string][] {
  const match = /^([^:;]+)(:|;$)(.*)$/s.exec(text);
  if (!match?.[1]) return [];
  const value = (match[3] ?? '').trim();
  // `Name:` removes a header that curl would add; there is nothing of the kind to remove here.
  return value === '' && match[2] === ':' ? [] : [[match[1].trim(), value]];
}

function dataOf(name: string, value: string): { readonly text?: string; readonly file?: string }[] {
  switch (name) {
    case 'data':
    case 'data-ascii':
      return [value.startsWith('@') ? { file: value.slice(1) } : { text: value }];
    case 'data-binary':
      return [value.startsWith('@') ? { file: value.slice(1) } : { text: value }];
    case 'data-raw':
      return [{ text: value }];
    case 'data-urlencode':
      return [{ text: urlEncoded(value) }];
    default:
      return [];
  }
}

/** `name=content`, `=content` or `content`, the content encoded. */
function urlEncoded(value: string): string {
  const [name, content] = splitOnce(value, '=');
  if (content === undefined) return percentEncode(value);
  return name === '' ? percentEncode(content) : `${name}=${percentEncode(content)}`;
}

function formPart(text: string): CurlFormPart {
  const [name = '', rest = ''] = splitOnce(text, '=');
  const [content = '', ...settings] = rest.split(/;(?=\s*(?:type|filename|headers|encoder)=)/);
  const setting = (key: string): string | undefined =>
    settings
      .map(each => splitOnce(each.trim(), '='))
      .find(([known]) => known === key)?.[1]
      ?.replace(/^"(.*)"$/s, '$1');
  const type = setting('type');
  const filename = setting('filename');
  const path = content.slice(1).replace(/^"(.*)"$/s, '$1');
  return {
    name,
    ...(content.startsWith('@')
      ? { file: path, filename: filename ?? path.split(/[/\\]/).at(-1) ?? path }
      : content.startsWith('<')
        ? { file: path }
        : { value: content.replace(/^"(.*)"$/s, '$1'), ...(filename === undefined ? {} : { filename }) }),
    ...(type === undefined ? {} : { type }),
  };
}

function plainPart(text: string): CurlFormPart {
  const [name = '', value = ''] = splitOnce(text, '=');
  return { name, value };
}

function authOf(
  has: (name: string) => boolean,
  last: (name: string) => string | undefined,
  url: string,
): { url: string; auth?: NonNullable<CurlCommand['auth']> } {
  const bearer = last('oauth2-bearer');
  if (bearer !== undefined) return { url, auth: { scheme: 'bearer', fields: [['token', bearer]], secret: 'token' } };
  let user = last('user');
  let plain = url;
  const inUrl = /^([a-z][a-z\d+.-]*:\/\/)([^/?#@]+)@/i.exec(url);
  if (inUrl && user === undefined) {
    user = decode(inUrl[2] ?? '');
    plain = url.replace(inUrl[0], inUrl[1] ?? '');
  }
  if (user === undefined) return { url };
  const [username = '', password = ''] = splitOnce(user, ':');
  const sigv4 = last('aws-sigv4');
  if (sigv4 !== undefined) {
    const [, , region, service] = sigv4.split(':');
    const fields: [string, string][] = [
      ['accessKey', username],
      ['secretKey', password],
    ];
    if (region) fields.push(['region', region]);
    if (service) fields.push(['service', service]);
    return { url: plain, auth: { scheme: 'awsv4', fields, secret: 'secretKey' } };
  }
  const scheme = has('digest') || has('anyauth') ? 'digest' : has('ntlm') ? 'ntlm' : 'basic';
  const fields: [string, string][] = [
    ['username', username],
    ['password', password],
  ];
  return { url: plain, auth: { scheme, fields, secret: 'password' } };
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) || value <= 0 ? undefined : value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
