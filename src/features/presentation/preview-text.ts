import type { HttpRequest, Part } from '../../core/request.ts';
import { cookieText, maskedRequestUrl, requestUrl } from '../../core/request.ts';
import { originSentence, tlsSentences } from '../../sending/explain.ts';
import type { Preview } from '../../sending/preview.ts';

/** A line of a preview that says more than its text. Lines count from 0. */
export interface PreviewLine {
  readonly line: number;
  /** `hidden`: not written in the file; `overridden`: written and not sent; `remark`: about the request. */
  readonly kind: 'written' | 'hidden' | 'overridden' | 'remark';
  /** Where it comes from, a sentence without full stop. */
  readonly origin?: string;
  readonly file?: string;
  /** Counts from 1. */
  readonly originLine?: number;
}

export interface PreviewText {
  readonly text: string;
  readonly lines: readonly PreviewLine[];
  readonly hasSecrets: boolean;
}

/** The most of a body that is shown, in UTF-16 units. */
const bodyShown = 1024 * 1024;

/** A preview as a document: the request as it will go out, remarks as comments. Secrets are masked without `reveal`. */
export function previewText(
  preview: Pick<Preview, 'request' | 'pending' | 'problems' | 'tls'>,
  title: string,
  file: string,
  reveal: boolean,
): PreviewText {
  const { request, pending, problems, tls } = preview;
  const text: string[] = [];
  const lines: PreviewLine[] = [];
  const add = (content: string, rest?: Omit<PreviewLine, 'line'>): void => {
    if (rest) lines.push({ line: text.length, ...rest });
    text.push(content);
  };
  const value = (part: Part): string => (reveal ? part.value : (part.masked ?? part.value));
  const addPart = (content: string, part: Part): void => {
    const { origin } = part;
    add(content, {
      kind: origin.by === 'file' ? 'written' : 'hidden',
      origin: originSentence(part.name, origin, file),
      ...('file' in origin && origin.file !== undefined ? { file: origin.file, originLine: origin.line ?? 1 } : {}),
    });
  };

  add(`### ${title}`.trimEnd());
  for (const clause of pending) add(`# Pending: ${oneLine(clause)}`, { kind: 'remark' });
  for (const { severity, message } of problems) {
    add(`# ${severity === 'error' ? 'Error' : 'Warning'}: ${oneLine(message)}`, { kind: 'remark' });
  }
  for (const sentence of tls ? tlsSentences(tls) : []) add(`# ${sentence}`, { kind: 'remark' });
  for (const part of request.overridden) {
    add(`# ${part.name}: ${value(part)}`, {
      kind: 'overridden',
      origin: `replaced by the authorization; written in ${originSentence(part.name, part.origin, file)}`,
    });
  }
  add(`${request.method} ${reveal ? requestUrl(request) : maskedRequestUrl(request)}`, queryOrigin(request, file));
  for (const part of request.headers) addPart(`${part.name}: ${value(part)}`, part);
  const [cookie] = request.cookies;
  if (cookie) addPart(`Cookie: ${request.cookies.map(part => cookieText(part.name, value(part))).join('; ')}`, cookie);
  if (request.body) {
    const { body } = request;
    const shown = (reveal ? body.text : (body.masked ?? body.text))?.slice(0, bodyShown);
    add('');
    if (shown !== undefined) text.push(...shown.split(/\r\n|\n|\r/));
    else if (body.file !== undefined) add(`< ${body.file}`);
  }
  const parts = [...request.query, ...request.headers, ...request.cookies, ...request.overridden];
  const masked =
    request.maskedUrl !== undefined ||
    request.body?.masked !== undefined ||
    parts.some(part => part.masked !== undefined);
  return { text: `${text.join('\n')}\n`, lines, hasSecrets: masked };
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

function queryOrigin({ query }: HttpRequest, file: string): Omit<PreviewLine, 'line'> | undefined {
  if (query.length === 0) return undefined;
  const origins = query.map(part => `${part.name}: ${originSentence(part.name, part.origin, file)}`);
  return { kind: 'written', origin: origins.join('; ') };
}
