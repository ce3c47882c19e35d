import { dirname, resolve } from 'node:path';
import {
  environmentLayers,
  mergeEnvironments,
  readDotenv,
  readEnvironmentFile,
  readEnvironments,
} from '../core/environments.ts';
import type { VariableLayer } from '../core/variable-layer.ts';
import { nodeFiles } from '../http/node-files.ts';
import type { Call } from './arguments.ts';
import type { NodeWorkspace } from './node-workspace.ts';

/** Gives the variables of the selected environment for each file, read once per folder. */
export interface EnvironmentSource {
  /** @throws CountersignError `unknown-environment`, `missing-file` or `io` */
  layers(file: string): readonly VariableLayer[] | Promise<readonly VariableLayer[]>;
  /** The `.env` file in force. */
  dotenv(file: string): Promise<ReadonlyMap<string, string> | undefined>;
}

export function createEnvironmentSource(
  { env, envFiles }: Pick<Call, 'env' | 'envFiles'>,
  current: string,
  workspace: NodeWorkspace,
): EnvironmentSource {
  const dotenvs = new Map<string, Promise<ReadonlyMap<string, string> | undefined>>();
  const known = new Map<string, readonly VariableLayer[]>();
  const read = async (folder: string, file: string): Promise<readonly VariableLayer[]> => {
    const around = await readEnvironments(folder, workspace.environmentRoot(file), nodeFiles);
    const named = await Promise.all(envFiles.map(path => readEnvironmentFile(resolve(current, path), nodeFiles)));
    const all = mergeEnvironments([...named, around]);
    const [problem] = all.problems;
    if (problem) throw problem;
    const layers = environmentLayers(all, env);
    known.set(folder, layers);
    return layers;
  };
  return {
    layers(file) {
      const folder = dirname(file);
      return known.get(folder) ?? read(folder, file);
    },
    dotenv(file) {
      const folder = dirname(file);
      let reading = dotenvs.get(folder);
      if (!reading) {
        reading = readDotenv(folder, workspace.environmentRoot(file), env, nodeFiles);
        dotenvs.set(folder, reading);
      }
      return reading;
    },
  };
}
