import { findScheme } from '../auth/schemes/index.ts';
import { isSecret } from '../core/fields.ts';
import { isCredentialHeader, isSecretName } from '../core/secret-names.ts';
import type { AuthStatement } from '../language/auth-printer.ts';
import type {
  Imported,
  ImportedEnvironment,
  ImportedFolder,
  ImportedRequest,
  ImportedVariable,
  Row,
} from './collection.ts';
import { safeName, UniqueNames } from './file-names.ts';

/** A secret that stood in the file of another tool, under the name that stands for it now. */
export interface SeparatedSecret {
  readonly name: string;
  readonly value: string;
  /** What it was found as, for a person: `password of “Log in”`. */
  readonly found: string;
}

export interface Separated {
  readonly imported: Imported;
  readonly secrets: readonly SeparatedSecret[];
}

export interface SeparateOptions {
  /** How a file says the secret of a name: `{{$secret name}}`, or `{{name}}` of the private environment file. */
  reference(name: string): string;
  /** Secrets that a person leaves in the files. */
  readonly leave?: ReadonlySet<string>;
}

/**
 * Takes the secrets out of what was imported: credential fields of authorizations, headers and parameters that are
 * credentials, and variables that are marked or named as secrets. What is a variable already stays.
 */
export function separateSecrets(imported: Imported, options: SeparateOptions): Separated {
  const separation = new Separation(options);
  const collections = imported.collections.map(collection => {
    const prefix = safeName(collection.name, 'imported');
    return separation.folder(collection, prefix, collection.name);
  });
  const environments = imported.environments.map(environment => separation.environment(environment));
  return { imported: { collections, environments }, secrets: separation.secrets };
}

class Separation {
  readonly #options: SeparateOptions;
  readonly #names = new UniqueNames();
  readonly #byValue = new Map<string, SeparatedSecret>();

  constructor(options: SeparateOptions) {
    this.#options = options;
  }

  get secrets(): readonly SeparatedSecret[] {
    return [...this.#byValue.values()];
  }

  folder(folder: ImportedFolder, prefix: string, title: string): ImportedFolder {
    const { auth, variables, items } = folder;
    return {
      ...folder,
      ...(auth ? { auth: this.#auth(auth, prefix, title) } : {}),
      variables: this.#variables(variables, prefix, title),
      items: items.map(item =>
        item.kind === 'folder' ? this.folder(item, prefix, item.name || title) : this.#request(item, prefix),
      ),
    };
  }

  environment({ name, variables }: ImportedEnvironment): ImportedEnvironment {
    const prefix = safeName(name === '$shared' ? 'shared' : name, 'environment');
    return { name, variables: this.#variables(variables, prefix, name) };
  }

  #request(request: ImportedRequest, prefix: string): ImportedRequest {
    const { auth, name, body } = request;
    const rows = <T extends Row>(list: readonly T[], isCredential: (name: string) => boolean): T[] =>
      list.map(row => (isCredential(row.name) ? { ...row, value: this.#credential(row, prefix, name) } : row));
    return {
      ...request,
      ...(auth ? { auth: this.#auth(auth, prefix, name) } : {}),
      headers: rows(request.headers, isCredentialHeader),
      query: rows(request.query, isSecretName),
      variables: this.#variables(request.variables, prefix, name),
      ...(body?.kind === 'form' ? { body: { ...body, rows: rows(body.rows, isSecretName) } } : {}),
      ...(body?.kind === 'multipart' ? { body: { ...body, parts: rows(body.parts, isSecretName) } } : {}),
    };
  }

  #auth(auth: AuthStatement, prefix: string, title: string): AuthStatement {
    const known = findScheme(auth.scheme)?.fields ?? [];
    const fields = auth.fields.map(field => {
      const stated = known.find(({ name }) => name === field.name);
      if (!stated || !isSecret(stated) || field.fromFile) return field;
      return { ...field, value: this.#taken(field.value, `${prefix}-${field.name}`, `${field.name} of “${title}”`) };
    });
    return { ...auth, fields };
  }

  #variables(variables: readonly ImportedVariable[], prefix: string, title: string): ImportedVariable[] {
    return variables.map(variable => {
      if (!variable.secret && !isSecretName(variable.name)) return variable;
      const { secret: _, ...rest } = variable;
      const found = `variable ${variable.name} of “${title}”`;
      return { ...rest, value: this.#taken(variable.value, `${prefix}-${variable.name}`, found) };
    });
  }

  /** The value of a credential; a word before it, such as `Bearer`, stays. */
  #credential({ name, value }: Row, prefix: string, title: string): string {
    const [, word = '', credential = ''] = /^((?:[A-Za-z][\w-]*\s+)?)(\S.*)$/s.exec(value.trim()) ?? [];
    return word + this.#taken(credential, `${prefix}-${name}`, `${name} of “${title}”`);
  }

  /** What stands for a secret in the files; a value that names a variable, or is empty, stays. */
  #taken(value: string, wanted: string, found: string): string {
    if (value.trim() === '' || value.includes('{{')) return value;
    let secret = this.#byValue.get(value);
    if (!secret) {
      const name = this.#names.take(wanted.replace(/[^\w.-]+/g, '-'));
      if (this.#options.leave?.has(name)) return value;
      secret = { name, value, found };
      this.#byValue.set(value, secret);
    }
    return this.#options.reference(secret.name);
  }
}
