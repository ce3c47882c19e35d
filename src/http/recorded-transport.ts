import type { AttemptReason } from '../core/attempt-reason.ts';
import { asCountersignError } from '../core/errors.ts';
import type { ReceivedResponse, SendOptions, Transport } from '../core/ports.ts';
import { type HttpRequest, maskedRequestUrl, requestUrl } from '../core/request.ts';
import type { WireBody, WireRecord } from '../core/wire-record.ts';
import { wireRequest, wireRequestBody } from './wire-request.ts';

export interface Recording {
  /** Why the exchanges are made, where `SendOptions.reason` does not say so. */
  readonly reason?: AttemptReason;
  /** Bytes that are kept of each body. */
  readonly bodyLimit: number;
  /**
   * Told of an exchange as its head has come, again as it has ended, each time with the record as it is then: one that
   * has the same id takes the other's place.
   */
  readonly record: (record: WireRecord) => void;
}

let nextId = 1;

/** A transport that keeps what went over the wire on record, and changes nothing of it. */
export function recordTransport(transport: Transport, recording: Recording): Transport {
  return {
    ...transport,
    async send(request, options) {
      const exchange = new RecordedExchange(request, options, recording);
      try {
        return exchange.watch(await transport.send(request, options));
      } catch (error) {
        exchange.failed(error);
        throw error;
      }
    },
  };
}

/** One exchange until its end. */
class RecordedExchange {
  readonly #recording: Recording;
  readonly #rawLength: boolean;
  readonly #started = performance.now();
  #request: HttpRequest | undefined;
  #record: WireRecord;
  #start: Uint8Array[] = [];
  #kept = 0;
  #size = 0;

  constructor(request: HttpRequest, { reason, rawLength }: SendOptions, recording: Recording) {
    this.#recording = recording;
    this.#request = request;
    this.#rawLength = rawLength ?? false;
    const [value, masked] = [requestUrl(request), maskedRequestUrl(request)];
    const url = { name: '', value, ...(masked === value ? {} : { masked }) };
    this.#record = {
      id: nextId++,
      reason: reason ?? recording.reason ?? 'request',
      startedAt: Date.now(),
      method: request.method,
      url,
      target: url,
      fields: [],
      httpVersion: '1.1',
      ...(request.body ? { body: wireRequestBody(request.body, recording.bodyLimit) } : {}),
      ended: false,
    };
  }

  watch(response: ReceivedResponse): ReceivedResponse {
    const { status, statusText, headers } = response;
    const httpVersion = response.httpVersion.replace(/^HTTP\//, '').replace(/^2.0$/, '2');
    const connection = response.connection?.();
    this.#change({
      ...this.#head(httpVersion, connection),
      httpVersion,
      response: { status, statusText, headers },
      ...(connection ? { connection } : {}),
    });
    const body = (): AsyncIterable<Uint8Array> => this.#through(response);
    return {
      ...{ status, statusText, headers, httpVersion: response.httpVersion },
      ...(response.remoteAddress === undefined ? {} : { remoteAddress: response.remoteAddress }),
      ...(response.serverCertificate ? { serverCertificate: response.serverCertificate } : {}),
      get body() {
        return body();
      },
      bytes: async limit => {
        try {
          const bytes = await response.bytes(limit);
          this.#keep(bytes);
          this.#end(response);
          return bytes;
        } catch (error) {
          this.failed(error, response);
          throw error;
        }
      },
      discard: async () => {
        await response.discard();
        this.#end(response);
      },
      timing: () => response.timing(),
      connection: () => connection,
    };
  }

  failed(error: unknown, response?: ReceivedResponse): void {
    if (this.#record.ended) return;
    const { code, message } = asCountersignError(error);
    const timing = response?.timing() ?? { total: performance.now() - this.#started };
    this.#change({
      ...(response ? this.#body() : this.#head('1.1', undefined)),
      ...{ error: { code, message }, timing, ended: true },
    });
  }

  /** The head as it was written; nothing where it could not be. */
  #head(httpVersion: string, connection: WireRecord['connection']): Partial<WireRecord> {
    const request = this.#request;
    this.#request = undefined;
    try {
      return request ? wireRequest(request, httpVersion, this.#rawLength, connection) : {};
    } catch {
      return {};
    }
  }

  /** Not a generator: those cost more than the request does. */
  #through(response: ReceivedResponse): AsyncIterable<Uint8Array> {
    const { body } = response;
    return {
      [Symbol.asyncIterator]: () => {
        const chunks = body[Symbol.asyncIterator]();
        return {
          next: async () => {
            try {
              const result = await chunks.next();
              if (result.done) this.#end(response);
              else this.#keep(result.value);
              return result;
            } catch (error) {
              this.failed(error, response);
              throw error;
            }
          },
          return: async () => {
            await chunks.return?.();
            this.#end(response);
            return { value: undefined, done: true as const };
          },
        };
      },
    };
  }

  #keep(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    const room = this.#recording.bodyLimit - this.#kept;
    if (room <= 0) return;
    // A copy: the chunk may be a small part of a large piece of memory.
    const piece = Uint8Array.from(chunk.subarray(0, room));
    this.#start.push(piece);
    this.#kept += piece.byteLength;
  }

  #body(): Partial<WireRecord> {
    const { response } = this.#record;
    if (!response) return {};
    const start = Buffer.concat(this.#start);
    this.#start = [];
    const body: WireBody = { start, size: this.#size };
    return { response: { ...response, body } };
  }

  #end(response: ReceivedResponse): void {
    if (this.#record.ended) return;
    this.#change({ ...this.#body(), timing: response.timing(), ended: true });
  }

  #change(change: Partial<WireRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#recording.record(this.#record);
  }
}
