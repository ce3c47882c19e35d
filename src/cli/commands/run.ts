import { createWriteStream, openSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asCountersignError, type CountersignError } from '../../core/errors.ts';
import { maskedRequestUrl, requestUrl } from '../../core/request.ts';
import { placeDiagnostics } from '../../features/diagnostics/block-diagnostics.ts';
import { writtenDiagnostics } from '../../features/diagnostics/block-findings.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { type AuthDecision, authInForce } from '../../sending/auth-in-force.ts';
import { redactCarried } from '../../sending/redacted.ts';
import { emptyCredentials } from '../../sending/refusal/credential-causes.ts';
import { type RunResult, runRequest } from '../../sending/runner.ts';
import { findScopes } from '../../sending/scopes.ts';
import { type Sent, sendMany } from '../../sending/send-many.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import { allowOptions, type Call, permissionOptions, type Reporting, tlsOptions, UsageError } from '../arguments.ts';
import type { CliEngine } from '../engine.ts';
import { requestFiles } from '../node-workspace.ts';
import { createOutput, type Output } from '../output.ts';
import { BodyFolder, type ReportedResponse, reportedResponse } from '../reported-response.ts';
import {
  createReporter,
  labelOf,
  type ReportedRequest,
  type Reporter,
  reportedAuth,
  type Shown,
} from '../reporters.ts';
import { chooseRequest, isNamed } from '../request-choice.ts';

/** `run PATH…`: sends every request, in order. Exit status 1 where one failed, 2 where a file has an error. */
export async function runCommand(
  call: Call,
  output: Output,
  complaints: Output,
  current: string,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  allowOptions(call, [
    ...(['name', 'bail', 'fail', 'timeout', 'insecure', 'interactive'] as const),
    ...(['yes', 'parallel', 'show-secrets', 'reporter', 'cookie-jar'] as const),
    ...(['line', 'verbose', 'show', 'with-response', 'output', 'trace', 'delay', 'quiet'] as const),
    ...tlsOptions,
    ...permissionOptions,
  ]);
  const paths = call.words.slice(1);
  if (paths.length === 0) throw new UsageError('usage: countersign run PATH…');
  const targets = await chosenTargets(paths, call, current, engine);
  if (!understood(targets, current, complaints)) return 2;
  if (!(await environmentsKnown(targets, current, engine, complaints))) return 2;
  const reporters = await createReporters(call, output);
  const started = performance.now();
  const run = new SequenceRun(call, current, engine, signal, reporters, complaints);
  const { requests, failed } = await run.all(targets);
  const summary = { requests, failed, durationMs: Math.round(performance.now() - started) };
  for (const { reporter, close } of reporters) {
    reporter.end(summary);
    await close();
  }
  return failed > 0 ? 1 : 0;
}

async function chosenTargets(
  paths: readonly string[],
  { name, line }: Call,
  current: string,
  { workspace }: CliEngine,
): Promise<readonly RequestTarget[]> {
  const [only, another] = paths;
  if (line !== undefined) {
    if (only === undefined || another !== undefined) throw new UsageError('--line is of one file');
    return [chooseRequest(only, { name, line }, current, workspace)];
  }
  const targets: RequestTarget[] = [];
  for (const file of await requestFiles(paths, current)) {
    const tree = workspace.tree(file);
    if (!tree) throw new UsageError(`${relative(current, file)} is gone`);
    for (const [block, placed] of tree.blocks.entries()) {
      if (placed.block.request && (name === undefined || isNamed(placed, name))) targets.push({ file, tree, block });
      // A run may be of very many requests: what was read of one is let go until its turn.
      placed.block.release();
    }
  }
  if (targets.length === 0) {
    throw new UsageError(name === undefined ? 'there is no request in these files' : `there is no request “${name}”`);
  }
  return targets;
}

/** Whether nothing in the chosen requests, or in what their files state for all, is an error as it is written. */
function understood(targets: readonly RequestTarget[], current: string, complaints: Output): boolean {
  let errors = 0;
  const said = new Set<string>();
  const ignored = new Map<string, { readonly first: string; count: number }>();
  const complain = (file: string, tree: SyntaxTree, placed: PlacedBlock): void => {
    const found = writtenDiagnostics(placed.block);
    if (found.length === 0) return;
    for (const { severity, code, message, line, column } of placeDiagnostics(tree, placed, found)) {
      const place = `${relative(current, file)}:${line}:${column}`;
      if (severity === 'error') {
        errors++;
        // The parser and the scheme may both see the same thing.
        if (!said.has(place)) complaints.line(`${place}: ${message}`);
        said.add(place);
      } else if (code === 'foreign-feature') {
        const same = ignored.get(`${file} ${message}`);
        if (same) same.count++;
        else ignored.set(`${file} ${message}`, { first: `${place}: warning: ${message}`, count: 1 });
      }
    }
  };
  const seen = new Set<string>();
  for (const { file, tree, block } of targets) {
    const placed = tree.blocks[block];
    if (placed) complain(file, tree, placed);
    placed?.block.release();
    if (seen.has(file)) continue;
    seen.add(file);
    for (const other of tree.blocks) {
      if (!other.block.request) complain(file, tree, other);
      other.block.release();
    }
  }
  for (const { first, count } of ignored.values()) {
    complaints.line(count === 1 ? first : `${first} (${count} times in this file)`);
  }
  return errors === 0;
}

/** Whether the environment that the call names, and its files, can be read for every folder. */
async function environmentsKnown(
  targets: readonly RequestTarget[],
  current: string,
  { environment, redact }: CliEngine,
  complaints: Output,
): Promise<boolean> {
  const files = new Map(targets.map(({ file }) => [dirname(file), file]));
  for (const file of files.values()) {
    try {
      await environment.layers(file);
    } catch (error) {
      const { message, place, hint } = asCountersignError(error);
      complaints.line(
        `${place ? `${relative(current, place.file)}:${place.line}: ` : 'countersign: '}${redact(message)}`,
      );
      if (hint) complaints.line(redact(hint));
      return false;
    }
  }
  return true;
}

interface OpenReporter {
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
  readonly #complaints: Output;
  readonly #warned = new Set<string>();
  #started = 0;
  #requests = 0;
  #failed = 0;

  constructor(
    call: Call,
    current: string,
    engine: CliEngine,
    signal: AbortSignal,
    reporters: readonly OpenReporter[],
    complaints: Output,
  ) {
    this.#complaints = complaints;
    this.#call = call;
    this.#current = current;
    this.#engine = engine;
    this.#signal = signal;
    this.#reporters = reporters;
    this.#bodies = call.output === undefined ? undefined : new BodyFolder(resolve(current, call.output));
  }

  async all(targets: readonly RequestTarget[]): Promise<{ readonly requests: number; readonly failed: number }> {
    const { name, parallel, bail } = this.#call;
    await sendMany(targets, {
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
    return { requests: this.#requests, failed: this.#failed };
  }

  async #one(target: RequestTarget): Promise<Sent> {
    const started = performance.now();
    let result: RunResult | undefined;
    let failure: CountersignError | undefined;
    let kept = false;
    try {
      result = await runRequest(target, this.#engine.ports, { signal: this.#signal });
      failure = result.error;
      kept = this.#engine.remember(target, result);
    } catch (error) {
      failure = asCountersignError(error);
    }
    if (this.#signal.aborted) return undefined;
    const decision = result?.decision ?? (await this.#decision(target));
    this.#warn(target, result);
    const { shown, response } = await this.#shown(result);
    const report = {
      ...this.#report(target, result, decision, failure, performance.now() - started),
      ...(response ? { response } : {}),
    };
    this.#requests++;
    if (!report.ok) this.#failed++;
    if (result?.response) await this.#bodies?.write(labelOf(report), result.response);
    for (const { reporter, printed } of this.#reporters) {
      if (!(printed && this.#call.quiet && report.ok)) reporter.request(report, shown);
    }
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
      this.#complaints.line(`${at}: warning: ${name} carries no credential: the value of its variable is empty.`);
    }
  }

  /** What the call wants to see of a result. */
  async #shown(result: RunResult | undefined): Promise<{ shown?: Shown; response?: ReportedResponse }> {
    const { verbose, show, withResponse, showSecrets } = this.#call;
    if (!result || !(verbose || show || withResponse)) return {};
    const redact = showSecrets ? undefined : redactCarried(result.attempts, this.#engine.redact);
    const response = result.response && (await reportedResponse(result.response, redact));
    const { attemptLog } = verbose
      ? await import('../../features/presentation/attempt-log.ts')
      : { attemptLog: undefined };
    const log = attemptLog && result.attempts.map(attempt => attemptLog(attempt, showSecrets)).join('\n');
    return {
      shown: {
        ...(log === undefined ? {} : { log: redact?.(log) ?? log }),
        ...(response && (show === 'headers' || show === 'all') ? { headers: response } : {}),
        ...(response && (verbose || show === 'body' || show === 'all') ? { body: response } : {}),
      },
      ...(withResponse && response ? { response } : {}),
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
      ok:
        error === undefined &&
        !refused &&
        !isAuthFailure(status, result) &&
        (result?.tests ?? []).every(({ passed }) => passed),
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

/** An authorization that was stated and refused is a failure of the request, with or without `--fail`. */
function isAuthFailure(status: number | null, result: RunResult | undefined): boolean {
  // A request that says which status it wants means it.
  if (result?.tests?.some(({ name }) => /^status\b/.test(name))) return false;
  return (status === 401 || status === 407) && result?.decision.statement !== undefined;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
