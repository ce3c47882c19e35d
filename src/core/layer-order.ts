import { type RunValues, withRunValues } from './run-values.ts';
import type { LayerKind, VariableLayer } from './variable-layer.ts';

export interface LayerSources {
  /** What the call gives. */
  readonly commandLine: readonly VariableLayer[];
  /** What a person is asked for by a document, for all its requests. */
  readonly asked?: readonly VariableLayer[];
  /** Of the file, its folders and its collection, inner first. */
  readonly documents: readonly VariableLayer[];
  /** As the selected environment gives them, and what lies below. */
  readonly environment: readonly VariableLayer[];
  readonly runValues?: RunValues | undefined;
  /** What scripts will set. */
  readonly scripted: VariableLayer;
}

const ofEnvironment: ReadonlySet<LayerKind> = new Set(['environment', 'shared']);

/**
 * The order of variables, highest priority first, for every host and every use: values of the run, `--var`, prompts, file,
 * folders, environment, collection, global. A selected environment changes what a collection presets, as in Postman and
 * Bruno; the request's own come after `--var`.
 */
export function layersInOrder(sources: LayerSources): readonly VariableLayer[] {
  const { commandLine, asked = [], documents, environment, runValues, scripted } = sources;
  const written = [
    ...commandLine,
    ...asked,
    ...documents.filter(({ kind }) => kind !== 'collection'),
    ...environment.filter(({ kind }) => ofEnvironment.has(kind)),
    ...documents.filter(({ kind }) => kind === 'collection'),
    ...environment.filter(({ kind }) => !ofEnvironment.has(kind)),
  ];
  return [...withRunValues(written, runValues), scripted];
}
