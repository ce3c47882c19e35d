import type { AuthStatement } from '../language/auth-printer.ts';

/**
 * What every importer makes and the one writer takes: a tree of folders and requests in the words of the request
 * language. Texts may hold `{{variables}}`; whatever a format says that has no place here is a finding.
 */

/** A header, a parameter or a field of a form. */
export interface Row {
  readonly name: string;
  readonly value: string;
  /** Kept, and not sent. */
  readonly disabled?: boolean;
}

export interface QueryRow extends Row {
  /** Written without an equals sign. */
  readonly bare?: boolean;
}

export interface FormPart extends Row {
  /** Paths of files whose content is the value. */
  readonly files?: readonly string[];
  readonly type?: string;
}

export type ImportedBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'form'; readonly rows: readonly Row[] }
  | { readonly kind: 'multipart'; readonly parts: readonly FormPart[] }
  | { readonly kind: 'graphql'; readonly query: string; readonly variables?: string }
  | { readonly kind: 'file'; readonly path: string };

/** Scripts in Postman's dialect, as their text. */
export interface Scripts {
  readonly before?: string;
  readonly after?: string;
}

export interface ImportedVariable {
  readonly name: string;
  readonly value: string;
  /** Its value goes to where secrets are kept. */
  readonly secret?: boolean;
  readonly disabled?: boolean;
}

interface Item {
  /** As people called it; may be empty, or equal to that of another. */
  readonly name: string;
  readonly description?: string;
  /** Undefined where it inherits. */
  readonly auth?: AuthStatement;
  readonly variables: readonly ImportedVariable[];
  readonly scripts: Scripts;
  /** What could not be carried over, one sentence each. */
  readonly findings: readonly string[];
}

export interface Example {
  readonly name: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly Row[];
  readonly body: string;
}

export interface ImportedRequest extends Item {
  readonly kind: 'request';
  readonly method: string;
  /** Without its query. */
  readonly url: string;
  readonly query: readonly QueryRow[];
  readonly headers: readonly Row[];
  readonly body?: ImportedBody;
  /** Directives other than `@auth`, by name; an empty value for a flag. */
  readonly directives: Readonly<Record<string, string>>;
  readonly examples: readonly Example[];
}

export interface ImportedFolder extends Item {
  readonly kind: 'folder';
  readonly items: readonly (ImportedFolder | ImportedRequest)[];
}

export interface ImportedEnvironment {
  /** `$shared` for what holds in all of them. */
  readonly name: string;
  readonly variables: readonly ImportedVariable[];
}

/** What could not be carried over, and where it stood. */
export interface Finding {
  readonly at: string;
  readonly finding: string;
}

/** What a file of another tool holds. */
export interface Imported {
  readonly collections: readonly ImportedFolder[];
  readonly environments: readonly ImportedEnvironment[];
  /** Of files that could not be read beside others. */
  readonly findings?: readonly Finding[];
}

export const nothingImported: Imported = { collections: [], environments: [] };

/** The requests below a folder, in order, each with the names of the folders above it. */
export function* requestsOf(
  folder: ImportedFolder,
  above: readonly string[] = [],
): Iterable<{ readonly request: ImportedRequest; readonly folders: readonly string[] }> {
  for (const item of folder.items) {
    if (item.kind === 'request') yield { request: item, folders: above };
    else yield* requestsOf(item, [...above, item.name]);
  }
}
