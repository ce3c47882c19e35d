import { createHash } from 'node:crypto';
import { CountersignError } from '../../src/core/errors.ts';
import type { FileReader, Random } from '../../src/core/ports.ts';
import {
  type LayerKind,
  listLayer,
  type VariableDefinition,
  type VariableLayer,
} from '../../src/core/variable-layer.ts';
import type { VariablePorts } from '../../src/core/variable-ports.ts';

/** 2024-02-29T10:20:30.456Z */
export const NOW = Date.UTC(2024, 1, 29, 10, 20, 30, 456);

/** The same bytes on every run, and other ones at every call. */
export function countingRandom(): Random {
  let calls = 0;
  return {
    bytes(length) {
      const chunks: Buffer[] = [];
      for (let size = 0; size < length; size += 32) chunks.push(createHash('sha256').update(`${calls++}`).digest());
      return Buffer.concat(chunks).subarray(0, length);
    },
  };
}

export function ports(more: Partial<VariablePorts> = {}): VariablePorts {
  return { clock: { now: () => NOW }, random: countingRandom(), env: {}, ...more };
}

/** A layer of variables; line numbers count from 1 in the order given. */
export function layer(
  kind: LayerKind,
  values: Readonly<Record<string, string>>,
  more: Partial<VariableDefinition> = {},
): VariableLayer {
  return listLayer(
    kind,
    Object.entries(values).map(([name, value], index) => ({
      name,
      value,
      layer: kind,
      place: { file: `/${kind}.http`, line: index + 1, column: name.length + 5 },
      ...more,
    })),
  );
}

/** Files held in memory. */
export function memoryFiles(files: Readonly<Record<string, string>>): FileReader {
  const bytes = (path: string): Uint8Array => {
    const text = files[path];
    if (text === undefined) throw new CountersignError('missing-file', `There is no file ${path}.`);
    return new TextEncoder().encode(text);
  };
  return {
    read: async path => bytes(path),
    size: async path => bytes(path).byteLength,
    async *open(path) {
      yield bytes(path);
    },
  };
}

/** What was thrown, to be looked at. */
export async function failure(action: () => unknown): Promise<CountersignError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
