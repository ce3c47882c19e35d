import type { Imported, ImportedEnvironment, ImportedFolder, ImportedVariable } from './collection.ts';

/**
 * Makes of what was imported what an `.http` file can say: names of variables without blanks, references to a vault as
 * secrets, and values of several lines in the environment file.
 */
export function adapt(imported: Imported): Imported {
  const names = renames(imported);
  const replaced = mapTexts(imported, text => renamed(text, names)) as Imported;
  const lines: ImportedVariable[] = [];
  const collections = replaced.collections.map(collection => withoutLines(collection, lines, names));
  const environments = replaced.environments.map(environment => ({
    ...environment,
    variables: environment.variables.map(variable => named(variable, names)),
  }));
  return {
    ...imported,
    collections,
    environments: lines.length === 0 ? environments : withShared(environments, lines),
  };
}

function renames({ collections, environments }: Imported): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (variables: readonly ImportedVariable[]): void => {
    for (const { name } of variables) {
      const plain = name.replace(/[\s={}]+/g, '_').replace(/^\$+/, '_');
      if (plain !== name) names.set(name, plain);
    }
  };
  const walk = (folder: ImportedFolder): void => {
    add(folder.variables);
    for (const item of folder.items) {
      if (item.kind === 'folder') walk(item);
      else add(item.variables);
    }
  };
  for (const collection of collections) walk(collection);
  for (const { variables } of environments) add(variables);
  return names;
}

function renamed(text: string, names: ReadonlyMap<string, string>): string {
  if (!text.includes('{{')) return text;
  return text.replace(/\{\{([^{}]*)\}\}/g, (whole, inside: string) => {
    const name = inside.trim();
    const vault = /^\$?vault:(.+)$/.exec(name)?.[1];
    if (vault !== undefined) return `{{$secret ${vault.replace(/[^\w.-]+/g, '-')}}}`;
    const other = names.get(name);
    return other === undefined ? whole : `{{${other}}}`;
  });
}

function named(variable: ImportedVariable, names: ReadonlyMap<string, string>): ImportedVariable {
  const name = names.get(variable.name);
  return name === undefined ? variable : { ...variable, name };
}

/** The folder without the variables whose values have several lines, which go to `lines`. */
function withoutLines(
  folder: ImportedFolder,
  lines: ImportedVariable[],
  names: ReadonlyMap<string, string>,
): ImportedFolder {
  const own = (variables: readonly ImportedVariable[]): ImportedVariable[] =>
    variables.flatMap(variable => {
      const written = named(variable, names);
      if (!/[\r\n]/.test(written.value)) return [{ ...written, value: written.value.trim() }];
      if (!written.disabled) lines.push(written);
      return [];
    });
  return {
    ...folder,
    variables: own(folder.variables),
    items: folder.items.map(item =>
      item.kind === 'folder' ? withoutLines(item, lines, names) : { ...item, variables: own(item.variables) },
    ),
  };
}

function withShared(
  environments: readonly ImportedEnvironment[],
  variables: readonly ImportedVariable[],
): readonly ImportedEnvironment[] {
  const shared = environments.find(({ name }) => name === '$shared');
  const others = environments.filter(environment => environment !== shared);
  return [{ name: '$shared', variables: [...(shared?.variables ?? []), ...variables] }, ...others];
}

/** The value with each text in it replaced; names of members stay. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map(each => mapTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTexts(each, change)]));
}
