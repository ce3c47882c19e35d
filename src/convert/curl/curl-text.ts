import { parse } from '../../language/parser.ts';
import type { CurlFormPart } from './curl-data.ts';
import type { CurlCommand } from './curl-import.ts';

export { parseCurl } from './curl-import.ts';

export interface CurlTextOptions {
  /** Written in place of the secret, for instance `{{$secret api-password}}`. */
  readonly secret?: string;
  /** Title of the block. */
  readonly title?: string;
  readonly boundary?: string;
}

/** A curl command as a block of an `.http` file, without the `###` before it. */
export function curlText(command: CurlCommand, options: CurlTextOptions = {}): string {
  const { auth, form } = command;
  const { boundary = 'countersign-boundary' } = options;
  const lines: string[] = [];
  if (options.title) lines.push(`### ${options.title}`);
  if (auth) {
    const fields = auth.fields.map(
      ([name, value]) => `${name}=${fieldValue(name === auth.secret ? (options.secret ?? value) : value)}`,
    );
    lines.push(`# @auth ${[auth.scheme, ...fields].join(' ')}`);
  }
  if (command.insecure) lines.push('# @insecure');
  if (command.timeout !== undefined) lines.push(`# @timeout ${command.timeout} s`);
  if (command.connectionTimeout !== undefined) lines.push(`# @connection-timeout ${command.connectionTimeout} s`);
  lines.push(`${command.method} ${command.url.replace(/(\{\{.*?\}\})| /g, (_, reference) => reference ?? '%20')}`);
  for (const [name, value] of command.headers) {
    if (form && name.toLowerCase() === 'content-type') continue;
    lines.push(`${name}: ${value.replace(/[\r\n]+\s*/g, ' ')}`);
  }
  if (form) {
    lines.push(`Content-Type: multipart/form-data; boundary=${boundary}`, '');
    for (const part of form) lines.push(...multipartLines(part, boundary));
    lines.push(`--${boundary}--`);
  } else if (command.bodyFile !== undefined) lines.push('', `< ${command.bodyFile}`);
  else if (command.body !== undefined) lines.push('', command.body);
  return `${lines.join('\n')}\n`;
}

/** Whether the body of a command is the body of its text: some of its lines may mean something else there. */
export function keepsBody(command: CurlCommand, text: string): boolean {
  const parts = parse(text).blocks.flatMap(({ block }) => block.request?.body?.parts ?? []);
  const own = parts.map(part => (part.kind === 'text' ? part.text : '\0')).join('');
  // Line ends at its start and end are not kept, and in a form those between its fields.
  const bare = (body: string): string => body.replace(/\s+/g, '');
  return command.body === undefined || bare(own) === bare(command.body);
}

function multipartLines(part: CurlFormPart, boundary: string): string[] {
  const quoted = (text: string): string => `"${text.replaceAll('"', '%22').replace(/\r\n|\r|\n/g, '%0A')}"`;
  const filename = part.filename === undefined ? '' : `; filename=${quoted(part.filename)}`;
  return [
    `--${boundary}`,
    `Content-Disposition: form-data; name=${quoted(part.name)}${filename}`,
    ...(part.type === undefined ? [] : [`Content-Type: ${part.type}`]),
    '',
    part.file === undefined ? (part.value ?? '') : `< ${part.file}`,
  ];
}

/** A value as `@auth` takes it: bare, or in double quotes. */
function fieldValue(value: string): string {
  if (/^[^\s"\\]+$/.test(value) || /^\{\{[^"]*\}\}$/.test(value)) return /\s/.test(value) ? `"${value}"` : value;
  return `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}
