import type { Credential } from './permission.ts';
import { SecretForms, SHORTEST_SECRET } from './secret-forms.ts';

/**
 * The credentials that came from a store of this machine since its start, to be recognized wherever they go. Nothing is
 * searched for where there are none.
 */
export class AmbientCredentials {
  readonly #known = new Map<string, Credential>();
  readonly #forms = new SecretForms<Credential>();

  /** Secrets of fewer than four characters are not recognized. */
  add(secret: string, credential: Credential): void {
    const key = `${credential.id}\n${secret}`;
    if (secret.trim().length < SHORTEST_SECRET || this.#known.has(key)) return;
    this.#known.set(key, credential);
    this.#forms.add(secret.trim(), credential);
  }

  get none(): boolean {
    return this.#known.size === 0;
  }

  /** The credentials that stand in one of the texts, in whatever form. */
  in(texts: Iterable<string>): readonly Credential[] {
    if (this.none) return [];
    const found = new Map<string, Credential>();
    for (const text of texts) for (const credential of this.#forms.in(text)) found.set(credential.id, credential);
    return [...found.values()];
  }

  /** Those that stand in the values of an authorization, which may show none of them to the eye. */
  inValues(values: Readonly<Record<string, unknown>>): readonly Credential[] {
    return this.none ? [] : this.in(textsOf(values));
  }
}

function* textsOf(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsOf(part);
}
