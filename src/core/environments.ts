import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse as parseJsonc } from 'jsonc-parser';
import { type EnvironmentFile, type EnvironmentVariable, parseEnvironmentFile } from './environment-file.ts';
import { CountersignError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import { foldersUp } from './path-within.ts';
import type { FileReader } from './ports.ts';
import type { SslConfiguration } from './ssl-configuration.ts';
import { listLayer, type VariableDefinition, type VariableLayer } from './variable-layer.ts';

/**
 * Environment files: JetBrains' and Visual Studio's `http-client.env.json`, beside it what is not shared with others:
 * `http-client.private.env.json` (JetBrains) and `http-client.env.json.user` (Visual Studio).
 */
const PUBLIC_ENVIRONMENT_FILE = 'http-client.env.json';
const PRIVATE_ENVIRONMENT_FILES = ['http-client.private.env.json', 'http-client.env.json.user'] as const;

/** Everything around a folder that environments are made of. */
export interface Environments {
  /** The files that were read, highest priority first: private before public, nearer before farther. */
  readonly files: readonly EnvironmentFile[];
  /** What is wrong in them; files with an error still give what could be understood. */
  readonly problems: readonly CountersignError[];
  /** Every path that was looked for, to be watched. */
  readonly looked: readonly string[];
}

/** `rest-client.environmentVariables` of REST Client's settings: environment → name → value. */
export type RestClientEnvironments = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Reads the environment files of a folder and of the folders above it, up to and including `root`. A value in a nearer
 * folder wins over the same in a farther one, a private one over a public one (httpYac's order, which gives Visual
 * Studio's result where only the nearest file states a variable).
 */
export async function readEnvironments(folder: string, root: string, files: FileReader): Promise<Environments> {
  const folders = foldersUp(folder, root);
  return readFiles(
    [...PRIVATE_ENVIRONMENT_FILES, PUBLIC_ENVIRONMENT_FILE].flatMap(name => folders.map(at => join(at, name))),
    files,
    false,
  );
}

/**
 * Reads the environment file that `--env-file` names, and the private ones beside it.
 * @throws CountersignError `missing-file` or `io`
 */
export async function readEnvironmentFile(path: string, files: FileReader): Promise<Environments> {
  const beside = PRIVATE_ENVIRONMENT_FILES.map(name => join(dirname(path), name)).filter(name => name !== path);
  const [privately, named] = [await readFiles(beside, files, false), await readFiles([path], files, true)];
  return {
    files: [...privately.files, ...named.files],
    problems: [...privately.problems, ...named.problems],
    looked: [...privately.looked, ...named.looked],
  };
}

/**
 * REST Client's environments in the settings of a workspace (`.vscode/settings.json`): of the nearest folder whose settings
 * have some. Settings that can't be read count as none, as they are another tool's.
 */
export async function readSettingsEnvironments(
  folder: string,
  root: string,
  files: FileReader,
): Promise<Environments | undefined> {
  for (const at of foldersUp(folder, root)) {
    const text = await readText(join(at, '.vscode/settings.json'), files).catch(() => undefined);
    if (text === undefined || !text.includes('rest-client.environmentVariables')) continue;
    const settings = parseJsonc(text, [], { allowTrailingComma: true }) as
      | Readonly<Record<string, unknown>>
      | undefined;
    const stated = settings?.['rest-client.environmentVariables'];
    if (typeof stated === 'object' && stated !== null) return restClientEnvironments(stated as RestClientEnvironments);
  }
  return undefined;
}

/** REST Client's environments, as one more (public) file. */
export function restClientEnvironments(settings: RestClientEnvironments): Environments {
  const file = parseEnvironmentFile('settings.json', JSON.stringify(settings), false);
  return { files: [{ ...file, path: undefined }], problems: file.problems, looked: [] };
}

/** Several as one; of one value stated in more than one, the first of them wins. */
export function mergeEnvironments(all: readonly Environments[]): Environments {
  return {
    files: all.flatMap(one => one.files),
    problems: all.flatMap(one => one.problems),
    looked: all.flatMap(one => one.looked),
  };
}

/** The names a person can choose from, in the order stated; `$shared` is none. */
export function environmentNames({ files }: Environments): readonly string[] {
  return [...new Set(files.toReversed().flatMap(file => [...file.environments.keys()]))].filter(
    name => !name.startsWith('$'),
  );
}

/**
 * The layers of an environment: its own variables, then those that all share (`$shared`). Without a name, the latter.
 * @throws CountersignError `unknown-environment` with the names there are
 */
export function environmentLayers(environments: Environments, selected: string | undefined): readonly VariableLayer[] {
  const layer = (kind: 'environment' | 'shared', environment: string): VariableLayer =>
    listLayer(kind, definitions(environments.files, kind, environment));
  const shared = layer('shared', '$shared');
  const others = otherEnvironments(environments, selected);
  const below = others ? [others] : [];
  if (selected === undefined) return [shared, ...below];
  const names = environmentNames(environments);
  if (!names.includes(selected)) throw unknownEnvironment(selected, names);
  return [layer('environment', selected), shared, ...below];
}

/** What has a value in an environment that is not selected: below all others, so that it says so and nothing more. */
function otherEnvironments(environments: Environments, selected: string | undefined): VariableLayer | undefined {
  const places = new Map<string, string[]>();
  for (const name of environmentNames(environments)) {
    if (name === selected) continue;
    for (const definition of definitions(environments.files, 'environment', name)) {
      places.set(definition.name, [...(places.get(definition.name) ?? []), name]);
    }
  }
  if (places.size === 0) return undefined;
  return listLayer(
    'global',
    Array.from(places, ([name, names]): VariableDefinition => {
      const [first = '', ...rest] = names.map(each => `“${each}”`);
      const where = rest.length === 0 ? `the environment ${first}` : `the environments ${[first, ...rest].join(', ')}`;
      return {
        ...{ name, value: '', layer: 'global' },
        unusable: {
          message: `“${name}” has a value in ${where}, and ${selected === undefined ? 'no environment is selected' : `“${selected}” is selected`}.`,
          hint: rest.length === 0 ? 'Select it.' : 'Select one.',
        },
      };
    }),
  );
}

/**
 * What the environment states about TLS, else what all share (`$shared`): the first file that states it wins whole.
 * What stands in a person's settings does not count, as no path is relative to them.
 */
export function environmentTls({ files }: Environments, selected: string | undefined): SslConfiguration | undefined {
  for (const environment of selected === undefined ? ['$shared'] : [selected, '$shared']) {
    for (const file of files) {
      const stated = file.path === undefined ? undefined : file.tls.get(environment);
      if (stated) return stated;
    }
  }
  return undefined;
}

/**
 * What `{{$dotenv NAME}}` gives: the values of `.env`, `.env.local`, `.env.<environment>` and `.env.<environment>.local` of
 * the nearest folder that has one of them, the later ones before the earlier. Undefined where there is none up to `root`. What cannot be read does not count: `.env` is
 * a folder in many a Python project.
 */
export async function readDotenv(
  folder: string,
  root: string,
  environment: string | undefined,
  files: FileReader,
): Promise<ReadonlyMap<string, string> | undefined> {
  const own = environment === undefined ? undefined : `.env.${basename(environment)}`;
  // The later ones win, value by value.
  const names = ['.env', '.env.local', ...(own === undefined ? [] : [own, `${own}.local`])];
  for (const at of foldersUp(folder, root)) {
    let values: Map<string, string> | undefined;
    for (const name of names) {
      const text = await readText(join(at, name), files).catch(() => undefined);
      if (text !== undefined) values = new Map([...(values ?? []), ...parseDotenv(text)]);
    }
    if (values) return values;
  }
  return undefined;
}

function parseDotenv(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) values.set(name, value);
  return values;
}

/** Lowest priority first, so that the last of a name wins. */
function* definitions(
  files: readonly EnvironmentFile[],
  kind: 'environment' | 'shared',
  environment: string,
): Iterable<VariableDefinition> {
  for (const file of files.toReversed()) {
    for (const variable of file.environments.get(environment) ?? []) yield define(variable, file, kind);
  }
}

function define(
  variable: EnvironmentVariable,
  file: EnvironmentFile,
  layer: 'environment' | 'shared',
): VariableDefinition {
  const { name, value, unusable, line, column } = variable;
  return {
    name,
    value,
    layer,
    ...(file.path === undefined ? {} : { place: { file: file.path, line, column } }),
    ...(variable.secret ? { secret: true } : {}),
    ...(unusable ? { unusable } : {}),
  };
}

async function readFiles(paths: readonly string[], files: FileReader, required: boolean): Promise<Environments> {
  const found: EnvironmentFile[] = [];
  const problems: CountersignError[] = [];
  for (const path of paths) {
    try {
      const text = required ? decode(await files.read(path)) : await readText(path, files);
      if (text === undefined) continue;
      const privately = (PRIVATE_ENVIRONMENT_FILES as readonly string[]).includes(basename(path));
      const file = parseEnvironmentFile(path, text, privately);
      found.push(file);
      problems.push(...file.problems);
    } catch (error) {
      if (required || !(error instanceof CountersignError)) throw error;
      problems.push(error);
    }
  }
  return { files: found, problems, looked: paths };
}

/** The file's text, undefined where there is no such file. */
async function readText(path: string, files: FileReader): Promise<string | undefined> {
  try {
    return decode(await files.read(path));
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'missing-file') return undefined;
    throw error;
  }
}

/** UTF-8, a byte order mark dropped. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function unknownEnvironment(name: string, names: readonly string[]): CountersignError {
  const near = nearestName(name, names);
  const hint = near
    ? `Did you mean “${near}”?`
    : names.length > 0
      ? `There are: ${names.join(', ')}.`
      : `Add it to ${PUBLIC_ENVIRONMENT_FILE} in the folder of the request or above it.`;
  return new CountersignError('unknown-environment', `There is no environment named “${name}”.`, { hint });
}
