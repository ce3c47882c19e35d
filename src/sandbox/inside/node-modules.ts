import { base64, bytesOf, fromBase64, fromHex, fromLatin1, fromUtf8, hex, latin1, utf8 } from './bytes.ts';
import { digest, randomBytes, randomUuid } from './digest.ts';
import type { Loose } from './host.ts';
import { shown } from './shown.ts';

/** The parts of Node's modules that scripts use and that need nothing of the machine. */

/** Bytes that know encodings, as Node's. */
export class ScriptBuffer extends Uint8Array {
  static override from(value: Loose, encoding?: Loose): Loose {
    if (typeof value !== 'string')
      return new ScriptBuffer(bytesOf(Array.isArray(value) ? Uint8Array.from(value) : value));
    const kind = String(encoding ?? 'utf8').toLowerCase();
    if (kind === 'base64' || kind === 'base64url') return new ScriptBuffer(fromBase64(value));
    if (kind === 'hex') return new ScriptBuffer(fromHex(value));
    return new ScriptBuffer(
      kind === 'latin1' || kind === 'binary' || kind === 'ascii' ? fromLatin1(value) : utf8(value),
    );
  }
  static alloc(length: number): ScriptBuffer {
    return new ScriptBuffer(length);
  }
  static concat(all: readonly Uint8Array[]): ScriptBuffer {
    const made = new ScriptBuffer(all.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const each of all) {
      made.set(each, at);
      at += each.length;
    }
    return made;
  }
  static isBuffer(value: unknown): boolean {
    return value instanceof ScriptBuffer;
  }
  static byteLength(value: unknown): number {
    return bytesOf(value).length;
  }
  override toString(encoding = 'utf8'): string {
    return encoded(this, encoding);
  }
  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, index) => byte === other[index]);
  }
  toJSON(): Loose {
    return { type: 'Buffer', data: Array.from(this) };
  }
}

function encoded(bytes: Uint8Array, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'hex':
      return hex(bytes);
    case 'base64':
      return base64(bytes);
    case 'base64url':
      return base64(bytes, true);
    case 'latin1':
    case 'binary':
    case 'ascii':
      return latin1(bytes);
    default:
      return fromUtf8(bytes);
  }
}

/** A digest that is fed in pieces. */
class Digest {
  readonly #algorithm: string;
  readonly #key: unknown;
  readonly #pieces: Uint8Array[] = [];

  constructor(algorithm: string, key?: unknown) {
    this.#algorithm = algorithm.toLowerCase().replace(/^sha-/, 'sha');
    this.#key = key;
  }
  update(data: unknown, encoding?: string): this {
    this.#pieces.push(typeof data === 'string' ? ScriptBuffer.from(data, encoding) : bytesOf(data));
    return this;
  }
  digest(encoding?: string): Loose {
    const bytes = new ScriptBuffer(digest(this.#algorithm, ScriptBuffer.concat(this.#pieces), this.#key));
    return encoding === undefined ? bytes : encoded(bytes, encoding);
  }
}

export const nodeCrypto = {
  createHash: (algorithm: string) => new Digest(algorithm),
  createHmac: (algorithm: string, key: unknown) => new Digest(algorithm, key),
  randomBytes: (length: number) => new ScriptBuffer(randomBytes(length)),
  randomUUID: randomUuid,
  timingSafeEqual: (one: Uint8Array, other: Uint8Array) =>
    one.length === other.length && one.every((byte, at) => byte === other[at]),
};

class AssertionError extends Error {
  override name = 'AssertionError';
}

// biome-ignore lint/suspicious/noDoubleEquals: Node’s assert compares so where it isn’t strict
const loose = (one: unknown, other: unknown): boolean => one == other;

function same(one: Loose, other: Loose, strict: boolean): boolean {
  if (strict ? Object.is(one, other) : loose(one, other) || Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every(key => Object.hasOwn(other, key) && same(one[key], other[key], strict))
  );
}

const fail = (message: unknown, usual: string): never => {
  if (message instanceof Error) throw message;
  throw new AssertionError(message === undefined ? usual : String(message));
};

/** Node's `assert`, as far as scripts go. */
export function nodeAssert(value: unknown, message?: unknown): void {
  if (!value) fail(message, `${shown(value)} is not true`);
}

Object.assign(nodeAssert, {
  AssertionError,
  ok: nodeAssert,
  fail: (message?: unknown) => fail(message, 'Failed'),
  equal: (a: unknown, b: unknown, message?: unknown) =>
    void (loose(a, b) || fail(message, `${shown(a)} == ${shown(b)}`)),
  notEqual: (a: unknown, b: unknown, message?: unknown) =>
    void (!loose(a, b) || fail(message, `${shown(a)} != ${shown(b)}`)),
  strictEqual: (a: unknown, b: unknown, message?: unknown) =>
    void (Object.is(a, b) || fail(message, `Expected ${shown(b)}, got ${shown(a)}`)),
  notStrictEqual: (a: unknown, b: unknown, message?: unknown) =>
    void (!Object.is(a, b) || fail(message, `Expected something else than ${shown(b)}`)),
  deepEqual: (a: unknown, b: unknown, message?: unknown) =>
    void (same(a, b, false) || fail(message, `Expected ${shown(b)}, got ${shown(a)}`)),
  deepStrictEqual: (a: unknown, b: unknown, message?: unknown) =>
    void (same(a, b, true) || fail(message, `Expected ${shown(b)}, got ${shown(a)}`)),
  notDeepEqual: (a: unknown, b: unknown, message?: unknown) =>
    void (!same(a, b, false) || fail(message, `Expected something else than ${shown(b)}`)),
  match: (text: string, pattern: RegExp, message?: unknown) =>
    void (pattern.test(text) || fail(message, `${shown(text)} doesn’t match ${pattern}`)),
  throws(work: () => unknown, ...[, message]: unknown[]) {
    try {
      work();
    } catch {
      return;
    }
    fail(message, 'Expected an exception');
  },
});
Object.assign(nodeAssert, { strict: nodeAssert });
