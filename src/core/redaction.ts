import { MASK } from './request.ts';
import { SecretForms, SHORTEST_SECRET } from './secret-forms.ts';

/** Collects every secret that has been seen, and masks them in any text, in each form that they take. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #names = new Map<string, string>();
  readonly #forms = new SecretForms<string>();

  /**
   * Secrets of fewer than four characters are not collected; surrounding blanks do not count.
   * @param name what stands for it between braces
   */
  readonly add = (secret: string, name?: string): void => {
    const trimmed = secret.trim();
    if (trimmed.length < SHORTEST_SECRET) return;
    if (name !== undefined && !this.#names.has(trimmed)) this.#names.set(trimmed, name);
    if (this.#secrets.has(trimmed)) return;
    this.#secrets.add(trimmed);
    this.#forms.add(trimmed, trimmed);
  };

  /** What a text that is one secret, in any of its forms, came from: `{{name}}`. Undefined where that is not known. */
  readonly nameOf = (text: string): string | undefined => {
    if (text.length < SHORTEST_SECRET) return undefined;
    const found = this.#forms.at(text, 0);
    const name = found?.text === text ? this.#names.get(found.of) : undefined;
    return name === undefined ? undefined : `{{${name}}}`;
  };

  /** The text with each secret replaced by `•••`, and those that overlap by one. */
  readonly redact = (text: string): string => {
    if (this.#secrets.size === 0) return text;
    let redacted = '';
    let maskedTo = 0;
    for (let at = 0; at <= text.length - SHORTEST_SECRET; at++) {
      const found = this.#forms.at(text, at);
      if (found === undefined) continue;
      if (at >= maskedTo) redacted += text.slice(maskedTo, at) + MASK;
      maskedTo = Math.max(maskedTo, at + found.text.length);
    }
    return maskedTo === 0 ? text : redacted + text.slice(maskedTo);
  };
}
