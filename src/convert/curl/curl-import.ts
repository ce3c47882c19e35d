import { percentEncode } from '../../core/request.ts';
import { type CurlFormPart, curlData, curlQuery, formPart, formText, plainPart } from './curl-data.ts';
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

/** Whether a text is a curl command, perhaps after a prompt. */
export function isCurl(text: string): boolean {
  return /^\s*(?:[$>#]\s+)?curl(?:\.exe)?\s/i.test(text);
}

/**
 * Reads a copied curl command; undefined where it is none or names no URL. Of several requests it is the first.
 * What a shell would take from the environment becomes `{{$processEnv …}}`.
 */
export function parseCurl(text: string, shell: Shell = guessShell(text)): CurlCommand | undefined {
  if (!isCurl(text)) return undefined;
  const [, ...words] = shellWords(text.replace(/^\s*(?:[$>#]\s+)?/, ''), shell, name => `{{$processEnv ${name}}}`);
  const options = curlOptions(words);
  const next = options.findIndex(([name]) => name === 'next');
  const given = next < 0 ? options : options.slice(0, next);
  const all = (name: string): string[] => given.flatMap(option => (option[0] === name ? [option[1]] : []));
  const last = (name: string): string | undefined => all(name).at(-1);
  const has = (name: string): boolean => given.some(([option]) => option === name);
  const lost: string[] = next < 0 ? [] : ['--next'];
  const [written, ...others] = all('url');
  if (written === undefined) return undefined;
  lost.push(...others);
  let url = has('globoff') ? written : written.replace(/\\([[\]{}])/g, '$1');
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(url) && !url.startsWith('{{')) url = `http://${url}`;
  [url = ''] = splitOnce(url, '#');

  const headers = all('header').flatMap(header => headerOf(header, lost));
  // `Name:` leaves a header out that curl would add.
  const stated = new Set(all('header').map(header => /^[^:;]*/.exec(header)?.[0].trim().toLowerCase()));
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && !stated.has(name.toLowerCase())) headers.push([name, value]);
  };
  add('User-Agent', last('user-agent') || undefined);
  add('Referer', last('referer')?.replace(/;auto$/, '') || undefined);
  // A cookie without an equals sign is the name of a file.
  const cookies = all('cookie').filter(cookie => cookie.includes('='));
  lost.push(...all('cookie').flatMap(cookie => (cookie.includes('=') || cookie === '' ? [] : [`--cookie ${cookie}`])));
  if (cookies.length > 0) add('Cookie', cookies.join('; '));
  const range = last('range');
  if (range !== undefined) add('Range', `bytes=${range}`);

  const data = given.flatMap(([name, value]) => curlData(name, value) ?? []);
  const form = given.flatMap(([name, value]) => formOf(name, value, lost));
  const only = data.length === 1 && !has('get') ? data[0] : undefined;
  const upload = last('upload-file');
  const queries = all('url-query').map(curlQuery);
  for (const part of [...data, ...queries]) {
    if (part.lost !== undefined) lost.push(part.lost);
    else if (part.file !== undefined && part !== only) lost.push(`@${part.file}`);
  }
  let body: string | undefined;
  if (data.length > 0 && only?.file === undefined) {
    body = data.flatMap(part => part.text ?? []).join(has('json') ? '' : '&');
  }
  const added = [...queries.flatMap(part => part.text ?? []), ...(has('get') && body !== undefined ? [body] : [])];
  if (added.length > 0) url += `${url.includes('?') ? '&' : '?'}${added.join('&')}`;
  if (has('get')) body = undefined;
  else if (has('json')) {
    add('Content-Type', 'application/json');
    add('Accept', 'application/json');
  } else if (data.length > 0) add('Content-Type', 'application/x-www-form-urlencoded');
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (body !== undefined && type?.startsWith('application/x-www-form-urlencoded')) body = formText(body);

  const hasBody = body !== undefined || only?.file !== undefined || form.length > 0;
  const implied = has('head') ? 'HEAD' : upload !== undefined ? 'PUT' : hasBody ? 'POST' : 'GET';
  const auth = authOf(has, last, url);
  const timeout = seconds(last('max-time'));
  const connectionTimeout = seconds(last('connect-timeout'));
  const bodyFile = only?.file ?? upload;
  return {
    method: last('request') ?? implied,
    url: upload === undefined ? auth.url : uploadUrl(auth.url, upload),
    headers,
    ...(body === undefined ? {} : { body }),
    ...(bodyFile === undefined ? {} : { bodyFile }),
    ...(form.length > 0 ? { form } : {}),
    ...(auth.auth ? { auth: auth.auth } : {}),
    insecure: has('insecure'),
    ...(timeout === undefined ? {} : { timeout }),
    ...(connectionTimeout === undefined ? {} : { connectionTimeout }),
    ignored: [...withoutCounterpart(given), ...lost],
  };
}

function headerOf(text: string, lost: string[]): [string, string][] {
  if (text.startsWith('@')) {
    lost.push(`--header ${text}`);
    return [];
  }
  const match = /^([^:;]+)(:|;$)(.*)$/s.exec(text);
  if (!match?.[1]) return [];
  const value = (match[3] ?? '').trim();
  return value === '' && match[2] === ':' ? [] : [[match[1].trim(), value]];
}

function formOf(name: string, value: string, lost: string[]): CurlFormPart[] {
  if (name === 'form-string') return [plainPart(value)];
  if (name !== 'form') return [];
  const part = formPart(value);
  if (!part) lost.push(`--form ${value}`);
  return part ? [part] : [];
}

/** A URL that ends with a slash is a folder, into which the file goes under its name. */
function uploadUrl(url: string, path: string): string {
  const [address = '', query] = splitOnce(url, '?');
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/]+\/(?:.*\/)?$/i.test(address)) return url;
  const name = percentEncode(path.split(/[/\\]/).at(-1) ?? '');
  return `${address}${name}${query === undefined ? '' : `?${query}`}`;
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
