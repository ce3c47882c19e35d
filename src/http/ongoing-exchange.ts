import type { Dispatcher } from 'undici';
import { CountersignError } from '../core/errors.ts';
import type { ReceivedResponse, SendOptions } from '../core/ports.ts';
import type { Timing } from '../core/timing.ts';
import type { ConnectionDetails } from '../core/wire-record.ts';
import type { Connection } from './connection.ts';
import { contentEncodings, decodeContent } from './content-decoding.ts';
import type { ProxyServer } from './proxies.ts';
import type { Head } from './request-head.ts';
import type { ConnectionPhases } from './sockets.ts';
import { transportError } from './transport-error.ts';

const HIGH_WATER = 256 * 1024;
const LOW_WATER = 64 * 1024;
/** What is read to the end, rather than giving up the connection, when a body is discarded. */
const DISCARD_LIMIT = 256 * 1024;
const DEFAULT_BYTES_LIMIT = 64 * 1024 * 1024;

type Controller = Dispatcher.DispatchController;
type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** One request on its way, until the last byte of the response: a handler of undici and the response in one. */
export class OngoingExchange implements Dispatcher.DispatchHandler, ReceivedResponse {
  status = 0;
  statusText = '';
  httpVersion = '1.1';
  headers: HeaderPairs = [];
  declare readonly remoteAddress?: string;
  declare readonly serverCertificate?: Uint8Array;
  readonly received: Promise<ReceivedResponse>;
  /** True once bytes of a response have come. */
  answered = false;
  /** True once the connection was there to write to. */
  started = false;
  /** True where the connection had carried a request before. */
  reused = false;

  #resolve!: (response: ReceivedResponse) => void;
  #reject!: (error: unknown) => void;
  #connection: Connection;
  #head: Head;
  #shown: string;
  #options: SendOptions;
  #controller: Controller | undefined;
  #timer: NodeJS.Timeout | undefined;
  #connectionTimer: NodeJS.Timeout | undefined;
  #underWay: Set<OngoingExchange>;
  #phases: ConnectionPhases | undefined;
  #startedAt = performance.now();
  #sentAt = 0;
  #firstByteAt = 0;
  #endedAt = 0;
  #chunks: Uint8Array[] = [];
  #queued = 0;
  #paused = false;
  #ended = false;
  #error: CountersignError | undefined;
  #wake: (() => void) | undefined;
  #body: AsyncIterable<Uint8Array> | undefined;
  #taken = false;

  constructor(connection: Connection, head: Head, shown: string, options: SendOptions) {
    this.#connection = connection;
    this.#head = head;
    this.#shown = shown;
    this.#options = options;
    this.received = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal, timeout, connectionTimeout } = options;
    this.#underWay = exchangesOf(signal);
    this.#underWay.add(this);
    if (timeout !== undefined) {
      this.#timer = setTimeout(() => this.#giveUp(this.#timedOut(timeout)), timeout);
    }
    if (connectionTimeout !== undefined && !connection.connected) {
      this.#connectionTimer = setTimeout(
        () =>
          this.#giveUp(
            new CountersignError('timeout', `No connection to ${shown} within ${seconds(connectionTimeout)}.`, {
              hint: 'Check that the host and port can be reached from this network, or raise # @connection-timeout.',
            }),
          ),
        connectionTimeout,
      );
    }
  }

  get proxy(): ProxyServer | undefined {
    return this.#connection.proxy;
  }

  cancel(): void {
    this.#giveUp(new CountersignError('cancelled', 'The request was cancelled.'));
  }

  // The handler's side

  onRequestStart(controller: Controller): void {
    if (this.#error) {
      controller.abort(this.#error);
      return;
    }
    clearTimeout(this.#connectionTimer);
    this.#controller = controller;
    this.started = true;
    this.reused = this.#connection.used > 0;
    this.#phases = this.#connection.begin(this.#head);
    this.#sentAt = performance.now();
  }

  onRequestSent(): void {
    this.#sentAt = performance.now();
  }

  onResponseStarted(): void {
    this.answered = true;
    this.#firstByteAt ||= performance.now();
  }

  onResponseStart(controller: Controller, status: number, _headers: unknown, statusText?: string): void {
    if (status < 200 || this.#error) return;
    this.status = status;
    this.statusText = statusText ?? '';
    const raw = controller.rawHeaders;
    if (Array.isArray(raw)) this.headers = pairs(raw);
    else {
      this.httpVersion = '2';
      this.headers = flatten(raw ?? {});
    }
    const { remoteAddress } = this.#connection;
    if (remoteAddress !== undefined) (this as { remoteAddress?: string }).remoteAddress = remoteAddress;
    if (this.#options.connection !== undefined) {
      const { serverCertificate } = this.#connection;
      if (serverCertificate) (this as { serverCertificate?: Uint8Array }).serverCertificate = serverCertificate;
    }
    this.#resolve(this);
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#queued += chunk.byteLength;
    if (this.#queued > HIGH_WATER) {
      this.#paused = true;
      controller.pause();
    }
    this.#wakeUp();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#finish();
    this.#wakeUp();
  }

  onResponseError(_controller: unknown, error: unknown): void {
    if (this.#endedAt !== 0) return;
    this.#error ??= transportError(error, this.#shown);
    this.#finish();
    // The caller may send once more: then it needs what really happened.
    if (this.status === 0) this.#reject(error instanceof CountersignError ? error : { raw: error, error: this.#error });
    this.#wakeUp();
  }

  // The response's side

  get body(): AsyncIterable<Uint8Array> {
    if (!this.#body) {
      const encodings = contentEncodings(this.headers);
      const raw: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => this.#read() };
      this.#body = encodings.length === 0 ? raw : decodeContent(raw, encodings, this.#options.unlimited);
    }
    return this.#body;
  }

  async bytes(limit = DEFAULT_BYTES_LIMIT): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.body) {
      size += chunk.byteLength;
      if (size > limit) {
        throw new CountersignError('too-large', `The response is larger than ${limit} bytes.`);
      }
      chunks.push(chunk);
    }
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }

  async discard(): Promise<void> {
    this.#taken = true;
    let size = 0;
    while (!this.#ended && !this.#error) {
      for (const chunk of this.#chunks.splice(0)) size += chunk.byteLength;
      this.#queued = 0;
      if (size > DISCARD_LIMIT && this.#options.connection === undefined) {
        this.#giveUp(new CountersignError('cancelled', 'The response was discarded.'));
        return;
      }
      this.#resume();
      await this.#more();
    }
    this.#chunks = [];
  }

  connection(): ConnectionDetails | undefined {
    return this.#connection.details(this.reused);
  }

  timing(): Timing {
    const end = this.#endedAt || performance.now();
    const phases = this.#phases;
    const first = this.#firstByteAt;
    const connectStart = phases?.looked ?? phases?.start;
    return {
      ...(phases?.looked === undefined ? {} : { dns: phases.looked - phases.start }),
      ...(phases?.connected === undefined || connectStart === undefined
        ? {}
        : { connect: phases.connected - connectStart }),
      ...(phases?.secured === undefined || phases.connected === undefined
        ? {}
        : { tls: phases.secured - phases.connected }),
      ...(first === 0 ? {} : { wait: Math.max(0, first - this.#sentAt), download: end - first }),
      total: end - this.#startedAt,
    };
  }

  // In between

  /** Not a generator: those cost more than the request does. */
  #read(): AsyncIterator<Uint8Array> {
    if (this.#taken) throw new CountersignError('internal', 'The body of a response can be read only once.');
    this.#taken = true;
    const next = (): Promise<IteratorResult<Uint8Array>> => {
      const value = this.#chunks.shift();
      if (value) {
        this.#queued -= value.byteLength;
        if (this.#queued < LOW_WATER) this.#resume();
        return Promise.resolve({ value, done: false });
      }
      if (this.#error) return Promise.reject(this.#error);
      if (this.#ended) return Promise.resolve({ value: undefined, done: true });
      return this.#more().then(next);
    };
    return {
      next,
      return: () => {
        if (!this.#ended && !this.#error) {
          this.#giveUp(new CountersignError('cancelled', 'The response was not read to its end.'));
        }
        this.#chunks = [];
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  #more(): Promise<void> {
    if (this.#chunks.length > 0 || this.#ended || this.#error) return Promise.resolve();
    return new Promise(resolve => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#controller?.resume();
  }

  #timedOut(timeout: number): CountersignError {
    return new CountersignError('timeout', `No complete response from ${this.#shown} within ${seconds(timeout)}.`, {
      hint: 'The server may be slow: raise # @timeout, or look at the server’s log.',
    });
  }

  #giveUp(error: CountersignError): void {
    if (this.#endedAt !== 0) return;
    this.#error = error;
    this.#chunks = [];
    const controller = this.#controller;
    // A request that still waits for its connection takes it along.
    if (!controller && !this.#connection.http2) this.#connection.destroy();
    this.#finish();
    this.#reject(error);
    controller?.abort(error);
    this.#wakeUp();
  }

  #finish(): void {
    if (this.#endedAt !== 0) return;
    this.#endedAt = performance.now();
    clearTimeout(this.#timer);
    clearTimeout(this.#connectionTimer);
    this.#underWay.delete(this);
    this.#connection.active--;
  }
}

const exchangesBySignal = new WeakMap<AbortSignal, Set<OngoingExchange>>();

/** What a signal cancels. One listener for all: a run sends thousands of requests under one signal. */
function exchangesOf(signal: AbortSignal): Set<OngoingExchange> {
  let exchanges = exchangesBySignal.get(signal);
  if (!exchanges) {
    const added = new Set<OngoingExchange>();
    exchanges = added;
    exchangesBySignal.set(signal, added);
    signal.addEventListener(
      'abort',
      () => {
        for (const exchange of [...added]) exchange.cancel();
      },
      { once: true },
    );
  }
  return exchanges;
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
}

function pairs(raw: readonly (Buffer | string)[]): HeaderPairs {
  const list: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    list.push([headerText(raw[index] ?? ''), headerText(raw[index + 1] ?? '')]);
  }
  return list;
}

/** Header bytes as text: UTF-8 where they are, ISO 8859-1 otherwise. */
function headerText(bytes: Buffer | string): string {
  const text = typeof bytes === 'string' ? bytes : bytes.toString('latin1');
  if (!/[\x80-\xff]/.test(text)) return text;
  const utf8 = Buffer.from(text, 'latin1').toString('utf8');
  return utf8.includes('\ufffd') ? text : utf8;
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderPairs {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map(text => [name, headerText(text)] as const),
  );
}
