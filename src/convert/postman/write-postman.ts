import { createHash } from 'node:crypto';
import { references } from '../../core/template.ts';
import { mapTexts } from '../adapt.ts';
import type { ImportedBody, ImportedFolder, ImportedRequest, ImportedVariable, Row, Scripts } from '../collection.ts';
import { writePostmanAuth } from './write-postman-auth.ts';

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

export interface WrittenCollection {
  /** The collection as JSON. */
  readonly collection: object;
  /** What could not be carried over, by where it stood. */
  readonly findings: readonly { readonly at: string; readonly finding: string }[];
}

/**
 * A collection of the format 2.1. `{{$secret name}}` becomes a variable of the collection without a value.
 * @see https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
 */
export function writePostmanCollection(folder: ImportedFolder): WrittenCollection {
  return new Writer().collection(folder);
}

class Writer {
  readonly #findings: { at: string; finding: string }[] = [];
  readonly #secrets = new Set<string>();

  collection(folder: ImportedFolder): WrittenCollection {
    const { name, description } = folder;
    const level = this.#level(folder, name);
    const item = this.#items(folder, name);
    const secrets = [...this.#secrets].map(key => ({ key, value: '', type: 'secret' }));
    const variable = [...folder.variables.map(variableOf), ...secrets];
    return {
      collection: this.#withSecrets({
        info: { _postman_id: idOf(name), name, ...(description ? { description } : {}), schema },
        item,
        ...level,
        ...(variable.length > 0 ? { variable } : {}),
      }) as object,
      findings: this.#findings,
    };
  }

  #items({ items }: ImportedFolder, at: string): object[] {
    return items.map(item => {
      const path = `${at} / ${item.name}`;
      if (item.kind === 'request') return this.#request(item, path);
      if (item.variables.length > 0) this.#tell(path, 'the variables of a folder');
      const description = item.description ? { description: item.description } : {};
      return { name: item.name, ...description, ...this.#level(item, path), item: this.#items(item, path) };
    });
  }

  /** What a folder or a collection says for everything below it. */
  #level({ auth, scripts, findings }: ImportedFolder, at: string): object {
    for (const finding of findings) this.#tell(at, finding);
    return { ...this.#auth(auth, at), ...events(scripts) };
  }

  #auth(auth: ImportedFolder['auth'], at: string): object {
    if (!auth) return {};
    const written = writePostmanAuth(auth);
    for (const finding of written.findings) this.#tell(at, finding);
    // Nothing of what is around it is sent in its place.
    return { auth: written.auth ?? { type: 'noauth' } };
  }

  #request(request: ImportedRequest, at: string): object {
    for (const finding of request.findings) this.#tell(at, finding);
    const { name, method, description, body, directives, examples } = request;
    const { url, variables } = urlOf(request);
    const inlined = inlineVariables({ ...request, body }, variables);
    const behavior = {
      ...('insecure' in directives ? { strictSSL: false } : {}),
      ...('no-redirect' in directives ? { followRedirects: false } : {}),
      ...('no-cookie-jar' in directives ? { disableCookies: true } : {}),
      ...(body && /^(?:GET|HEAD|COPY|PURGE|UNLOCK)$/.test(method) ? { disableBodyPruning: true } : {}),
    };
    return {
      name: name || `${method} ${request.url}`,
      ...(Object.keys(behavior).length > 0 ? { protocolProfileBehavior: behavior } : {}),
      ...events(request.scripts),
      request: {
        method,
        header: inlined.headers
          .filter(({ name: header }) => body?.kind !== 'multipart' || !/^content-type$/i.test(header))
          .map(rowOf),
        ...(inlined.body ? { body: bodyOf(inlined.body, request.headers) } : {}),
        url: mapTexts(url, text => substituted(text, variables)),
        ...(description ? { description } : {}),
        ...this.#auth(inlined.auth, at),
      },
      response: examples.map(example => ({
        name: example.name,
        code: example.status,
        status: example.statusText,
        header: example.headers.map(rowOf),
        body: example.body,
      })),
    };
  }

  #tell(at: string, finding: string): void {
    this.#findings.push({ at, finding });
  }

  /** `{{$secret name}}` is a variable there. */
  #withSecrets(value: object): unknown {
    const replaced = mapTexts(value, text =>
      text.replace(/\{\{\s*\$secret\s+([\w.-]+)\s*\}\}/g, (_, name: string) => {
        this.#secrets.add(name);
        return `{{${name}}}`;
      }),
    ) as { variable?: object[] };
    const known = new Set((replaced.variable ?? []).map(variable => (variable as { key: string }).key));
    const added = [...this.#secrets].filter(name => !known.has(name)).map(key => ({ key, value: '', type: 'secret' }));
    return added.length === 0 ? replaced : { ...replaced, variable: [...(replaced.variable ?? []), ...added] };
  }
}

const variableOf = ({ name, value, secret, disabled }: ImportedVariable): object => ({
  key: name,
  value,
  type: secret ? 'secret' : 'string',
  ...(disabled ? { disabled: true } : {}),
});

const rowOf = ({ name, value, disabled }: Row): object => ({
  key: name,
  value,
  ...(disabled ? { disabled: true } : {}),
});

function events({ before, after }: Scripts): object {
  const script = (listen: string, code: string | undefined): object[] =>
    code === undefined ? [] : [{ listen, script: { type: 'text/javascript', exec: code.split('\n') } }];
  const event = [...script('prerequest', before), ...script('test', after)];
  return event.length > 0 ? { event } : {};
}

type Values = ReadonlyMap<string, string>;

/** The URL in its parts; variables of the request that are a segment of the path become path variables. */
function urlOf(request: ImportedRequest): { readonly url: object; readonly variables: Values } {
  const values = new Map(request.variables.filter(({ disabled }) => !disabled).map(({ name, value }) => [name, value]));
  const [, protocol, host = '', path] = /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/]*)(?:\/(.*))?$/is.exec(request.url) ?? [];
  const variable: { key: string; value: string }[] = [];
  const segments = path?.split('/').map(segment => {
    const name = /^\{\{([^{}]+)\}\}$/.exec(segment)?.[1];
    const value = name === undefined ? undefined : values.get(name);
    if (name === undefined || value === undefined) return segment;
    if (!variable.some(({ key }) => key === name)) variable.push({ key: name, value });
    return `:${name}`;
  });
  const [name = '', port] = host.includes('{{') ? [host] : host.split(/:(?=\d+$)/);
  const query = request.query.map(row => ({ ...rowOf(row), ...(row.bare ? { value: null } : {}) }));
  const shownQuery = request.query
    .filter(({ disabled }) => !disabled)
    .map(row => (row.bare ? row.name : `${row.name}=${row.value}`));
  const address = `${protocol === undefined ? '' : `${protocol}://`}${host}${segments === undefined ? '' : `/${segments.join('/')}`}`;
  return {
    url: {
      raw: `${address}${shownQuery.length > 0 ? `?${shownQuery.join('&')}` : ''}`,
      ...(protocol === undefined ? {} : { protocol }),
      host: name.includes('{{') ? [name] : name.split('.'),
      ...(port === undefined ? {} : { port }),
      ...(segments === undefined ? {} : { path: segments }),
      ...(query.length > 0 ? { query } : {}),
      ...(variable.length > 0 ? { variable } : {}),
    },
    variables: new Map([...values].filter(([key]) => !variable.some(other => other.key === key))),
  };
}

/** A request without variables of its own, which Postman does not have: their values stand in their places. */
function inlineVariables<T>(value: T, variables: Values): T {
  return variables.size === 0 ? value : (mapTexts(value, text => substituted(text, variables)) as T);
}

function substituted(text: string, variables: Values): string {
  let written = '';
  let at = 0;
  for (const { expression, start, end, inner } of references(text)) {
    const value = inner || start < at ? undefined : variables.get(expression);
    if (value === undefined) continue;
    written += text.slice(at, start) + value;
    at = end;
  }
  return written + text.slice(at);
}

function bodyOf(body: ImportedBody, headers: readonly Row[]): object {
  switch (body.kind) {
    case 'text':
      return { mode: 'raw', raw: body.text, options: { raw: { language: languageOf(headers) } } };
    case 'form':
      return { mode: 'urlencoded', urlencoded: body.rows.map(rowOf) };
    case 'multipart':
      return {
        mode: 'formdata',
        formdata: body.parts.map(({ files, type, ...row }) => ({
          ...rowOf(row),
          ...(files ? { type: 'file', src: files.length === 1 ? files[0] : files } : { type: 'text' }),
          ...(type === undefined ? {} : { contentType: type }),
        })),
      };
    case 'graphql':
      return { mode: 'graphql', graphql: { query: body.query, variables: body.variables ?? '' } };
    case 'file':
      return { mode: 'file', file: { src: body.path } };
  }
}

function languageOf(headers: readonly Row[]): string {
  const type = headers.find(({ name, disabled }) => !disabled && name.toLowerCase() === 'content-type')?.value ?? '';
  return /\b(json|xml|html|javascript)\b/i.exec(type)?.[1]?.toLowerCase() ?? 'text';
}

/** The same for the same name, so that an export that is repeated replaces the earlier one. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`countersign ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
