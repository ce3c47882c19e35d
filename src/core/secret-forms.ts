import { percentEncode } from './request.ts';

/** Shorter secrets would be found in ordinary words and numbers. */
export const SHORTEST_SECRET = 4;

/** A form of a secret, and whose it is. */
export interface SecretForm<T> {
  readonly text: string;
  readonly of: T;
}

/**
 * Finds secrets in any text, also as they look percent-encoded, in a form, in JSON, XML or base64 (alone, or somewhere
 * inside of what was encoded, as in `Basic` credentials).
 *
 * The forms are found by their first four characters, so that neither adding a secret nor searching a text takes longer
 * the more secrets there are.
 */
export class SecretForms<T> {
  readonly #forms = new Map<number, SecretForm<T>[]>();

  /** @param secret of four characters or more */
  add(secret: string, of: T): void {
    for (const text of new Set(formsOf(secret))) {
      if (text.length < SHORTEST_SECRET) continue;
      const key = keyAt(text, 0);
      const known = this.#forms.get(key);
      const form = { text, of };
      if (!known) this.#forms.set(key, [form]);
      else if (!known.some(other => other.text === text && other.of === of))
        known.splice(known.findLastIndex(other => other.text.length >= text.length) + 1, 0, form);
    }
  }

  /** The longest form that begins at that place of a text. */
  at(text: string, at: number): SecretForm<T> | undefined {
    return this.#forms.get(keyAt(text, at))?.find(form => text.startsWith(form.text, at));
  }

  /** Whose secrets stand in a text, each as often as it does. */
  *in(text: string): Iterable<T> {
    for (let at = 0; at <= text.length - SHORTEST_SECRET; at++) {
      for (const form of this.#forms.get(keyAt(text, at)) ?? []) if (text.startsWith(form.text, at)) yield form.of;
    }
  }
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
    if (core.length > SHORTEST_SECRET) yield core;
  }
}
