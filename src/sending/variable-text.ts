import type { Place } from '../core/place.ts';

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
