import type { Place } from './place.ts';
import { isSecretName } from './secret-names.ts';

/**
 * Where a variable can be stated, highest priority first; `run` is what scripts set. The file wins over the environment, as
 * in REST Client, httpYac and Visual Studio (JetBrains alone has it the other way round); the environment over the
 * collection, as in Postman and Bruno; and everyone lets the command line win.
 */
export const LAYER_KINDS = [
  'run',
  'command-line',
  'request',
  'file',
  'folder',
  'environment',
  'shared',
  'collection',
  'global',
] as const;

export type LayerKind = (typeof LAYER_KINDS)[number];

/** A variable as it is stated at one place. Its identity is what caches go by: state a new one, never change one. */
export interface VariableDefinition {
  readonly name: string;
  /** As written; may hold references, unless it is `literal`. */
  readonly value: string;
  readonly layer: LayerKind;
  /** Where its value is written. */
  readonly place?: Place;
  /** The value comes from outside the documents (command line) and is taken as it is: no references in it. */
  readonly literal?: boolean;
  /** `\n`, `\r`, `\t` and `\\` in the value are escapes (REST Client's, in file variables). */
  readonly escapes?: boolean;
  /** Masked wherever it is shown. */
  readonly secret?: boolean;
  /** The person is asked for the value when it is first needed (`# @prompt`). */
  readonly prompt?: { readonly description: string | undefined };
  /** Why this value cannot be used, for instance one of another product's secret stores. */
  readonly unusable?: { readonly code?: 'not-set-yet'; readonly message: string; readonly hint: string };
}

/** Variables of one origin. */
export interface VariableLayer {
  readonly kind: LayerKind;
  get(name: string): VariableDefinition | undefined;
  definitions(): Iterable<VariableDefinition>;
}

/** A layer over a list; of two definitions of one name the last wins. */
export function listLayer(kind: LayerKind, definitions: Iterable<VariableDefinition>): VariableLayer {
  const byName = new Map<string, VariableDefinition>();
  for (const definition of definitions) byName.set(definition.name, definition);
  return { kind, get: name => byName.get(name), definitions: () => byName.values() };
}

/** A layer of plain values, for instance of `--var`: taken as they are, so that no reference can be smuggled in. */
export function literalLayer(kind: LayerKind, values: Iterable<readonly [name: string, value: string]>): VariableLayer {
  return listLayer(
    kind,
    Array.from(values, ([name, value]) => ({ name, value, layer: kind, literal: true, secret: isSecretName(name) })),
  );
}
