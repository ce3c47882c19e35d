import type { EventEmitter } from 'node:events';
import { asCountersignError } from '../../core/errors.ts';
import { isRefusedAuthorization } from '../../sending/outcome.ts';
import { runRequest } from '../../sending/runner.ts';
import { sendMany } from '../../sending/send-many.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import { parseCall } from '../arguments.ts';
import { type CliEngine, createEngine } from '../engine.ts';
import { chosenTargets } from '../run-selection.ts';

/** What stands below `config.engines.countersign` of an Artillery test. */
interface EngineConfig {
  /** The arguments of `countersign run`: paths and options. */
  readonly run: readonly string[];
  /** Absolute; the folder that the paths are relative to. Absent: the current one. */
  readonly folder?: string;
}

interface Script {
  readonly config: { readonly engines: { readonly countersign: EngineConfig } };
}

type Context = Readonly<Record<string, unknown>>;
type Scenario = (context: Context, callback: (error: Error | null, context: Context) => void) => void;

interface Opened {
  readonly engine: CliEngine;
  readonly targets: readonly RequestTarget[];
}

/** One of each process: a worker of Artillery fetches a token once, however many virtual users it has. */
let opened: Promise<Opened> | undefined;

/**
 * An engine of Artillery: each virtual user sends the requests of files once, in order, with the authorization that is in
 * force for each. Counts as Artillery's own HTTP engine does, so that its reports and plugins understand it.
 * @see https://www.artillery.io/docs/reference/extension-apis
 */
export class CountersignEngine {
  readonly #config: EngineConfig;

  constructor(script: Script) {
    this.#config = script.config.engines.countersign;
  }

  createScenario(_: unknown, events: EventEmitter): Scenario {
    return (context, callback) => {
      events.emit('started');
      opened ??= open(this.#config);
      opened
        .then(all => sendAll(all, events))
        .then(
          () => callback(null, context),
          (error: unknown) => {
            const { code, message } = asCountersignError(error);
            events.emit('error', code);
            callback(new Error(message), context);
          },
        );
    };
  }
}

async function open({ run, folder = process.cwd() }: EngineConfig): Promise<Opened> {
  const call = parseCall(['run', ...run]);
  const engine = createEngine(call, folder);
  await engine.open();
  return { engine, targets: await chosenTargets(call.positionals.slice(1), call, folder, engine) };
}

async function sendAll({ engine, targets }: Opened, events: EventEmitter): Promise<void> {
  const { signal } = new AbortController();
  await sendMany(targets, {
    signal,
    enabledIn: engine.workspace,
    async send(target) {
      events.emit('counter', 'http.requests', 1);
      events.emit('rate', 'http.request_rate');
      const result = await runRequest(target, engine.ports, { signal });
      const { response, error, tests = [], durationMs, next } = result;
      if (response) {
        events.emit('counter', 'http.responses', 1);
        events.emit('counter', `http.codes.${response.status}`, 1);
        events.emit('counter', 'http.downloaded_bytes', response.body.size);
        events.emit('histogram', 'http.response_time', durationMs);
      }
      const failed = tests.filter(({ passed }) => !passed).length;
      if (tests.length > 0) events.emit('counter', 'countersign.tests.passed', tests.length - failed);
      if (failed > 0) events.emit('counter', 'countersign.tests.failed', failed);
      if (error) events.emit('error', error.code);
      else if (isRefusedAuthorization(result)) events.emit('error', 'auth-refused');
      if (!engine.remember(target, result)) await response?.body.dispose();
      const state = error || failed > 0 ? 'failed' : 'passed';
      return next ? { state, next: next.name } : state;
    },
  });
}
