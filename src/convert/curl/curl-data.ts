import { percentEncode } from '../../core/request.ts';
import { splitOnce } from './curl-options.ts';

export interface CurlFormPart {
  readonly name: string;
  readonly value?: string;
  readonly file?: string;
  readonly filename?: string;
  readonly type?: string;
}

/** What one option adds to a body: text, or a file; `lost` is what can't be said here, as written. */
export interface CurlData {
  readonly text?: string;
  readonly file?: string;
  readonly lost?: string;
}

/** What an option adds to the body; undefined for one that adds nothing. */
export function curlData(name: string, value: string): CurlData | undefined {
  switch (name) {
    case 'data':
    case 'data-ascii':
    case 'data-binary':
    case 'json':
      return value.startsWith('@') ? fileOf(name, value.slice(1)) : { text: value };
    case 'data-raw':
      return { text: value };
    case 'data-urlencode':
      return encoded(name, value);
    default:
      return undefined;
  }
}

/** What `--url-query` adds to the query: `+` before it says that it is encoded already. */
export function curlQuery(value: string): CurlData {
  return value.startsWith('+') ? { text: value.slice(1) } : encoded('url-query', value);
}

function fileOf(name: string, path: string): CurlData {
  return path === '-' ? { lost: `--${name} @-` } : { file: path };
}

/** `name=content`, `=content` or `content`, the content encoded; with `@` in place of `=` it is a file's. */
function encoded(option: string, value: string): CurlData {
  const [name, mark] = /^([^=@]*)([=@])?/.exec(value)?.slice(1) ?? [];
  if (mark === '@') return { lost: `--${option} ${value}` };
  if (mark === undefined) return { text: percentEncode(value) };
  const content = percentEncode(value.slice((name ?? '').length + 1));
  return { text: name ? `${name}=${content}` : content };
}

/** The text of a form with its line ends encoded, as they are part of a value here, where a line end joins two lines. */
export function formText(text: string): string {
  if (!/^[^=&\s{["<]+=/.test(text)) return text;
  return text.replace(/(?<!&)\r\n(?!&)|(?<!&)[\r\n](?!&)/g, lineEnd => encodeURIComponent(lineEnd));
}

/** The types that curl gives the files of a form. */
const fileTypes: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  pdf: 'application/pdf',
  xml: 'application/xml',
};

/** A part of a form as `-F` states it; undefined where it names several files or the standard input. */
export function formPart(text: string): CurlFormPart | undefined {
  const [name = '', rest = ''] = splitOnce(text, '=');
  const mark = /^[@<]/.exec(rest)?.[0];
  const { value: content, rest: after } = formWord(rest.slice(mark?.length ?? 0), mark ? /[;,]/ : /;/);
  if (mark && (after.startsWith(',') || content === '-')) return undefined;
  const settings = new Map<string, string>();
  for (let left = after; left.startsWith(';'); ) {
    const [key = '', value = ''] = splitOnce(left.slice(1), '=');
    const word = formWord(value, /;/);
    settings.set(key.trim(), word.value);
    left = word.rest;
  }
  const stated = settings.get('type');
  const filename = settings.get('filename');
  if (mark === '@') {
    const own = content.split(/[/\\]/).at(-1) ?? content;
    const type = stated ?? fileTypes[/\.(\w+)$/.exec(own)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
    return { name, file: content, filename: filename ?? own, type };
  }
  return {
    name,
    ...(mark === '<' ? { file: content } : { value: content }),
    ...(filename === undefined ? {} : { filename }),
    ...(stated === undefined ? {} : { type: stated }),
  };
}

/** The text up to one of some marks; within double quotes, in which a backslash is written before `"` and `\`, to their end. */
function formWord(text: string, end: RegExp): { readonly value: string; readonly rest: string } {
  const quoted = /^\s*"((?:\\.|[^"\\])*)"\s*(?=[;,]|$)/s.exec(text);
  if (quoted) {
    return { value: (quoted[1] ?? '').replace(/\\(["\\])/g, '$1'), rest: text.slice(quoted[0].length) };
  }
  // A semicolon that doesn't begin a setting is part of the text.
  const pattern = new RegExp(`(?:${end.source})(?!(?<=;)(?!\\s*(?:type|filename|headers|encoder)=))`);
  const at = text.search(pattern);
  return at < 0 ? { value: text, rest: '' } : { value: text.slice(0, at), rest: text.slice(at) };
}

/** A part as `--form-string` states it: nothing in it is a sign. */
export function plainPart(text: string): CurlFormPart {
  const [name = '', value = ''] = splitOnce(text, '=');
  return { name, value };
}
