import type { Credential } from './permission.ts';
import { isSecretName } from './secret-names.ts';
import type { LayerKind, VariableDefinition, VariableLayer } from './variable-layer.ts';

/**
 * Where scripts set values, highest priority first. `run` holds for every later request (`client.global`, the exports of
 * httpYac, `pm.variables`), `data` is the row of an iteration, and the others stand before what the files say at that
 * level.
 */
export const runLevels = ['run', 'data', 'environment', 'collection', 'global'] as const;
export type RunLevel = (typeof runLevels)[number];

const layerOf: Readonly<Record<RunLevel, LayerKind>> = {
  run: 'run',
  data: 'run',
  environment: 'environment',
  collection: 'collection',
  global: 'global',
};

interface Kept {
  readonly value: unknown;
  readonly definition: VariableDefinition;
}

/** What scripts have set, of one project in one environment, until the session ends. Nothing of it is written anywhere. */
export class RunValues {
  readonly #levels = new Map<RunLevel, Map<string, Kept>>();
  readonly #headers = new Map<string, readonly [name: string, value: string]>();
  readonly #others = new Map<string, unknown>();
  readonly #layers = new Map<RunLevel, VariableLayer>();
  #version = 0;

  /** The credentials of this machine that a script has read: what scripts make from then on may hold them. */
  readonly credentials = new Map<string, Credential>();
  /** A value was set that is too short to be recognized, after a credential had been read. */
  tainted = false;

  /** Another one for each change. */
  get version(): number {
    return this.#version;
  }

  get(level: RunLevel, name: string): { readonly value: unknown } | undefined {
    return this.#levels.get(level)?.get(name);
  }

  /** @param text the value as it stands for `{{name}}` */
  set(level: RunLevel, name: string, value: unknown, text: string): void {
    const values = this.#levels.get(level) ?? new Map<string, Kept>();
    this.#levels.set(level, values);
    const known = values.get(name);
    if (known && known.value === value && known.definition.value === text) return;
    const definition: VariableDefinition = {
      name,
      value: text,
      layer: layerOf[level],
      literal: true,
      secret: isSecretName(name) && text !== '',
    };
    values.set(name, { value, definition });
    this.#changed(level);
  }

  delete(level: RunLevel, name: string): void {
    if (this.#levels.get(level)?.delete(name)) this.#changed(level);
  }

  clear(level: RunLevel): void {
    if (this.#levels.delete(level)) this.#changed(level);
  }

  all(level: RunLevel): Record<string, unknown> {
    return Object.fromEntries(Array.from(this.#levels.get(level) ?? [], ([name, { value }]) => [name, value]));
  }

  /** Headers that a script adds to every later request. */
  headers(): readonly (readonly [name: string, value: string])[] {
    return [...this.#headers.values()];
  }

  /** @param value undefined takes it away */
  setHeader(name: string, value: string | undefined): void {
    if (value === undefined) this.#headers.delete(name.toLowerCase());
    else this.#headers.set(name.toLowerCase(), [name, value]);
  }

  /** httpYac's `$global`: values that are no variables. */
  get others(): Map<string, unknown> {
    return this.#others;
  }

  /** What stands before the layers of that kind; undefined while nothing was set there. */
  layer(level: RunLevel): VariableLayer | undefined {
    const values = this.#levels.get(level);
    if (!values || values.size === 0) return undefined;
    const known = this.#layers.get(level);
    if (known) return known;
    const layer: VariableLayer = {
      kind: layerOf[level],
      get: name => values.get(name)?.definition,
      *definitions() {
        for (const { definition } of values.values()) yield definition;
      },
    };
    this.#layers.set(level, layer);
    return layer;
  }

  #changed(level: RunLevel): void {
    this.#layers.delete(level);
    this.#version++;
  }
}

/** The layers of a file with what scripts have set: each level before what is written at it. */
export function withRunValues(
  layers: readonly VariableLayer[],
  values: RunValues | undefined,
): readonly VariableLayer[] {
  if (!values || values.version === 0) return layers;
  const before = (level: RunLevel): VariableLayer[] => {
    const layer = values.layer(level);
    return layer ? [layer] : [];
  };
  const result = [...before('run'), ...before('data')];
  const waiting: [RunLevel, ReadonlySet<LayerKind>][] = [
    ['environment', new Set(['environment', 'shared', 'collection', 'global'])],
    ['collection', new Set(['collection', 'global'])],
  ];
  for (const layer of layers) {
    while (waiting[0]?.[1].has(layer.kind)) {
      const [next] = waiting.splice(0, 1);
      if (next) result.push(...before(next[0]));
    }
    result.push(layer);
  }
  return [...result, ...waiting.flatMap(([level]) => before(level)), ...before('global')];
}
