import type { AuthStatement } from '../language/auth-printer.ts';
import { headerRows } from '../language/header-printer.ts';
import type { Parameter } from '../language/parameter-list.ts';
import { parse } from '../language/parser.ts';
import { formList, queryList, withoutQuery } from '../language/query-printer.ts';
import type { AuthNode, PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import type { Example, FormPart, ImportedBody, ImportedRequest, ImportedVariable, Row, Scripts } from './collection.ts';

/** The content of a file by its path as a request file names it; undefined where it isn't at hand. */
export type ContentOf = (path: string) => string | undefined;

/** What is said above a request, or for a whole file. */
export interface ReadHead {
  readonly description?: string;
  readonly auth?: AuthStatement;
  readonly variables: readonly ImportedVariable[];
  readonly scripts: Scripts;
  readonly findings: readonly string[];
}

/** Reads a request of a file as an exporter wants it. Undefined where the block has none. */
export function readRequest(tree: SyntaxTree, placed: PlacedBlock, content: ContentOf): ImportedRequest | undefined {
  const { request, title, name, directives } = placed.block;
  if (!request) return undefined;
  const head = readHead(tree, placed, content);
  const findings = [...head.findings];
  const headers: Row[] = headerRows(tree, placed).map(row => ({
    name: row.name.text,
    value: row.value.text,
    ...(row.disabled ? { disabled: true } : {}),
  }));
  const parameters = queryList(tree, placed)?.list.parameters ?? [];
  const isGraphql = /^graphql$/i.test(headerValue(headers, 'x-request-type')) || request.method?.text === 'GRAPHQL';
  const body = readBody(tree, placed, headers, isGraphql, content, findings);
  const carried = new Set(['name', 'title', 'auth', 'insecure', 'no-redirect', 'no-cookie-jar', 'description']);
  for (const { name: directive, value } of directives) {
    if (!carried.has(directive.text.toLowerCase())) findings.push(`the directive “@${directive.text} ${value.text}”`);
  }
  const stated = new Set(directives.map(({ name: directive }) => directive.text.toLowerCase()));
  return {
    ...head,
    kind: 'request',
    name: title?.text ?? name?.text ?? '',
    method: request.method?.text === 'GRAPHQL' ? 'POST' : (request.method?.text.toUpperCase() ?? 'GET'),
    url: withoutQuery(request.target.text),
    query: parameters.map(({ name: key, value, disabled }) => ({
      name: shown(key, true),
      value: shown(value ?? '', false),
      ...(value === undefined ? { bare: true } : {}),
      ...(disabled ? { disabled: true } : {}),
    })),
    headers: isGraphql ? headers.filter(({ name: header }) => !/^x-request-type$/i.test(header)) : headers,
    ...(body ? { body } : {}),
    directives: Object.fromEntries(
      ['insecure', 'no-redirect', 'no-cookie-jar'].flatMap(flag => (stated.has(flag) ? [[flag, '']] : [])),
    ),
    examples: examplesOf(tree, placed, content),
    findings,
  };
}

/** Reads what a block says apart from its request. */
export function readHead(tree: SyntaxTree, placed: PlacedBlock, content: ContentOf): ReadHead {
  const { block, offset } = placed;
  const findings: string[] = [];
  const described: string[] = [];
  const variables: ImportedVariable[] = block.variables.map(({ name, value }) => ({
    name: name.text,
    value: value.text,
  }));
  for (const [index, { kind, start, end }] of block.lines.entries()) {
    if (block.request && index >= block.request.line) break;
    if (kind !== 'comment') continue;
    const line = tree.text
      .slice(offset + start, offset + end)
      .replace(/^\s*(?:#+|\/\/) ?(?:\u00b7 )?/, '')
      .trimEnd();
    const off = /^@([^\s=]+)\s*=\s*(.*)$/.exec(line);
    if (off) variables.push({ name: off[1] ?? '', value: off[2] ?? '', disabled: true });
    else if (!line.startsWith('Not imported: ')) described.push(line);
  }
  const description = described.join('\n').trim();
  const auth = block.auth && readAuth(block.auth, findings);
  const scripts = scriptsOf(tree, placed, content, findings);
  return { ...(description === '' ? {} : { description }), ...(auth ? { auth } : {}), variables, scripts, findings };
}

function readAuth({ scheme, fields }: AuthNode, findings: string[]): AuthStatement | undefined {
  if (scheme.text === '' || scheme.text === 'inherit') return undefined;
  const stated = fields.flatMap(({ name, value, fromFile }) => {
    if (!fromFile) return [{ name: name.text, value: value.text }];
    findings.push(`“${name.text}” of the authorization, which is read from ${value.text}`);
    return [];
  });
  return { scheme: scheme.text, fields: stated };
}

function scriptsOf(tree: SyntaxTree, { block, offset }: PlacedBlock, content: ContentOf, findings: string[]): Scripts {
  const found: { before?: string; after?: string } = {};
  for (const { feature, start, end } of block.foreign) {
    const written = tree.text.slice(offset + start, offset + end).trim();
    const key = feature === 'pre-request-script' ? 'before' : feature === 'response-handler' ? 'after' : undefined;
    if (key === undefined) {
      if (feature !== 'response-reference') findings.push(`“${written.split(/\r?\n/)[0]?.slice(0, 60)}”`);
      continue;
    }
    const inline = /^[<>]\s*\{%(.*)%\}$/s.exec(written)?.[1];
    const path = inline === undefined ? written.slice(1).trim() : '';
    const code = (inline ?? content(path))?.trim();
    if (code === undefined) findings.push(`the script ${path}, which is not at hand`);
    else if (/\bclient\.(?:global|test|assert|log|exit|variables)\b/.test(code) && !/\b(?:pm|postman)\./.test(code)) {
      findings.push('a script in the dialect of JetBrains');
    } else if (code !== '') found[key] = code;
  }
  return found;
}

function readBody(
  tree: SyntaxTree,
  placed: PlacedBlock,
  headers: readonly Row[],
  isGraphql: boolean,
  content: ContentOf,
  findings: string[],
): ImportedBody | undefined {
  const parts = placed.block.request?.body?.parts ?? [];
  const type = headerValue(headers, 'content-type');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type);
  // A form whose fields are all switched off is a body all the same.
  if (parts.length === 0 && !isForm) return undefined;
  const [only, second] = parts.filter(part => part.kind === 'file' || part.text.trim() !== '');
  if (only?.kind === 'file' && !second) {
    const text = only.substitute ? content(only.path.text) : undefined;
    return text === undefined ? { kind: 'file', path: only.path.text } : { kind: 'text', text };
  }
  if (/^multipart\/form-data\b/i.test(type)) {
    const read = multipartOf(parts, type);
    if (read) return { kind: 'multipart', parts: read };
    findings.push('the parts of the form, which can’t be told apart');
  }
  if (isForm) {
    const rows = fieldsOf(tree, placed);
    if (rows.length > 0) {
      return {
        kind: 'form',
        rows: rows.map(({ name, value, disabled }) => ({
          name: formDecoded(name),
          value: formDecoded(value ?? ''),
          ...(disabled ? { disabled: true } : {}),
        })),
      };
    }
  }
  const text = parts
    .map(part => (part.kind === 'text' ? part.text : (content(part.path.text) ?? '')))
    .join('')
    .trim();
  if (!isGraphql) return text === '' ? undefined : { kind: 'text', text };
  const [, query, variables] = /^(.*?)\n\s*\n(\{.*\})$/s.exec(text.replaceAll('\r\n', '\n')) ?? [];
  const isVariables = variables !== undefined && /^\{\s*["}]/.test(variables);
  return isVariables ? { kind: 'graphql', query: query ?? '', variables } : { kind: 'graphql', query: text };
}

/** The fields of a form, those that are switched off too; scripts that stand after it do not count. */
function fieldsOf(tree: SyntaxTree, { block, offset }: PlacedBlock): readonly Parameter[] {
  let text = '';
  let at = 0;
  for (const { start, end } of block.foreign) {
    text += tree.text.slice(offset + at, offset + start);
    at = end;
  }
  text += tree.text.slice(offset + at, offset + block.length);
  const alone = parse(text.trimEnd());
  const [only] = alone.blocks;
  return (only && formList(alone, only)?.list.parameters) ?? [];
}

type BodyParts = NonNullable<NonNullable<PlacedBlock['block']['request']>['body']>['parts'];

function multipartOf(parts: BodyParts, type: string): FormPart[] | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const files = parts.flatMap(part => (part.kind === 'file' ? [part.path.text] : []));
  const text = parts
    .map(part => (part.kind === 'file' ? '\uFFFC\n' : part.text))
    .join('')
    .replace(/\r\n?/g, '\n');
  const pieces = `\n${text}`.split(`\n--${boundary}`);
  if (pieces.length < 3) return undefined;
  const read: FormPart[] = [];
  for (const piece of pieces.slice(1, -1)) {
    const [, head = '', value] = /^[ \t]*\n(.*?)\n\n(.*)$/s.exec(piece) ?? [];
    const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
    const name = /;\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition);
    if (value === undefined || !name) return undefined;
    const contentType = /^content-type:[ \t]*(.*)$/im.exec(head)?.[1];
    const file = value.includes('\uFFFC') ? files.shift() : undefined;
    read.push({
      name: (name[1] ?? name[2] ?? '').replaceAll('%22', '"').replaceAll('%0A', '\n'),
      value: file === undefined ? value : '',
      ...(file === undefined ? {} : { files: [file] }),
      ...(contentType === undefined ? {} : { type: contentType.trim() }),
    });
  }
  return read;
}

/** Responses that were saved beside the request: `<> ./list.all-of-them.200.json`. */
function examplesOf(tree: SyntaxTree, { block, offset }: PlacedBlock, content: ContentOf): Example[] {
  return block.foreign.flatMap(({ feature, start, end }) => {
    if (feature !== 'response-reference') return [];
    const path = tree.text
      .slice(offset + start, offset + end)
      .replace(/^<>/, '')
      .trim();
    const body = content(path);
    const [, name = 'Example', status = '200', extension = ''] = /([^./\\]+)\.(\d{3})\.(\w+)$/.exec(path) ?? [];
    const type = exampleTypes[extension];
    const headers = type === undefined ? [] : [{ name: 'Content-Type', value: type }];
    return body === undefined ? [] : [{ name, status: Number(status), statusText: '', headers, body }];
  });
}

/** By extension. */
const exampleTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  csv: 'text/csv',
  js: 'text/javascript',
};

const headerValue = (headers: readonly Row[], name: string): string =>
  headers.find(row => !row.disabled && row.name.toLowerCase() === name)?.value ?? '';

/** A parameter as a person would type it: what only the URL's syntax wants encoded is decoded. */
const shown = (text: string, name: boolean): string =>
  text.replace(name ? /%(?:20|23|26|3D)/gi : /%(?:20|23|26)/gi, code => decodeURIComponent(code));

function formDecoded(text: string): string {
  return text
    .split(/(\{\{.*?\}\})/)
    .map((piece, index) => {
      if (index % 2 === 1) return piece;
      try {
        return decodeURIComponent(piece.replaceAll('+', ' '));
      } catch {
        return piece;
      }
    })
    .join('');
}
