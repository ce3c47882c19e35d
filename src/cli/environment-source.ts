import { dirname, resolve } from 'node:path';
import {
  environmentLayers,
  environmentTls,
  mergeEnvironments,
  readDotenv,
  readEnvironmentFile,
  readEnvironments,
  readSettingsEnvironments,
} from '../core/environments.ts';
import type { FileReader } from '../core/ports.ts';
import type { SslConfiguration } from '../core/ssl-configuration.ts';
import type { VariableLayer } from '../core/variable-layer.ts';
import { namedFiles, nodeFiles } from '../node/files.ts';
import type { Call } from './arguments.ts';
import type { NodeWorkspace } from './node-workspace.ts';

/** Gives what the selected environment states for each file, read once per folder. */
export interface EnvironmentSource {
  /** @throws CountersignError `unknown-environment`, `missing-file` or `io` */
  layers(file: string): readonly VariableLayer[] | Promise<readonly VariableLayer[]>;
  /** What it states about TLS. @throws CountersignError as `layers` does */
  tls(file: string): Promise<SslConfiguration | undefined>;
  /** The `.env` file in force. */
  dotenv(file: string): Promise<ReadonlyMap<string, string> | undefined>;
}

interface Stated {
  readonly layers: readonly VariableLayer[];
  readonly tls: SslConfiguration | undefined;
}

export function createEnvironmentSource(
  { env, envFiles }: Pick<Call, 'env' | 'envFiles'>,
  current: string,
  workspace: NodeWorkspace,
): EnvironmentSource {
  /** For what nobody named: files found on the way up from a request. */
  const searched: FileReader = {
    ...nodeFiles,
    async read(path) {
      workspace.requireOwner(path);
      return nodeFiles.read(path);
    },
  };
  const dotenvs = new Map<string, Promise<ReadonlyMap<string, string> | undefined>>();
  const known = new Map<string, Stated>();
  const read = async (folder: string, file: string): Promise<Stated> => {
    const around = await readEnvironments(folder, workspace.root(file), searched);
    const named = await Promise.all(envFiles.map(path => readEnvironmentFile(resolve(current, path), namedFiles)));
    const inSettings = await readSettingsEnvironments(folder, workspace.root(file), searched);
    const all = mergeEnvironments([...named, around, ...(inSettings ? [inSettings] : [])]);
    const [problem] = all.problems;
    if (problem) throw problem;
    const stated = { layers: environmentLayers(all, env), tls: environmentTls(all, env) };
    known.set(folder, stated);
    return stated;
  };
  return {
    layers(file) {
      const folder = dirname(file);
      return known.get(folder)?.layers ?? read(folder, file).then(({ layers }) => layers);
    },
    async tls(file) {
      const folder = dirname(file);
      return (known.get(folder) ?? (await read(folder, file))).tls;
    },
    dotenv(file) {
      const folder = dirname(file);
      let reading = dotenvs.get(folder);
      if (!reading) {
        reading = readDotenv(folder, workspace.root(file), env, searched);
        dotenvs.set(folder, reading);
      }
      return reading;
    },
  };
}
