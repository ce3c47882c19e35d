import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CountersignError } from '../core/errors.ts';
import type { Answer, FromSandbox, SandboxStart, ToSandbox } from '../sandbox/messages.ts';
import {
  defaultLimits,
  type ScriptCall,
  type ScriptEngine,
  type ScriptHost,
  type ScriptLimits,
  type ScriptOutcome,
} from '../scripting/script.ts';

/** Milliseconds that the engine has to end a script by itself before its thread is ended. */
const grace = 1500;
/** Milliseconds after which a thread that has nothing to do ends. */
const idle = 60_000;

/** Where the sandbox was built: beside the bundle, or in `dist/` of the project. @throws CountersignError */
export function sandboxFolder(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    for (const place of [join(folder, 'sandbox'), join(folder, 'dist/sandbox')]) {
      if (existsSync(join(place, 'worker.mjs'))) return place;
    }
    if (folder === dirname(folder)) break;
  }
  throw new CountersignError('script-failed', 'The part that runs scripts is missing.', {
    hint: 'Install Countersign again.',
  });
}

interface Running {
  readonly call: ScriptCall;
  readonly host: ScriptHost;
  readonly resolve: (outcome: ScriptOutcome) => void;
  readonly reject: (error: CountersignError) => void;
}

/**
 * Scripts on a thread of their own, one after the other. A script that doesn't end is ended with its thread; the next
 * one gets a new thread.
 */
export class ScriptThread implements ScriptEngine {
  readonly #limits: ScriptLimits;
  #worker: Worker | undefined;
  #ready: Promise<void> | undefined;
  #answered = new Int32Array(new SharedArrayBuffer(4));
  #running: Running | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #timerStarted = 0;
  #left = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: Partial<ScriptLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  run(call: ScriptCall, host: ScriptHost, signal: AbortSignal): Promise<ScriptOutcome> {
    const outcome = this.#last.then(() => this.#one(call, host, signal));
    this.#last = outcome.catch(() => {});
    return outcome;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#end();
  }

  async #one(call: ScriptCall, host: ScriptHost, signal: AbortSignal): Promise<ScriptOutcome> {
    const cancelled = (): CountersignError => new CountersignError('cancelled', 'The request was cancelled.');
    if (signal.aborted) throw cancelled();
    clearTimeout(this.#idle);
    await this.#start();
    // It takes a while: nobody has listened meanwhile.
    if (signal.aborted) throw cancelled();
    const { promise, resolve, reject } = Promise.withResolvers<ScriptOutcome>();
    this.#running = { call, host, resolve, reject };
    const stop = (): void => {
      void this.#end();
      reject(cancelled());
    };
    signal.addEventListener('abort', stop, { once: true });
    this.#worker?.ref();
    this.#left = this.#limits.time + grace;
    this.#startTimer();
    this.#send({ kind: 'run', call });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#stopTimer();
      this.#running = undefined;
      this.#worker?.unref();
      this.#idle = setTimeout(() => void this.#end(), idle).unref();
    }
  }

  #start(): Promise<void> {
    this.#ready ??= new Promise<void>((resolve, reject) => {
      const folder = sandboxFolder(import.meta.dirname);
      this.#answered = new Int32Array(new SharedArrayBuffer(4));
      const start: SandboxStart = {
        folder,
        limits: this.#limits,
        answered: this.#answered.buffer as SharedArrayBuffer,
      };
      const worker = new Worker(join(folder, 'worker.mjs'), {
        workerData: start,
        env: {},
        execArgv: [],
        stdin: false,
        resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 16 },
      });
      this.#worker = worker;
      worker.on('message', (message: FromSandbox) => {
        if (message.kind === 'ready') resolve();
        else if (worker === this.#worker) this.#received(message);
      });
      const gone = (message: string): void => {
        reject(new CountersignError('script-failed', message));
        if (worker === this.#worker) this.#lost(message);
      };
      worker.on('error', error => gone(`The script broke its engine: ${error.message}`));
      worker.on('exit', () => gone('The script ended its engine.'));
    });
    return this.#ready;
  }

  #send(message: ToSandbox): void {
    this.#worker?.postMessage(message);
  }

  #received(message: Exclude<FromSandbox, { readonly kind: 'ready' }>): void {
    const running = this.#running;
    if (!running) return;
    if (message.kind === 'log') running.host.log(message.level, message.text);
    else if (message.kind === 'done') {
      if (message.broken) void this.#end();
      running.resolve(message.outcome);
    } else void this.#answer(running, message.method, message.argument);
  }

  /** The time that an answer takes is not the script's. */
  async #answer({ host }: Running, method: string, argument: string): Promise<void> {
    this.#stopTimer();
    const worker = this.#worker;
    let answer: Answer;
    try {
      const value = await host.call(method, JSON.parse(argument));
      answer = {
        value: value === undefined ? undefined : textMethods.has(method) ? String(value) : JSON.stringify(value),
      };
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    if (worker !== this.#worker) return;
    this.#startTimer();
    this.#send({ kind: 'answer', answer });
    Atomics.store(this.#answered, 0, 1);
    Atomics.notify(this.#answered, 0);
  }

  #startTimer(): void {
    this.#timerStarted = performance.now();
    this.#timer = setTimeout(() => {
      const message = `The script computes longer than ${this.#limits.time / 1000} s.`;
      this.#lost(message);
    }, this.#left);
  }

  #stopTimer(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= performance.now() - this.#timerStarted;
  }

  /** The thread is of no use any more: the script that runs has failed, the next gets another. */
  #lost(message: string): void {
    const running = this.#running;
    this.#running = undefined;
    void this.#end();
    running?.resolve({ tests: [], failure: { message, place: running.call.script.place } });
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#ready = undefined;
    worker?.removeAllListeners();
    worker?.on('error', () => {});
    await worker?.terminate();
  }
}

/** Calls whose answer is a text as it is. */
const textMethods: ReadonlySet<string> = new Set(['module', 'path']);
