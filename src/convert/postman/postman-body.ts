import type { FormPart, ImportedBody, Row } from '../collection.ts';
import { anyText, list, record, text } from '../json-shape.ts';
import { switched } from './postman-url.ts';

export interface ReadBody {
  readonly body?: ImportedBody;
  /** Of the header that Postman adds where none is written. */
  readonly contentType?: string;
  readonly findings: readonly string[];
}

const none: ReadBody = { findings: [] };

/** Content types of raw bodies, by the language that is chosen for them. */
const languages: Readonly<Record<string, string>> = {
  json: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  javascript: 'application/javascript',
  text: 'text/plain',
};

/** Methods whose body Postman leaves out, unless `disableBodyPruning` says otherwise. */
const bodiless = new Set(['GET', 'HEAD', 'COPY', 'PURGE', 'UNLOCK']);

/** Reads `body` of a request. @param prunes whether Postman leaves out the body of a GET */
export function readPostmanBody(value: unknown, method: string, prunes: boolean): ReadBody {
  const given = record(value);
  if (given.disabled === true) return none;
  const read = bodyOf(given);
  if (!read.body || !prunes || !bodiless.has(method.toUpperCase())) return read;
  return { findings: [...read.findings, `the body, which Postman does not send with ${method}`] };
}

function bodyOf(given: ReturnType<typeof record>): ReadBody {
  switch (given.mode) {
    case 'raw': {
      const raw = anyText(given.raw) ?? '';
      const language = text(record(record(given.options).raw).language) ?? 'text';
      if (raw.trim() === '') return none;
      return { body: { kind: 'text', text: raw }, contentType: languages[language] ?? 'text/plain', findings: [] };
    }
    case 'urlencoded': {
      const rows = formRows(given.urlencoded);
      if (rows.length === 0) return none;
      return { body: { kind: 'form', rows }, contentType: 'application/x-www-form-urlencoded', findings: [] };
    }
    case 'formdata':
      return multipart(given.formdata);
    case 'file':
      return file(given.file);
    case 'graphql':
      return graphql(record(given.graphql));
    default:
      return given.mode === undefined ? none : { findings: [`a body of the mode “${anyText(given.mode)}”`] };
  }
}

function formRows(value: unknown): Row[] {
  if (typeof value === 'string') {
    return [...new URLSearchParams(value)].map(([name, content]) => ({ name, value: content }));
  }
  return list(value)
    .map(record)
    .filter(row => anyText(row.key) || anyText(row.value))
    .map(row => ({ name: anyText(row.key) ?? '', value: anyText(row.value) ?? '', ...switched(row) }));
}

function multipart(value: unknown): ReadBody {
  const findings: string[] = [];
  const parts = list(value)
    .map(record)
    .flatMap((row): FormPart[] => {
      const name = anyText(row.key) ?? '';
      const type = text(row.contentType);
      const part = { name, value: anyText(row.value) ?? '', ...(type ? { type } : {}), ...switched(row) };
      if (row.disabled === true) findings.push(`the field “${name}” of the form, which is switched off`);
      if (row.type !== 'file') return name === '' && part.value === '' ? [] : [part];
      const files = (Array.isArray(row.src) ? row.src : [row.src]).flatMap(source => text(source) || []);
      if (files.length > 0) return [{ ...part, files: files.map(slashes) }];
      findings.push(`the file of the field “${name}”, which is not chosen`);
      return [];
    });
  return parts.length === 0 ? { findings } : { body: { kind: 'multipart', parts }, findings };
}

function file(value: unknown): ReadBody {
  const given = record(value);
  const path = text(value) ?? text(given.src);
  if (path) return { body: { kind: 'file', path: slashes(path) }, findings: [] };
  const content = text(given.content);
  return content
    ? { body: { kind: 'text', text: content }, findings: [] }
    : { findings: ['the file of the body, which is not chosen'] };
}

function graphql(given: ReturnType<typeof record>): ReadBody {
  const query = text(given.query) ?? '';
  const variables = (anyText(given.variables) ?? '').trim();
  const stated = variables === '' || variables === '{}' ? {} : { variables };
  if (query.trim() === '') return none;
  return { body: { kind: 'graphql', query, ...stated }, contentType: 'application/json', findings: [] };
}

/** A path as every system reads it. */
const slashes = (path: string): string =>
  /^[a-z]:\\|\\/i.test(path) && !path.includes('/') ? path.replaceAll('\\', '/') : path;
