import type { WireBody, WireRecord } from '../../core/wire-record.ts';

export interface ExchangeLogLimits {
  /** How many exchanges are kept. */
  readonly records: number;
  /** Bytes of bodies that are kept in all. */
  readonly bodyBytes: number;
}

/** The last exchanges of a window, oldest first. The bodies of the oldest go first, then their records. */
export class ExchangeLog {
  readonly #limits: ExchangeLogLimits;
  readonly #records = new Map<number, WireRecord>();
  /** Those with bodies, oldest first, with the bytes that they hold. */
  readonly #bodies = new Map<number, number>();
  #bodyBytes = 0;

  constructor(limits: ExchangeLogLimits = { records: 10_000, bodyBytes: 64 * 1024 * 1024 }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#records.size;
  }

  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  get(id: number): WireRecord | undefined {
    return this.#records.get(id);
  }

  all(): Iterable<WireRecord> {
    return this.#records.values();
  }

  /** Adds a record, or puts it in place of the one with its id. Returns the ids of those that had to go. */
  put(record: WireRecord): readonly number[] {
    this.#records.set(record.id, record);
    this.#count(record.id, bytesOf(record.body) + bytesOf(record.response?.body));
    for (const id of this.#bodies.keys()) {
      if (this.#bodyBytes <= this.#limits.bodyBytes) break;
      const old = this.#records.get(id);
      if (old) this.#records.set(id, withoutBodies(old));
      this.#count(id, 0);
    }
    const gone: number[] = [];
    for (const id of this.#records.keys()) {
      if (this.#records.size <= this.#limits.records) break;
      this.#records.delete(id);
      this.#count(id, 0);
      gone.push(id);
    }
    return gone;
  }

  clear(): void {
    this.#records.clear();
    this.#bodies.clear();
    this.#bodyBytes = 0;
  }

  #count(id: number, bytes: number): void {
    this.#bodyBytes += bytes - (this.#bodies.get(id) ?? 0);
    if (bytes === 0) this.#bodies.delete(id);
    else this.#bodies.set(id, bytes);
  }
}

function bytesOf(body: WireBody | undefined): number {
  return body ? body.start.byteLength + (body.masked?.length ?? 0) : 0;
}

function withoutBodies(record: WireRecord): WireRecord {
  const { body, response } = record;
  const empty = ({ masked: _, start, ...rest }: WireBody): WireBody => ({
    ...rest,
    size: rest.size ?? start.byteLength,
    start: new Uint8Array(),
  });
  return {
    ...record,
    ...(body ? { body: empty(body) } : {}),
    ...(response?.body ? { response: { ...response, body: empty(response.body) } } : {}),
  };
}
