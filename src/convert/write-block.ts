import { percentEncode } from '../core/request.ts';
import { printAuth } from '../language/auth-printer.ts';
import { enableHeader, headerRows } from '../language/header-printer.ts';
import { applyEdits } from '../language/incremental.ts';
import { encodeParameter } from '../language/parameter-list.ts';
import { parse } from '../language/parser.ts';
import type { FormPart, ImportedBody, ImportedFolder, ImportedRequest, QueryRow, Row } from './collection.ts';
import { safeName, UniqueNames } from './file-names.ts';

/** A block of an `.http` file, and the bodies that can't stand in it: paths relative to its file, with their content. */
export interface WrittenBlock {
  readonly text: string;
  readonly files: ReadonlyMap<string, string>;
}

const boundary = 'countersign-boundary';

/** @param base name, without extension, of the files for what would mean something else within the block */
export function writeRequest(request: ImportedRequest, title: string, base: string): WrittenBlock {
  const files = new Map<string, string>();
  const headers = headersWithType(request);
  const before = scriptLines('<', request.scripts.before, `${base}.before.js`, files);
  const after = scriptLines('>', request.scripts.after, `${base}.after.js`, files);
  const examples = exampleLines(request, base, files);
  const head = [
    `### ${oneLine(title)}`.trimEnd(),
    ...comments(request.description),
    ...findingLines(request),
    ...Object.entries(request.directives).map(([name, value]) => `# @${name} ${oneLine(value)}`.trimEnd()),
    ...(request.auth ? printAuth(request.auth, '#') : []),
    ...variableLines(request),
    ...before,
    ...targetLines(request),
    ...headerLines(headers),
  ];
  const compose = (body: string | undefined): string => {
    const lines = [...head, ...(body === undefined ? [] : ['', body]), ...(after.length === 0 ? [] : ['', ...after])];
    return disabledHeaders(`${[...lines, ...examples].join('\n')}\n`, headers);
  };
  if (!request.body) return { text: compose(undefined), files };
  if (request.body.kind === 'file') return { text: compose(`< ${request.body.path}`), files };
  const body = bodyText(request.body);
  if (body.trim() === '') return { text: compose(undefined), files };
  const text = compose(body);
  if (keeps(text, request.body, body)) return { text, files };
  const bodyFile = `${base}.body.${extensionOf(headers)}`;
  files.set(bodyFile, body);
  return { text: compose(`<@ ./${bodyFile}`), files };
}

/** What a folder or collection states for everything below it; undefined where it states nothing. */
export function writeFolder(folder: ImportedFolder, base: string): WrittenBlock | undefined {
  const files = new Map<string, string>();
  const lines = [
    ...comments(folder.description),
    ...findingLines(folder),
    ...(folder.auth ? printAuth(folder.auth, '#') : []),
    ...variableLines(folder),
    ...scriptLines('<', folder.scripts.before, `${base}.before.js`, files),
    ...scriptLines('>', folder.scripts.after, `${base}.after.js`, files),
  ];
  if (lines.length === 0) return undefined;
  return { text: `${[...comments(folder.name), ...lines].join('\n')}\n`, files };
}

const findingLines = ({ findings }: ImportedRequest | ImportedFolder): string[] =>
  findings.map(finding => `# Not imported: ${oneLine(finding)}`);

/** Comment lines that nothing takes for a directive, a variable or a separator. */
function comments(text: string | undefined): string[] {
  if (text === undefined || text.trim() === '') return [];
  const lines = text.trim().split(/\r\n|\r|\n/);
  return lines.map(line => (/^\s*(?:@|#*\s*@)/.test(line) ? `# \u00b7 ${line.trim()}` : `# ${line}`).trimEnd());
}

function variableLines({ variables }: ImportedRequest | ImportedFolder): string[] {
  return variables.map(({ name, value, disabled }) => `${disabled ? '# ' : ''}@${name} = ${value}`.trimEnd());
}

/** A script as a block, or as a file where a line of it would end the block or begin the next one. */
function scriptLines(mark: '<' | '>', script: string | undefined, file: string, files: Map<string, string>): string[] {
  if (script === undefined) return [];
  const lines = script.split(/\r\n|\r|\n/);
  if (!lines.some(line => /%\}\s*$/.test(line) || /^\s*###/.test(line))) return [`${mark} {%`, ...lines, '%}'];
  files.set(file, script);
  return [`${mark} ./${file}`];
}

/** The request line; a query that is long, or has rows that are not sent, stands below it, a row a line. */
function targetLines({ method, url, query }: ImportedRequest): string[] {
  const base = url.replace(/(\{\{.*?\}\})|\s/g, (_, reference) => reference ?? '%20');
  const parameter = ({ name, value, bare }: QueryRow): string =>
    `${encodeParameter(name, true)}${bare ? '' : `=${encodeParameter(value)}`}`;
  const line = `${method} ${base}${query.length === 0 ? '' : `?${query.map(parameter).join('&')}`}`;
  if (query.length === 0 || (line.length <= 100 && !query.some(row => row.disabled))) return [line];
  let first = true;
  const rows = query.map(row => {
    const text = `${first ? '?' : '&'}${parameter(row)}`;
    if (row.disabled) return `    # ${text.replace(/^\?/, '&')}`;
    first = false;
    return `    ${text}`;
  });
  return [`${method} ${base}`, ...rows];
}

/** The headers, with what a form of several parts and GraphQL want: the type with our boundary, and what tells them apart. */
function headersWithType({ headers, body }: ImportedRequest): readonly Row[] {
  if (body?.kind === 'graphql') return [...headers, { name: 'X-Request-Type', value: 'GraphQL' }];
  if (body?.kind !== 'multipart') return headers;
  const others = headers.filter(({ name }) => name.toLowerCase() !== 'content-type');
  return [...others, { name: 'Content-Type', value: `multipart/form-data; boundary=${boundary}` }];
}

/** References to the responses that were saved as examples, each a file of its own. */
function exampleLines({ examples }: ImportedRequest, base: string, files: Map<string, string>): string[] {
  const names = new UniqueNames();
  const lines = examples.map(({ name, status, headers, body }) => {
    const file = `${names.take(`${base}.${safeName(name, 'example').replaceAll('.', '-')}`)}.${status}.${extensionOf(headers)}`;
    files.set(file, body);
    return `<> ./${file}`;
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function extensionOf(headers: readonly Row[]): string {
  const type = headers.find(({ name, disabled }) => !disabled && name.toLowerCase() === 'content-type')?.value ?? '';
  return (
    /\b(json|xml|html|javascript|csv|graphql)\b/i.exec(type)?.[1]?.toLowerCase().replace('javascript', 'js') ?? 'txt'
  );
}

function headerLines(headers: readonly Row[]): string[] {
  return headers.map(({ name, value }) => `${name}: ${oneLine(value)}`.trimEnd());
}

/** Comments out the headers that are not sent, as the form does. */
function disabledHeaders(text: string, headers: readonly Row[]): string {
  let written = text;
  headers.forEach(({ disabled }, index) => {
    if (!disabled) return;
    const tree = parse(written);
    const placed = tree.blocks[0];
    const row = placed && headerRows(tree, placed)[index];
    if (placed && row) written = applyEdits(written, enableHeader(tree, placed, row, false));
  });
  return written;
}

function bodyText(body: Exclude<ImportedBody, { kind: 'file' }>): string {
  switch (body.kind) {
    case 'text':
      return body.text.replace(/\r\n|\r/g, '\n');
    case 'graphql':
      return body.variables === undefined ? body.query : `${body.query.trim()}\n\n${body.variables}`;
    case 'form':
      return formText(body.rows);
    case 'multipart':
      return [...body.parts.flatMap(partLines), `--${boundary}--`].join('\n');
  }
}

/** One field a line where there are several. */
function formText(rows: readonly Row[]): string {
  let first = true;
  return rows
    .map(({ name, value, disabled }) => {
      const field = `${formEncoded(name)}=${formEncoded(value)}`;
      if (disabled) return `# &${field}`;
      const text = `${first ? '' : '&'}${field}`;
      first = false;
      return text;
    })
    .join('\n');
}

const formEncoded = (text: string): string =>
  text
    .split(/(\{\{.*?\}\})/)
    .map((piece, index) => (index % 2 === 1 ? piece : percentEncode(piece)))
    .join('');

function partLines({ name, value, files, type, disabled }: FormPart): string[] {
  if (disabled) return [];
  const quoted = (text: string): string => `"${text.replaceAll('"', '%22').replace(/\r\n|\r|\n/g, '%0A')}"`;
  const part = (filename: string | undefined, content: string): string[] => [
    `--${boundary}`,
    `Content-Disposition: form-data; name=${quoted(name)}${filename === undefined ? '' : `; filename=${quoted(filename)}`}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    '',
    content,
  ];
  if (!files) return part(undefined, value);
  return files.flatMap(file => part(file.split(/[/\\]/).at(-1) ?? file, `< ${file}`));
}

/** Whether the block holds that body and nothing else: lines of a body may mean something of their own in it. */
function keeps(text: string, body: ImportedBody, written: string): boolean {
  const { blocks } = parse(text);
  if (blocks.length !== 1) return false;
  const parts = blocks[0]?.block.request?.body?.parts ?? [];
  const files = parts.flatMap(part => (part.kind === 'file' ? [part.path.text] : []));
  const wanted = body.kind === 'multipart' ? body.parts.flatMap(part => (part.disabled ? [] : (part.files ?? []))) : [];
  if (files.join('\n') !== wanted.join('\n')) return false;
  const own = parts.map(part => (part.kind === 'text' ? part.text : '')).join('');
  if (body.kind === 'text' || body.kind === 'graphql') return own.trim() === written.trim();
  // Rows that are switched off and the lines that name files are no text of it.
  const bare = (content: string): string => content.replace(/^(?:<|#)\s.*$/gm, '').replace(/\s+/g, '');
  return bare(own) === bare(written);
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
