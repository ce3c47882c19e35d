import type { Exchange, StoredBody } from '../core/exchange.ts';
import type { Redact, ResponseModel, ResponseSubject } from '../features/presentation/response-model.ts';
import { responseModel } from '../features/presentation/response-model.ts';
import { redactCarried } from '../sending/redacted.ts';

/** One exchange that a panel can show. */
export interface ResponseRecord {
  readonly id: number;
  readonly exchange: Exchange;
  readonly subject: ResponseSubject;
  readonly model: ResponseModel;
  /** Masks every secret that has been seen, or that the request carried. */
  readonly redact: Redact;
}

/** The last exchanges of this window, oldest first; bodies of those that fall out are deleted. */
export class ResponseHistory {
  readonly #records: ResponseRecord[] = [];
  #next = 1;

  get records(): readonly ResponseRecord[] {
    return this.#records;
  }

  /** @param seen masks every secret that has been seen */
  add(exchange: Exchange, subject: ResponseSubject, seen: Redact, limit: number): ResponseRecord {
    const redact = redactCarried(exchange.attempts, seen);
    const record = { id: this.#next++, exchange, subject, redact, model: responseModel(exchange, subject, redact) };
    this.#records.push(record);
    while (this.#records.length > limit) void this.#records.shift()?.exchange.response?.body.dispose();
    return record;
  }

  get(id: number): ResponseRecord | undefined {
    return this.#records.find(record => record.id === id);
  }

  /** Place of a record, from 1. */
  position(id: number): number {
    return this.#records.findIndex(record => record.id === id) + 1;
  }

  async dispose(): Promise<void> {
    const bodies = this.#records.map(record => record.exchange.response?.body);
    this.#records.length = 0;
    await Promise.allSettled(bodies.map((body: StoredBody | undefined) => body?.dispose()));
  }
}
