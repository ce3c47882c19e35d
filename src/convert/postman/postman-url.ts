import type { ImportedVariable, QueryRow } from '../collection.ts';
import { anyText, list, record, text } from '../json-shape.ts';

export interface ReadUrl {
  readonly url: string;
  readonly query: readonly QueryRow[];
  /** The path variables, as variables of the request. */
  readonly variables: readonly ImportedVariable[];
}

/** Reads a URL: a text, or its parts. Where there are both, Postman sends the parts. */
export function readPostmanUrl(value: unknown): ReadUrl {
  const parts = typeof value === 'string' ? { raw: value } : record(value);
  const raw = text(parts.raw) ?? '';
  const host = joined(parts.host, '.');
  const [rawAddress = '', rawQuery] = splitAt(raw.replace(/#.*$/s, ''), '?');
  const address = host === undefined || host === '' ? rawAddress : addressOf(parts, host);
  const rows = list(parts.query).map(record);
  const query = rows.length > 0 ? rows.flatMap(queryRow) : queryOf(rawQuery);
  const given = list(parts.variable).map(record);
  const named = new Map(given.flatMap(row => pathVariable(row)));
  const used: ImportedVariable[] = [];
  const url = withScheme(address.trim())
    .split('/')
    .map(segment => {
      const name = segment.startsWith(':') ? segment.slice(1) : '';
      const value = named.get(name);
      if (name === '' || value === undefined) return segment;
      const variable = name.replace(/[\s={}]+/g, '_');
      if (!used.some(other => other.name === variable)) used.push({ name: variable, value });
      return `{{${variable}}}`;
    })
    .join('/');
  return { url, query, variables: used };
}

function addressOf(parts: ReturnType<typeof record>, host: string): string {
  const protocol = text(parts.protocol)?.replace(/:?\/*$/, '') ?? '';
  const port = text(parts.port) ?? '';
  const path = joined(parts.path, '/') ?? '';
  const before = protocol === '' ? '' : `${protocol}://`;
  return `${before}${host}${port === '' ? '' : `:${port}`}${path === '' ? '' : `/${path.replace(/^\//, '')}`}`;
}

function joined(value: unknown, separator: string): string | undefined {
  if (Array.isArray(value)) return value.map(part => text(part) ?? text(record(part).value) ?? '').join(separator);
  return text(value);
}

/** Postman sends what names no scheme over http. */
function withScheme(address: string): string {
  if (address === '' || /^[a-z][a-z\d+.-]*:\/\//i.test(address) || address.startsWith('{{')) return address;
  return `http://${address.replace(/^\/\//, '')}`;
}

function queryRow(row: ReturnType<typeof record>): QueryRow[] {
  const name = anyText(row.key) ?? '';
  const value = anyText(row.value);
  if (name === '' && (value ?? '') === '') return [];
  return [{ name, value: value ?? '', ...(value === undefined ? { bare: true } : {}), ...switched(row) }];
}

function queryOf(query: string | undefined): QueryRow[] {
  return (query ?? '')
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const [name = '', value] = splitAt(part, '=');
      return { name, value: value ?? '', ...(value === undefined ? { bare: true } : {}) };
    });
}

function pathVariable(row: ReturnType<typeof record>): [string, string][] {
  const name = text(row.key) ?? text(row.id);
  return name === undefined || name === '' ? [] : [[name, (anyText(row.value) ?? '').replace(/\s*[\r\n]+\s*/g, ' ')]];
}

/** Whether a row is kept and not sent. */
export function switched(row: ReturnType<typeof record>): { readonly disabled?: true } {
  return row.disabled === true || row.enabled === false ? { disabled: true } : {};
}

function splitAt(content: string, mark: string): [string, string | undefined] {
  const at = content.indexOf(mark);
  return at < 0 ? [content, undefined] : [content.slice(0, at), content.slice(at + 1)];
}
