import type { Place } from '../core/place.ts';
import type { LayerKind } from '../core/variable-layer.ts';

/** A text with its variables replaced, and the same with secrets masked. */
export interface ResolvedText {
  readonly value: string;
  readonly masked: string;
}

/** Replaces variables; synchronous wherever nothing has to be asked or read. */
export interface TextResolver {
  /** @throws CountersignError (or rejects with one) where a variable has no value */
  resolve(text: string, place: Place): ResolvedText | Promise<ResolvedText>;
}

/** The variables of one request, as its scripts read them. */
export interface RequestVariablesView extends TextResolver {
  valueAt?(name: string, kinds: ReadonlySet<LayerKind>): Promise<ResolvedText | undefined>;
  valuesAt?(kinds: ReadonlySet<LayerKind>): ReadonlyMap<string, ResolvedText>;
  resolveWithProblems?(text: string, place?: Place): Promise<ResolvedText>;
}
