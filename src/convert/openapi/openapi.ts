import type {
  Imported,
  ImportedBody,
  ImportedEnvironment,
  ImportedFolder,
  ImportedRequest,
  ImportedVariable,
  Row,
} from '../collection.ts';
import { safeName } from '../file-names.ts';
import { anyText, type JsonRecord, list, record, text } from '../json-shape.ts';
import { exampleOf, type Resolve } from './schema-example.ts';
import { readSecurity } from './security.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace', 'query'];

/** Whether a document is an OpenAPI description, 2.0 (Swagger) or 3.x. */
export function isOpenApi(value: unknown): boolean {
  const document = record(value);
  return (
    (/^2\.0\b/.test(text(document.swagger) ?? '') || /^3\.\d/.test(text(document.openapi) ?? '')) &&
    typeof document.paths === 'object'
  );
}

/**
 * Reads an OpenAPI description: a request for each operation, with examples from its schemas, in a folder for its first
 * tag; servers as environments; security as `@auth`.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function readOpenApi(value: unknown): Imported {
  return new Reader(record(value)).read();
}

class Reader {
  readonly #document: JsonRecord;
  readonly #prefix: string;
  readonly #findings: string[] = [];

  constructor(document: JsonRecord) {
    this.#document = document;
    this.#prefix = safeName(text(record(document.info).title) ?? '', 'api');
  }

  read(): Imported {
    const document = this.#document;
    const info = record(document.info);
    const security = this.#security(document.security);
    const folders = new Map<string, ImportedRequest[]>();
    const items: ImportedRequest[] = [];
    for (const [path, shared] of Object.entries(record(document.paths))) {
      const operations = this.#resolve(shared);
      for (const method of methods) {
        if (operations[method] === undefined) continue;
        const operation = this.#resolve(operations[method]);
        const request = this.#request(path, method, operation, list(operations.parameters));
        const [tag] = list(operation.tags).flatMap(each => text(each) ?? []);
        if (tag === undefined) items.push(request);
        else folders.set(tag, [...(folders.get(tag) ?? []), request]);
      }
    }
    const empty = { variables: [], scripts: {}, findings: [] };
    const described = new Map(
      list(document.tags)
        .map(record)
        .map(tag => [text(tag.name) ?? '', text(tag.description)]),
    );
    const inFolders = [...folders].map(([name, requests]): ImportedFolder => {
      const description = described.get(name);
      return { ...empty, kind: 'folder', name, ...(description ? { description } : {}), items: requests };
    });
    const description = text(info.description);
    const { variable, environments } = this.#servers();
    return {
      collections: [
        {
          kind: 'folder',
          name: text(info.title) ?? 'API',
          ...(description ? { description } : {}),
          ...(security.auth ? { auth: security.auth } : {}),
          variables: [variable],
          scripts: {},
          findings: [...security.findings, ...new Set(this.#findings)],
          items: [...items, ...inFolders],
        },
      ],
      environments,
    };
  }

  readonly #resolve: Resolve = value => {
    let found = record(value);
    for (let steps = 0; typeof found.$ref === 'string' && steps < 32; steps++) {
      const reference = found.$ref;
      if (!reference.startsWith('#/')) {
        this.#findings.push(`what is described elsewhere: ${reference}`);
        return {};
      }
      let target: unknown = this.#document;
      for (const part of reference.slice(2).split('/')) {
        const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
        target = Object.hasOwn(record(target), name) ? record(target)[name] : undefined;
      }
      const { $ref: _, ...beside } = found;
      found = Object.keys(beside).length === 0 ? record(target) : { ...record(target), ...beside };
    }
    return found;
  };

  #security(requirements: unknown): ReturnType<typeof readSecurity> {
    const { components, securityDefinitions } = this.#document;
    const schemes = record(record(components).securitySchemes ?? securityDefinitions);
    return readSecurity(requirements, schemes, this.#resolve, this.#prefix);
  }

  /** The first server as `baseUrl` of the collection; all of them as environments, where there are several. */
  #servers(): { readonly variable: ImportedVariable; readonly environments: readonly ImportedEnvironment[] } {
    const { servers, host, basePath, schemes } = this.#document;
    const scheme = text(list(schemes).find(each => each === 'https') ?? list(schemes)[0]) ?? 'https';
    const swagger = text(host) === undefined ? [] : [{ url: `${scheme}://${text(host)}${text(basePath) ?? ''}` }];
    const stated = [...list(servers), ...swagger].map(record).flatMap(server => {
      const url = (text(server.url) ?? '').replace(/\{([^{}]+)\}/g, (whole, name: string) => {
        return text(record(record(server.variables)[name]).default) ?? whole;
      });
      return url === ''
        ? []
        : [{ url: url.replace(/\/$/, ''), name: text(server.description) ?? URL.parse(url)?.host ?? url }];
    });
    const [first] = stated;
    const base = first && /^https?:/i.test(first.url) ? first.url : `https://example.com${first?.url ?? ''}`;
    return {
      variable: { name: 'baseUrl', value: base },
      environments:
        stated.length < 2
          ? []
          : stated.map(({ name, url }) => ({ name, variables: [{ name: 'baseUrl', value: url }] })),
    };
  }

  #request(path: string, method: string, operation: JsonRecord, shared: readonly unknown[]): ImportedRequest {
    const own = list(operation.parameters).map(this.#resolve);
    const same = (one: JsonRecord, other: JsonRecord): boolean => one.name === other.name && one.in === other.in;
    const parameters = [...shared.map(this.#resolve).filter(one => !own.some(other => same(one, other))), ...own];
    const ofKind = (kind: string): JsonRecord[] =>
      parameters.filter(parameter => parameter.in === kind && text(parameter.name));
    const row = (parameter: JsonRecord): Row => ({
      name: text(parameter.name) ?? '',
      value: this.#value(parameter),
      ...(parameter.required === true ? {} : { disabled: true }),
    });
    const variables = ofKind('path').map(parameter => ({
      name: (text(parameter.name) ?? '').replace(/[\s={}]+/g, '_'),
      value: this.#value(parameter).replace(/\s*[\r\n]+\s*/g, ' '),
    }));
    const body = this.#body(operation, ofKind('body'), ofKind('formData'));
    const written = ofKind('header')
      .map(row)
      .filter(({ name }) => !/^(?:accept|content-type|authorization)$/i.test(name));
    const cookies = ofKind('cookie')
      .map(row)
      .filter(({ disabled }) => !disabled);
    const accept = this.#accepts(operation);
    const { auth, findings } = this.#security(operation.security);
    const description = text(operation.description);
    return {
      kind: 'request',
      name: text(operation.summary) ?? text(operation.operationId) ?? `${method.toUpperCase()} ${path}`,
      ...(description ? { description } : {}),
      method: method.toUpperCase(),
      url: `{{baseUrl}}${path.replace(/\{([^{}]+)\}/g, (_, name: string) => `{{${name.replace(/[\s={}]+/g, '_')}}}`)}`,
      query: ofKind('query').map(row),
      headers: [
        ...(accept === undefined ? [] : [{ name: 'Accept', value: accept }]),
        ...(body.type === undefined ? [] : [{ name: 'Content-Type', value: body.type }]),
        ...written,
        ...(cookies.length === 0
          ? []
          : [{ name: 'Cookie', value: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') }]),
      ],
      ...(body.body ? { body: body.body } : {}),
      ...(auth ? { auth } : {}),
      variables,
      directives: {},
      scripts: {},
      examples: [],
      findings,
    };
  }

  #value(parameter: JsonRecord): string {
    const stated = parameter.example ?? this.#firstExample(parameter.examples);
    const value = stated ?? exampleOf(parameter.schema ?? parameter, this.#resolve);
    if (Array.isArray(value)) return value.map(each => anyText(each) ?? '').join(',');
    return anyText(value) ?? '';
  }

  #firstExample(examples: unknown): unknown {
    const [first] = Object.values(record(examples));
    return first === undefined ? undefined : this.#resolve(first).value;
  }

  #accepts(operation: JsonRecord): string | undefined {
    const { produces } = this.#document;
    const [ok] = Object.entries(record(operation.responses)).filter(([status]) => /^2/.test(status));
    const stated = [
      ...Object.keys(record(this.#resolve(ok?.[1]).content)),
      ...list(operation.produces ?? (ok ? produces : [])),
    ];
    return stated.map(each => text(each)).find(type => type?.includes('json')) ?? text(stated[0]);
  }

  #body(
    operation: JsonRecord,
    inBody: readonly JsonRecord[],
    fields: readonly JsonRecord[],
  ): { readonly body?: ImportedBody; readonly type?: string } {
    const consumes = list(operation.consumes ?? this.#document.consumes).flatMap(each => text(each) ?? []);
    if (fields.length > 0) {
      const rows = fields.map(field => ({
        ...field,
        name: text(field.name) ?? '',
        value: this.#value(field),
        file: field.type === 'file',
      }));
      if (consumes.some(type => /^multipart\//i.test(type)) || rows.some(({ file }) => file)) {
        return {
          body: {
            kind: 'multipart',
            parts: rows.map(({ name, value, file }) => ({
              name,
              value,
              ...(file ? { files: [`./${safeName(name, 'file')}`] } : {}),
            })),
          },
        };
      }
      return {
        body: { kind: 'form', rows: rows.map(({ name, value }) => ({ name, value })) },
        type: 'application/x-www-form-urlencoded',
      };
    }
    const [only] = inBody;
    const content = only
      ? { [consumes.find(type => type.includes('json')) ?? consumes[0] ?? 'application/json']: { schema: only.schema } }
      : record(this.#resolve(operation.requestBody).content);
    const types = Object.keys(content);
    const type = types.find(each => each.includes('json')) ?? types[0];
    if (type === undefined) return {};
    const media = record(content[type]);
    const value = media.example ?? this.#firstExample(media.examples) ?? exampleOf(media.schema, this.#resolve);
    if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
      const rows = Object.entries(record(value)).map(([name, each]) => ({ name, value: anyText(each) ?? '' }));
      return { body: { kind: 'form', rows }, type };
    }
    if (/^multipart\/form-data\b/i.test(type)) {
      const properties = record(this.#resolve(media.schema).properties);
      const parts = Object.entries(record(value)).map(([name, each]) => {
        const { format, contentMediaType } = this.#resolve(properties[name]);
        const isFile = format === 'binary' || contentMediaType !== undefined;
        return {
          name,
          value: isFile ? '' : (anyText(each) ?? ''),
          ...(isFile ? { files: [`./${safeName(name, 'file')}`] } : {}),
        };
      });
      return parts.length === 0 ? {} : { body: { kind: 'multipart', parts } };
    }
    if (/\bjson\b/i.test(type)) return { body: { kind: 'text', text: JSON.stringify(value, undefined, 2) }, type };
    if (/^(?:application\/octet-stream|image\/|audio\/|video\/)/i.test(type))
      return { body: { kind: 'file', path: './body.bin' }, type };
    return {
      body: { kind: 'text', text: typeof value === 'string' ? value : JSON.stringify(value, undefined, 2) },
      type,
    };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
