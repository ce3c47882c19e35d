import { relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asCountersignError, type CountersignError } from '../core/errors.ts';
import { type AuthDecision, authInForce } from '../sending/auth-in-force.ts';
import { emptyCredentials } from '../sending/refusal/credential-causes.ts';
import { type RunResult, runRequest } from '../sending/runner.ts';
import { findScopes } from '../sending/scopes.ts';
import { type Sent, sendMany } from '../sending/send-many.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Call } from './arguments.ts';
import type { CliEngine } from './engine.ts';
import type { OpenReporter } from './open-reporters.ts';
import type { Output } from './output.ts';
import { Progress } from './progress.ts';
import { labelOf } from './report.ts';
import { type ReportContext, reportedRequest, shownOf } from './reported-request.ts';
import { BodyFolder } from './reported-response.ts';
import { type DataRow, dataRows } from './run-data.ts';
import { drawStatus } from './standard-error.ts';
import { UsageError } from './usage-error.ts';
import { type Faults, keyOf } from './written-faults.ts';

/** Sends targets up to N at a time, and reports each. */
export class SequenceRun {
  readonly #call: Call;
  readonly #current: string;
  readonly #engine: CliEngine;
  readonly #signal: AbortSignal;
  readonly #reporters: readonly OpenReporter[];
  readonly #bodies: BodyFolder | undefined;
  readonly #stderr: Output;
  readonly #warned = new Set<string>();
  readonly #faults: Faults;
  readonly #context: ReportContext;
  /** A reporter shows what went over the wire. */
  readonly #exchanges: boolean;
  #progress: Progress | undefined;
  #started = 0;
  #iteration = { index: 0, shown: false };
  #requests = 0;
  #failed = 0;

  constructor(
    call: Call,
    current: string,
    engine: CliEngine,
    signal: AbortSignal,
    reporters: readonly OpenReporter[],
    stderr: Output,
    faults: Faults,
  ) {
    this.#faults = faults;
    this.#stderr = stderr;
    this.#call = call;
    this.#current = current;
    this.#engine = engine;
    this.#signal = signal;
    this.#reporters = reporters;
    this.#context = { call, current, redact: engine.redact };
    this.#exchanges = reporters.some(({ reporter }) => reporter.exchanges);
    this.#bodies = call.output === undefined ? undefined : new BodyFolder(resolve(current, call.output));
  }

  async all(targets: readonly RequestTarget[]): Promise<{ readonly requests: number; readonly failed: number }> {
    const { iterations, data } = this.#call;
    const rows = data === undefined ? undefined : dataRows(resolve(this.#current, data), this.#current);
    let last: DataRow | undefined;
    const total = rows && iterations === undefined ? undefined : targets.length * (iterations ?? 1);
    if (process.stderr.isTTY && total !== 1) this.#progress = progressOnTerminal(total);
    // Where neither says how often, once; where only rows are given, once for each.
    for (let index = 0; iterations === undefined || index < iterations; index++) {
      const next = await rows?.next();
      if (rows && next?.done) {
        if (index === 0) throw new UsageError(`${data} holds no rows`);
        if (iterations === undefined) break;
      }
      // As in Postman, the last row is that of the iterations that are left.
      if (next && !next.done) last = next.value;
      this.#iteration = { index, shown: rows !== undefined || (iterations ?? 1) > 1 };
      this.#engine.beginIteration(index, iterations ?? 1, last);
      const { stopped } = await this.#iterate(targets);
      if (stopped || (rows === undefined && iterations === undefined)) break;
    }
    await rows?.return(undefined);
    this.#progress?.clear();
    return { requests: this.#requests, failed: this.#failed };
  }

  /** Sends all once. */
  async #iterate(targets: readonly RequestTarget[]): Promise<{ readonly stopped: boolean }> {
    const { name, parallel, bail } = this.#call;
    const { cancelled, failed } = await sendMany(targets, {
      ...{ signal: this.#signal, parallel, bail },
      // Whoever names one wants it.
      ...(name === undefined ? { enabledIn: this.#engine.workspace } : {}),
      send: async target => {
        if (this.#call.delay > 0 && this.#started++ > 0) {
          await sleep(this.#call.delay, undefined, { signal: this.#signal }).catch(() => {});
        }
        const state = await this.#one(target);
        target.tree.blocks[target.block]?.block.release();
        return state;
      },
    });
    return { stopped: cancelled || (bail && failed > 0) };
  }

  /** Sends a request, again where it failed and that is wanted. */
  async #one(target: RequestTarget): Promise<Sent> {
    for (let retries = 0; ; retries++) {
      const sent = await this.#try(target, retries, retries < this.#call.retry);
      if (sent !== 'again') return sent;
    }
  }

  async #try(target: RequestTarget, retries: number, mayRetry: boolean): Promise<Sent | 'again'> {
    const started = performance.now();
    let result: RunResult | undefined;
    let failure: CountersignError | undefined;
    let kept = false;
    try {
      const fault = this.#faults.get(keyOf(target));
      if (fault) throw fault;
      result = await runRequest(target, this.#engine.ports, { signal: this.#signal });
      failure = result.error;
      kept = this.#engine.remember(target, result);
    } catch (error) {
      failure = asCountersignError(error);
    }
    if (this.#signal.aborted) return undefined;
    const decision = result?.decision ?? (await decisionOf(target, this.#engine));
    this.#warn(target, result);
    const { shown, response, exchange } = await shownOf(result, this.#exchanges, this.#context);
    const report = {
      ...reportedRequest(target, result, decision, failure, performance.now() - started, this.#context),
      ...(response ? { response } : {}),
      ...(this.#iteration.shown ? { iteration: this.#iteration.index + 1 } : {}),
      ...(retries > 0 ? { retries } : {}),
    };
    if (!report.ok && mayRetry) {
      if (!kept) await result?.response?.body.dispose();
      return 'again';
    }
    this.#requests++;
    if (!report.ok) this.#failed++;
    if (result?.response) await this.#bodies?.write(labelOf(report), result.response);
    if (this.#reporters.some(({ printed }) => printed && !(this.#call.quiet && report.ok))) this.#progress?.clear();
    for (const { reporter, printed } of this.#reporters) {
      if (!(printed && this.#call.quiet && report.ok)) reporter.request(report, shown, exchange);
    }
    this.#progress?.step(report.ok);
    if (!kept) await result?.response?.body.dispose();
    const state = report.ok ? 'passed' : 'failed';
    return result?.next ? { state, next: result.next.name } : state;
  }

  /** Names credentials that were empty as they were sent, each line once. */
  #warn({ file }: RequestTarget, result: RunResult | undefined): void {
    for (const { name, origin } of result ? emptyCredentials(result.request) : []) {
      const at = `${relative(this.#current, file)}${origin.by === 'file' ? `:${origin.line}` : ''}`;
      if (this.#warned.has(`${at} ${name}`)) continue;
      this.#warned.add(`${at} ${name}`);
      this.#stderr.line(`${at}: warning: ${name} carries no credential: the value of its variable is empty.`);
    }
  }
}

/** The auth in force for a request that could not be computed. */
async function decisionOf({ file, tree, block }: RequestTarget, { workspace }: CliEngine): Promise<AuthDecision> {
  const { scopes } = await findScopes(file, tree, workspace);
  return authInForce(file, tree, block, scopes);
}

function progressOnTerminal(total: number | undefined): Progress {
  const progress: Progress = new Progress(
    {
      get columns() {
        return process.stderr.columns ?? 80;
      },
      now: () => performance.now(),
      write: text => drawStatus(text, progress),
    },
    total,
  );
  return progress;
}
