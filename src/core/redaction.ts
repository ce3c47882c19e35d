import { MASK } from './request.ts';
import { SecretForms, SHORTEST_SECRET } from './secret-forms.ts';

/** Collects every secret that has been seen, and masks them in any text, in each form that they take. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #forms = new SecretForms<true>();

  /** Secrets of fewer than four characters are not collected; surrounding blanks do not count. */
  readonly add = (secret: string): void => {
    const trimmed = secret.trim();
    if (trimmed.length < SHORTEST_SECRET || this.#secrets.has(trimmed)) return;
    this.#secrets.add(trimmed);
    this.#forms.add(trimmed, true);
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
