import { createWriteStream, openSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asCountersignError, CountersignError } from '../../core/errors.ts';
import { maskedRequestUrl, requestUrl } from '../../core/request.ts';
import { placeDiagnostics } from '../../features/diagnostics/block-diagnostics.ts';
import { writtenDiagnostics } from '../../features/diagnostics/block-findings.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { type AuthDecision, authInForce } from '../../sending/auth-in-force.ts';
import { isAsWanted } from '../../sending/outcome.ts';
import { redactCarried } from '../../sending/redacted.ts';
import { emptyCredentials } from '../../sending/refusal/credential-causes.ts';
import { type RunResult, runRequest } from '../../sending/runner.ts';
import { findScopes } from '../../sending/scopes.ts';
import { type Sent, sendMany } from '../../sending/send-many.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import type { Reporting } from '../option-values.ts';
import { createOutput, type Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { BodyFolder, type ReportedResponse, reportedResponse } from '../reported-response.ts';
import {
  createReporter,
  labelOf,
  type ReportedExchange,
  type ReportedRequest,
  type Reporter,
  reportedAuth,
  type Shown,
  type Summary,
} from '../reporters.ts';
import { type DataRow, dataRows } from '../run-data.ts';
import { chosenTargets } from '../run-selection.ts';
import { drawStatus } from '../standard-error.ts';
import { UsageError } from '../usage-error.ts';

/** `run PATH…`: sends every request, in order. Exit status 1 where one failed, 2 where a file has an error. */
export async function runCommand(
  { call, output, stderr, current }: CommandContext,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  if (call.positionals.length < 2) throw new UsageError('usage: countersign run PATH…');
  const summary = await sendAll(call, current, engine, signal, () => createReporters(call, output), stderr);
  if (!summary) return 2;
  return summary.failed > 0 ? 1 : 0;
}

/**
 * Sends every request that a call chooses, and reports each. Undefined where nothing was sent, as something cannot be
 * understood: stderr then say what.
 * @throws UsageError where there is no request
 */
export async function sendAll(
  call: Call,
  current: string,
  engine: CliEngine,
  signal: AbortSignal,
  openReporters: () => Promise<readonly OpenReporter[]>,
  stderr: Output,
): Promise<Summary | undefined> {
  const targets = await chosenTargets(call.positionals.slice(1), call, current, engine);
  const { faults, lines } = writtenFaults(targets, current, stderr);
  if (faults.size > 0 && (call.strict || faults.size === targets.length)) {
    for (const line of lines) stderr.line(line);
    return undefined;
  }
  if (!(await environmentsKnown(targets, current, engine, stderr))) return undefined;
  const reporters = await openReporters();
  const started = performance.now();
  const run = new SequenceRun(call, current, engine, signal, reporters, stderr, faults);
  const { requests, failed } = await run.all(targets);
  const summary = { requests, failed, durationMs: Math.round(performance.now() - started) };
  for (const { reporter, close } of reporters) {
    reporter.end(summary);
    await close();
  }
  return summary;
}

/** The errors of a call's files as they are written, by request; those of a block that speaks for a file are of all. */
type Faults = ReadonlyMap<string, CountersignError>;

const keyOf = ({ file, block }: RequestTarget): string => `${file}\n${block}`;

/** What is wrong in the chosen requests, and in what their files state for all. Warns of what is kept and not run. */
function writtenFaults(
  targets: readonly RequestTarget[],
  current: string,
  stderr: Output,
): { readonly faults: Faults; readonly lines: readonly string[] } {
  const faults = new Map<string, CountersignError>();
  const lines = new Set<string>();
  const ignored = new Map<string, { readonly first: string; count: number }>();
  const ofFile = new Map<string, CountersignError>();
  const faultOf = (file: string, tree: SyntaxTree, placed: PlacedBlock): CountersignError | undefined => {
    const found = writtenDiagnostics(placed.block);
    if (found.length === 0) return undefined;
    let fault: CountersignError | undefined;
    const said = new Set<string>();
    for (const { severity, code, message, line, column } of placeDiagnostics(tree, placed, found)) {
      const place = `${relative(current, file)}:${line}:${column}`;
      if (severity === 'error') {
        // The parser and the scheme may both see the same thing.
        if (!said.has(place)) lines.add(`${place}: ${message}`);
        said.add(place);
        fault ??= new CountersignError('invalid-request', message, { place: { file, line, column } });
      } else if (code === 'foreign-feature') {
        const same = ignored.get(`${file} ${message}`);
        if (same) same.count++;
        else ignored.set(`${file} ${message}`, { first: `${place}: warning: ${message}`, count: 1 });
      }
    }
    return fault;
  };
  const seen = new Set<string>();
  for (const { file, tree } of targets) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const other of tree.blocks) {
      const fault = other.block.request ? undefined : faultOf(file, tree, other);
      if (fault && !ofFile.has(file)) ofFile.set(file, fault);
      other.block.release();
    }
  }
  for (const target of targets) {
    const { file, tree, block } = target;
    const placed = tree.blocks[block];
    const fault = (placed && faultOf(file, tree, placed)) ?? ofFile.get(file);
    if (fault) faults.set(keyOf(target), fault);
    placed?.block.release();
  }
  for (const { first, count } of ignored.values()) {
    stderr.line(count === 1 ? first : `${first} (${count} times in this file)`);
  }
  return { faults, lines: [...lines] };
}

/** Whether the environment that the call names, and its files, can be read for every folder. */
async function environmentsKnown(
  targets: readonly RequestTarget[],
  current: string,
  { environment, redact }: CliEngine,
  stderr: Output,
): Promise<boolean> {
  const files = new Map(targets.map(({ file }) => [dirname(file), file]));
  for (const file of files.values()) {
    try {
      await environment.layers(file);
    } catch (error) {
      const { message, place, hint } = asCountersignError(error);
      stderr.line(`${place ? `${relative(current, place.file)}:${place.line}: ` : 'countersign: '}${redact(message)}`);
      if (hint) stderr.line(redact(hint));
      return false;
    }
  }
  return true;
}

export interface OpenReporter {
  readonly reporter: Reporter;
  /** It goes to standard output. */
  readonly printed: boolean;
  close(): Promise<void>;
}

async function createReporters(call: Call, output: Output): Promise<readonly OpenReporter[]> {
  const standard: Reporting = { name: call.json ? 'json' : 'text' };
  const printed = call.reporters.filter(({ file }) => file === undefined);
  const [first, second] = call.json && printed[0]?.name !== 'json' ? [standard, ...printed] : printed;
  if (first && second) {
    throw new UsageError(
      `only one report is printed, ${first.name} or ${second.name}; write the other to a file: --reporter ${second.name}=FILE`,
    );
  }
  const wanted = [...(printed.length > 0 ? [] : [standard]), ...call.reporters];
  return Promise.all(wanted.map(each => openReporter(each, output)));
}

async function openReporter({ name, file }: Reporting, output: Output): Promise<OpenReporter> {
  if (file === undefined) {
    return { reporter: await createReporter(name, output), printed: true, close: async () => {} };
  }
  const chunks: string[] = [];
  let write = (text: string): void => void chunks.push(text);
  const reporter = await createReporter(
    name,
    createOutput(text => write(text), false),
  );
  const stream = createWriteStream(file, { fd: openForWriting(file) });
  write = text => void stream.write(text);
  for (const chunk of chunks) write(chunk);
  const finished = new Promise<void>((resolve, reject) => stream.on('finish', resolve).on('error', reject));
  finished.catch(() => {});
  return {
    reporter,
    printed: false,
    close() {
      stream.end();
      return finished;
    },
  };
}

function openForWriting(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'its folder does not exist' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new UsageError(`the results cannot be written to ${file}: ${what}`);
  }
}

/** Sends targets up to N at a time, and reports each. */
class SequenceRun {
  readonly #call: Call;
  readonly #current: string;
  readonly #engine: CliEngine;
  readonly #signal: AbortSignal;
  readonly #reporters: readonly OpenReporter[];
  readonly #bodies: BodyFolder | undefined;
  readonly #stderr: Output;
  readonly #warned = new Set<string>();
  readonly #faults: Faults;
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
    const decision = result?.decision ?? (await this.#decision(target));
    this.#warn(target, result);
    const { shown, response, exchange } = await this.#shown(result);
    const report = {
      ...this.#report(target, result, decision, failure, performance.now() - started),
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

  /** What the call and its reporters want to see of a result. */
  async #shown(result: RunResult | undefined): Promise<{
    readonly shown?: Shown;
    readonly response?: ReportedResponse;
    readonly exchange?: ReportedExchange;
  }> {
    const { verbose, show, withResponse, showSecrets } = this.#call;
    const exchanges = this.#reporters.some(({ reporter }) => reporter.exchanges);
    if (!result || !(verbose || show || withResponse || exchanges)) return {};
    const redact = showSecrets ? undefined : redactCarried(result.attempts, this.#engine.redact);
    const response = result.response && (await reportedResponse(result.response, redact));
    const { attemptLog } =
      verbose || exchanges ? await import('../../features/presentation/attempt-log.ts') : { attemptLog: undefined };
    const written = attemptLog && result.attempts.map(attempt => attemptLog(attempt, showSecrets)).join('\n');
    const log = written === undefined ? undefined : (redact?.(written) ?? written);
    return {
      shown: {
        ...(log !== undefined && verbose ? { log } : {}),
        ...(response && (show === 'headers' || show === 'all') ? { headers: response } : {}),
        ...(response && (verbose || show === 'body' || show === 'all') ? { body: response } : {}),
      },
      ...(withResponse && response ? { response } : {}),
      ...(log !== undefined && exchanges ? { exchange: { log, ...(response ? { response } : {}) } } : {}),
    };
  }

  /** The auth in force for a request that could not be computed. */
  async #decision({ file, tree, block }: RequestTarget): Promise<AuthDecision> {
    const { scopes } = await findScopes(file, tree, this.#engine.workspace);
    return authInForce(file, tree, block, scopes);
  }

  #report(
    target: RequestTarget,
    result: RunResult | undefined,
    decision: AuthDecision,
    error: CountersignError | undefined,
    elapsed: number,
  ): ReportedRequest {
    const { file, tree, block } = target;
    const placed = tree.blocks[block];
    const node = placed?.block.request;
    const status = result?.response?.status ?? null;
    const scrub = (text: string): string => (this.#call.showSecrets ? text : this.#engine.redact(text));
    const refused = this.#call.fail && status !== null && status >= 400;
    return {
      file: relative(this.#current, file),
      name: placed?.block.name?.text ?? null,
      title: placed?.block.title?.text ?? null,
      line: (placed?.line ?? 0) + (node?.line ?? 0) + 1,
      method: result?.request.method ?? node?.method?.text ?? 'GET',
      url: result
        ? this.#call.showSecrets
          ? requestUrl(result.request)
          : maskedRequestUrl(result.request)
        : (node?.target.text ?? ''),
      ok: error === undefined && !refused && (result === undefined || isAsWanted(result)),
      ...(result?.skipped ? { skipped: true as const } : {}),
      status,
      durationMs: round(result?.durationMs ?? elapsed),
      bytes: result?.response?.body.size ?? 0,
      attempts: (result?.attempts ?? []).map(attempt => ({
        status: attempt.response?.status ?? null,
        durationMs: round(attempt.timing?.total ?? 0),
      })),
      auth: reportedAuth(decision, this.#current),
      error: error
        ? {
            code: error.code,
            message: scrub(error.message),
            line: error.place?.line ?? null,
            ...(error.place && error.place.file !== file ? { file: relative(this.#current, error.place.file) } : {}),
            ...(error.hint === undefined ? {} : { hint: scrub(error.hint) }),
          }
        : null,
      ...(result?.explanation === undefined ? {} : { explanation: scrub(result.explanation) }),
      ...(result?.causes ? { causes: result.causes } : {}),
      ...(result?.tests ? { tests: result.tests } : {}),
    };
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
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
