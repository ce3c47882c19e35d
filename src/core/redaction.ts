import { MASK, percentEncode } from './request.ts';

/** Shorter secrets would blot out ordinary words and numbers. */
const SHORTEST = 4;

/**
 * Collects every secret that has been seen, and masks them in any text, also as they look percent-encoded, in a form,
 * in JSON, XML or base64 (alone, or somewhere inside of what was encoded, as in `Basic` credentials).
 *
 * The forms are found by their first four characters, so that neither adding a secret nor masking a text takes longer
 * the more secrets there are.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #forms = new Map<number, string[]>();

  /** Secrets of fewer than four characters are not collected; surrounding blanks do not count. */
  readonly add = (secret: string): void => {
    const trimmed = secret.trim();
    if (trimmed.length < SHORTEST || this.#secrets.has(trimmed)) return;
    this.#secrets.add(trimmed);
    for (const form of new Set(formsOf(trimmed))) {
      if (form.length < SHORTEST) continue;
      const key = keyAt(form, 0);
      const known = this.#forms.get(key);
      if (!known) this.#forms.set(key, [form]);
      else if (!known.includes(form))
        known.splice(known.findLastIndex(other => other.length >= form.length) + 1, 0, form);
    }
  };

  /** The text with each secret replaced by `•••`, and those that overlap by one. */
  readonly redact = (text: string): string => {
    if (this.#secrets.size === 0) return text;
    let redacted = '';
    let maskedTo = 0;
    for (let at = 0; at <= text.length - SHORTEST; at++) {
      const found = this.#forms.get(keyAt(text, at))?.find(form => text.startsWith(form, at));
      if (found === undefined) continue;
      if (at >= maskedTo) redacted += text.slice(maskedTo, at) + MASK;
      maskedTo = Math.max(maskedTo, at + found.length);
    }
    return maskedTo === 0 ? text : redacted + text.slice(maskedTo);
  };
}

/** A number for the four characters from there. */
function keyAt(text: string, at: number): number {
  const low = text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 8);
  return low ^ (text.charCodeAt(at + 2) << 16) ^ (text.charCodeAt(at + 3) << 24);
}

function* formsOf(secret: string): Iterable<string> {
  yield secret;
  // As the host of a URL.
  yield secret.toLowerCase();
  // A lone surrogate has no UTF-8 form: it goes out as U+FFFD.
  const encodable = secret.toWellFormed();
  const form = new URLSearchParams([['', encodable]]).toString().slice(1);
  for (const percent of [percentEncode(encodable), form, encodeURIComponent(encodable), encodeURI(encodable)]) {
    yield percent;
    yield percent.replace(/%[\dA-F]{2}/g, hex => hex.toLowerCase());
  }
  const json = JSON.stringify(secret).slice(1, -1);
  yield json;
  yield json.replaceAll('/', '\\/');
  yield secret.replace(/[&<>"']/g, character => `&${ENTITIES[character]};`);
  yield Buffer.from(secret).toString('hex');
  for (const base64 of base64Forms(Buffer.from(secret))) {
    yield base64;
    yield base64.replaceAll('+', '-').replaceAll('/', '_');
    yield percentEncode(base64);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** The base64 of bytes at each of their three alignments, without the characters that depend on their neighbours. */
function* base64Forms(bytes: Buffer): Iterable<string> {
  yield bytes.toString('base64');
  yield bytes.toString('base64url');
  for (const before of [0, 1, 2]) {
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const core = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(start, end);
    if (core.length > SHORTEST) yield core;
  }
}
