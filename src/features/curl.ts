import type { HttpRequest } from '../core/request.ts';
import { maskedRequestUrl, requestUrl } from '../core/request.ts';
import { type Shell, shellQuote } from './shell-words.ts';

export interface CurlExport {
  readonly shell: Shell;
  /** False: `•••` stands in place of each secret. */
  readonly secrets: boolean;
  readonly insecure?: boolean;
  readonly followRedirects?: boolean;
}

/** Headers that curl works out itself. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

/** A request as a curl command that sends the same. */
export function toCurl(request: HttpRequest, options: CurlExport): string {
  const { shell, secrets } = options;
  const quote = (word: string): string => shellQuote(word, shell);
  const url = secrets ? requestUrl(request) : maskedRequestUrl(request);
  const text = (part: { readonly value: string; readonly masked?: string }): string =>
    secrets ? part.value : (part.masked ?? part.value);
  const lines: string[] = [];
  const { method, body } = request;
  // curl works the method out from what it is given; HEAD has to be asked for in its own way.
  if (method === 'HEAD') lines.push('--head');
  else if (method !== (body ? 'POST' : 'GET')) lines.push(`--request ${quote(method)}`);
  lines.push(`--url ${quote(url)}`);
  let compressed = false;
  for (const header of request.headers) {
    const name = header.name.toLowerCase();
    if (header.origin.by === 'client' && name === 'accept-encoding') compressed = true;
    else if (!(header.origin.by === 'client' && ownHeaders.has(name))) {
      // An empty value is written with a semicolon, as a colon alone would remove the header.
      lines.push(`--header ${quote(header.value === '' ? `${header.name};` : `${header.name}: ${text(header)}`)}`);
    }
  }
  if (request.cookies.length > 0) {
    lines.push(`--cookie ${quote(request.cookies.map(part => `${part.name}=${text(part)}`).join('; '))}`);
  }
  if (body) {
    const content = secrets ? body.text : (body.masked ?? body.text);
    if (body.file !== undefined) lines.push(`--data-binary ${quote(`@${body.file}`)}`);
    // `--data-raw` takes a leading @ for what it is, and leaves line ends alone.
    else if (content !== undefined) lines.push(`--data-raw ${quote(content)}`);
    if (!request.headers.some(header => header.name.toLowerCase() === 'content-type')) {
      lines.push(`--header ${quote('Content-Type:')}`);
    }
  }
  if (compressed) lines.push('--compressed');
  if (options.followRedirects) lines.push('--location');
  if (options.insecure) lines.push('--insecure');
  return `curl ${lines.join(shell === 'cmd' ? ' ^\n  ' : ' \\\n  ')}`;
}
