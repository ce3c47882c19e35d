import type { Example, ImportedFolder, ImportedRequest, ImportedVariable, Row, Scripts } from '../collection.ts';
import { anyText, type JsonRecord, list, record, text } from '../json-shape.ts';
import { readPostmanAuth } from './postman-auth.ts';
import { readPostmanBody } from './postman-body.ts';
import { readPostmanUrl, switched } from './postman-url.ts';

/** Folders stand in each other at most this deep. */
const deepest = 60;

/** A token of HTTP. @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const token = /^[!#$%&'*+.^`|~\w-]+$/;

/** Reads a collection of the format 2.0 or 2.1. */
export function readPostmanCollection(collection: JsonRecord): ImportedFolder {
  const info = record(collection.info);
  const folder = folderOf({ ...collection, name: info.name, description: info.description }, 0);
  return { ...folder, name: folder.name || 'Collection' };
}

function folderOf(item: JsonRecord, depth: number): ImportedFolder {
  const auth = readPostmanAuth(item.auth);
  const findings = [...(auth?.findings ?? [])];
  if (depth > deepest) findings.push(`folders that stand more than ${deepest} deep`);
  const { scripts, lost } = scriptsOf(item.event);
  return {
    kind: 'folder',
    name: (anyText(item.name) ?? '').trim(),
    ...described(item.description),
    ...(auth?.statement ? { auth: auth.statement } : {}),
    variables: readPostmanVariables(item.variable),
    scripts,
    findings: [...findings, ...lost],
    items: depth > deepest ? [] : list(item.item).map(child => itemOf(record(child), depth + 1)),
  };
}

function itemOf(item: JsonRecord, depth: number): ImportedFolder | ImportedRequest {
  return Array.isArray(item.item) ? folderOf(item, depth) : requestOf(item);
}

function requestOf(item: JsonRecord): ImportedRequest {
  const stated = typeof item.request === 'string' ? { url: item.request } : record(item.request);
  const method = (text(stated.method) ?? 'GET').trim() || 'GET';
  const { url, query, variables } = readPostmanUrl(stated.url);
  const auth = readPostmanAuth(stated.auth ?? item.auth);
  const { directives, lost, prunes } = behaviorOf(record(item.protocolProfileBehavior));
  const { body, contentType, findings } = readPostmanBody(stated.body, method, prunes);
  const { scripts, lost: lostScripts } = scriptsOf(item.event);
  const headers = headersOf(stated.header);
  return {
    kind: 'request',
    name: (anyText(item.name) ?? '').trim(),
    ...described(stated.description ?? item.description),
    method: token.test(method) ? method : 'GET',
    url: url === '' ? 'http://' : url,
    query,
    headers: [...headers.rows, ...typeHeader(headers.rows, body?.kind, contentType)],
    ...(body ? { body } : {}),
    ...(auth?.statement ? { auth: auth.statement } : {}),
    variables: [...readPostmanVariables(item.variable), ...variables],
    directives,
    scripts,
    examples: list(item.response).map(record).flatMap(exampleOf),
    findings: [
      ...(auth?.findings ?? []),
      ...headers.lost,
      ...findings,
      ...lost,
      ...lostScripts,
      ...(url === '' ? ['the address, which is empty'] : []),
      ...(token.test(method) ? [] : [`the method “${method}”`]),
    ],
  };
}

/** The header of the body's type that is sent though nobody wrote it. */
function typeHeader(rows: readonly Row[], kind: string | undefined, contentType: string | undefined): Row[] {
  if (kind === 'graphql') return [];
  if (contentType === undefined || rows.some(row => !row.disabled && row.name.toLowerCase() === 'content-type'))
    return [];
  return [{ name: 'Content-Type', value: contentType }];
}

function headersOf(value: unknown): { rows: Row[]; lost: string[] } {
  const lines = typeof value === 'string' ? value.split(/\r?\n/).filter(line => line.includes(':')) : [];
  const given = [
    ...lines.map(line => ({ key: line.slice(0, line.indexOf(':')), value: line.slice(line.indexOf(':') + 1).trim() })),
    ...list(value).map(record),
  ] as JsonRecord[];
  const rows: Row[] = [];
  const lost: string[] = [];
  for (const row of given) {
    const name = (anyText(row.key) ?? '').trim();
    if (name === '') continue;
    if (token.test(name.replace(/\{\{[^{}]*\}\}/g, 'x'))) {
      rows.push({ name, value: anyText(row.value) ?? '', ...switched(row) });
    } else lost.push(`the header “${name}”, whose name is not valid`);
  }
  return { rows, lost };
}

/** Variables of a collection, a folder, an environment or the globals. */
export function readPostmanVariables(value: unknown): ImportedVariable[] {
  return list(value)
    .map(record)
    .flatMap(row => {
      const name = (text(row.key) ?? text(row.name) ?? text(row.id) ?? '').trim();
      if (name === '') return [];
      const secret = row.type === 'secret' || row.secret === true;
      return [{ name, value: anyText(row.value) ?? '', ...(secret ? { secret } : {}), ...switched(row) }];
    });
}

function scriptsOf(value: unknown): { scripts: Scripts; lost: string[] } {
  const lost: string[] = [];
  const found: { before?: string; after?: string } = {};
  for (const event of list(value).map(record)) {
    const script = record(event.script);
    const lines = Array.isArray(script.exec) ? script.exec.map(line => text(line) ?? '') : [text(script.exec) ?? ''];
    const code = lines.join('\n').trim();
    if (text(script.src)) lost.push(`the script ${text(script.src)}, which is elsewhere`);
    if (code === '' || event.disabled === true) continue;
    const key = event.listen === 'prerequest' ? 'before' : event.listen === 'test' ? 'after' : undefined;
    if (key === undefined) lost.push(`a script for “${anyText(event.listen) ?? ''}”`);
    else found[key] = found[key] === undefined ? code : `${found[key]}\n${code}`;
  }
  return { scripts: found, lost };
}

/** Settings of a request that say more than Postman's defaults. */
function behaviorOf(behavior: JsonRecord): { directives: Record<string, string>; lost: string[]; prunes: boolean } {
  const directives: Record<string, string> = {};
  const lost: string[] = [];
  for (const [name, value] of Object.entries(behavior)) {
    if (name === 'disableBodyPruning') continue;
    if (name === 'strictSSL' && value === false) directives.insecure = '';
    else if (name === 'followRedirects' && value === false) directives['no-redirect'] = '';
    else if (name === 'disableCookies' && value === true) directives['no-cookie-jar'] = '';
    else if (!['strictSSL', 'followRedirects', 'disableCookies'].includes(name)) {
      lost.push(`the setting “${name}” (${anyText(value) ?? ''})`);
    }
  }
  return { directives, lost, prunes: behavior.disableBodyPruning !== true };
}

function exampleOf(response: JsonRecord): Example[] {
  const status = Number(response.code);
  const body = text(response.body) ?? '';
  if (!Number.isInteger(status) || body === '') return [];
  const { rows } = headersOf(response.header);
  return [{ name: anyText(response.name) ?? '', status, statusText: text(response.status) ?? '', headers: rows, body }];
}

function described(value: unknown): { readonly description?: string } {
  const description = text(value) ?? text(record(value).content);
  return description?.trim() ? { description } : {};
}
