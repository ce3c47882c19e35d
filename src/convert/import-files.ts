import type { Imported } from './collection.ts';
import { type SeparatedSecret, separateSecrets } from './separate-secrets.ts';
import { type WriteOptions, type WrittenFiles, writeImported } from './write-collection.ts';

export interface ImportOptions extends WriteOptions {
  /** `store`: the files say `{{$secret name}}`; `file`: the private environment file holds them, beside the others. */
  readonly secretsTo: 'store' | 'file';
  /** Names of secrets that a person leaves in the files. */
  readonly leave?: ReadonlySet<string>;
}

export interface ImportedFiles {
  readonly files: WrittenFiles;
  /** With `store`, to be kept under their names. */
  readonly secrets: readonly SeparatedSecret[];
}

/** The files that an import writes, with no secret in those that are shared. */
export function importedFiles(imported: Imported, options: ImportOptions): ImportedFiles {
  const toFile = options.secretsTo === 'file';
  const { imported: without, secrets } = separateSecrets(imported, {
    reference: name => (toFile ? `{{${name}}}` : `{{$secret ${name}}}`),
    ...(options.leave ? { leave: options.leave } : {}),
  });
  if (!toFile || secrets.length === 0) return { files: writeImported(without, options), secrets };
  const variables = secrets.map(({ name, value }) => ({ name, value, secret: true }));
  const environments = [...without.environments];
  const at = environments.findIndex(({ name }) => name === '$shared');
  const shared = { name: '$shared', variables: [...(environments[at]?.variables ?? []), ...variables] };
  if (at < 0) environments.unshift(shared);
  else environments[at] = shared;
  return { files: writeImported({ ...without, environments }, options), secrets };
}

/**
 * The files with what is there already: environments are added to those of an environment file, a line to `.gitignore`.
 * @param read the content of the file at that path, undefined where there is none
 */
export async function withExisting(
  files: WrittenFiles,
  read: (path: string) => Promise<string | undefined>,
): Promise<WrittenFiles> {
  const merged = new Map(files);
  for (const [path, content] of files) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const isEnvironment = /^http-client\.(?:private\.)?env\.json$/.test(name);
    if (!isEnvironment && name !== '.gitignore') continue;
    const there = await read(path);
    if (there === undefined) continue;
    merged.set(path, isEnvironment ? (withEnvironments(there, content) ?? content) : withLines(there, content));
  }
  return merged;
}

/** Undefined where what is there is not understood, or states another value for the same name. */
function withEnvironments(there: string, added: string): string | undefined {
  try {
    const all = JSON.parse(there) as Record<string, Record<string, unknown>>;
    const before = JSON.stringify(all);
    for (const [environment, variables] of Object.entries(JSON.parse(added) as typeof all)) {
      const known = Object.hasOwn(all, environment) ? all[environment] : undefined;
      for (const [name, value] of Object.entries(variables)) {
        const other = known && Object.hasOwn(known, name) ? known[name] : undefined;
        if (other !== undefined && other !== value) return undefined;
      }
      all[environment] = { ...known, ...variables };
    }
    return JSON.stringify(all) === before ? there : `${JSON.stringify(all, undefined, 2)}\n`;
  } catch {
    return undefined;
  }
}

function withLines(there: string, added: string): string {
  const lines = new Set(there.split(/\r?\n/).map(line => line.trim()));
  const missing = added.split('\n').filter(line => line !== '' && !lines.has(line));
  if (missing.length === 0) return there;
  return `${there}${there === '' || there.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`;
}
