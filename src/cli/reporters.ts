import { relative } from 'node:path';
import type { RefusalCause, TestResult } from '../core/exchange.ts';
import type { AuthDecision } from '../sending/auth-in-force.ts';
import type { Output } from './output.ts';
import type { ReportedResponse } from './reported-response.ts';
import { UsageError } from './usage-error.ts';

/** What came of one request of a run. */
export interface ReportedRequest {
  /** Relative to the current folder. */
  readonly file: string;
  readonly name: string | null;
  readonly title: string | null;
  readonly line: number;
  readonly method: string;
  /** Secrets masked unless they were asked for. */
  readonly url: string;
  readonly ok: boolean;
  /** From 1, where the requests are sent several times. */
  readonly iteration?: number;
  /** How often it was sent again after it had failed. */
  readonly retries?: number;
  /** A script asked that it not be sent. */
  readonly skipped?: true;
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytes: number;
  readonly attempts: readonly { readonly status: number | null; readonly durationMs: number }[];
  readonly auth: { readonly scheme: string; readonly from: ReportedSource | null };
  readonly error: null | {
    readonly code: string;
    readonly message: string;
    readonly line: number | null;
    /** Where the cause is in another file than the request. */
    readonly file?: string;
    readonly hint?: string;
  };
  /** What to know about a response that refuses the credential. */
  readonly explanation?: string;
  /** Why the server may have refused, the most certain first. */
  readonly causes?: readonly RefusalCause[];
  /** What the request says of its response. */
  readonly tests?: readonly TestResult[];
  /** With `--with-response`. */
  readonly response?: ReportedResponse;
}

/** What is printed of a request beside its result. */
export interface Shown {
  /** Every attempt as it was sent, and what came back. */
  readonly log?: string;
  readonly headers?: ReportedResponse;
  readonly body?: ReportedResponse;
}

export interface ReportedSource {
  readonly level: string;
  readonly file: string;
  readonly line: number;
}

export interface Summary {
  readonly requests: number;
  readonly failed: number;
  readonly durationMs: number;
}

/** What went over the wire, secrets masked. */
export interface ReportedExchange {
  readonly log: string;
  readonly response?: ReportedResponse;
}

/** Receives each request as it ends, then the summary. */
export interface Reporter {
  /** It shows what went over the wire, whatever the call asks for. */
  readonly exchanges?: boolean;
  request(request: ReportedRequest, shown?: Shown, exchange?: ReportedExchange): void;
  end(summary: Summary): void;
}

export function reportedAuth(decision: AuthDecision, current: string): ReportedRequest['auth'] {
  const { statement, from } = decision;
  return {
    scheme: statement?.scheme ?? 'none',
    from: from ? { level: from.level, file: relative(current, from.file), line: from.line } : null,
  };
}

interface ReporterEntry {
  /** What the help says of it; absent where its name says all. */
  readonly summary?: string;
  readonly create: (output: Output) => Reporter | Promise<Reporter>;
}

/** Every reporter there is, by the name that `--reporter` takes. */
const reporters: Readonly<Record<string, ReporterEntry>> = {
  text: { create: textReporter },
  json: { create: jsonReporter },
  junit: { create: junitReporter },
  tap: { create: async output => (await import('./reporters/tap.ts')).tapReporter(output) },
  html: {
    summary: 'one file for a browser',
    create: async output => (await import('./reporters/html.ts')).htmlReporter(output),
  },
  markdown: {
    summary: 'a summary for a job',
    create: async output => (await import('./reporters/markdown.ts')).markdownReporter(output),
  },
  github: {
    summary: 'annotations',
    create: async output => (await import('./reporters/github.ts')).githubReporter(output),
  },
};

/** The names of all reporters, each with what the help says of it in brackets. */
export const reporterChoices: readonly string[] = Object.entries(reporters).map(([name, { summary }]) =>
  summary === undefined ? name : `${name} (${summary})`,
);

export async function createReporter(name: string, output: Output): Promise<Reporter> {
  const reporter = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
  if (!reporter) throw new UsageError(`there is no reporter “${name}”; there are ${Object.keys(reporters).join(', ')}`);
  return reporter.create(output);
}

/** What a request is called for a person. */
export const labelOf = ({ name, title, method, url }: ReportedRequest): string => name ?? title ?? `${method} ${url}`;

/** Why a request failed, in one sentence. */
export function failureText({ error, explanation, status, tests = [] }: ReportedRequest): string {
  if (error) return error.message;
  const failed = tests.filter(({ passed }) => !passed);
  const [first] = failed;
  if (!first) return explanation ?? `status ${status}`;
  const others = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`;
  return `${first.name}: ${first.message ?? 'failed'}${others}`;
}

/** A line for each test that failed. */
export const failedTests = (tests: readonly TestResult[]): string[] =>
  tests.flatMap(({ name, passed, message, line }) =>
    passed ? [] : [`✗ ${name}: ${message ?? 'failed'} (line ${line})`],
  );

function retried({ retries, ok }: ReportedRequest, output: Output): string {
  if (retries === undefined) return '';
  const times = retries === 1 ? 'once' : `${retries} times`;
  return ` ${output.yellow(ok ? `passed after it was sent again ${times}` : `sent again ${times}`)}`;
}

function testCount({ tests = [] }: ReportedRequest, output: Output): string {
  if (tests.length === 0) return '';
  const passed = tests.filter(test => test.passed).length;
  const text = `${passed}/${tests.length} tests`;
  return ` ${passed === tests.length ? output.dim(text) : output.red(text)}`;
}

function printShown({ log, headers, body }: Shown, output: Output): void {
  const indented = (text: string): void => output.line(text.replace(/^/gm, '      '));
  if (log !== undefined) indented(output.dim(log));
  if (headers) {
    for (const { name, value } of headers.headers) indented(`${output.bold(name)}: ${value}`);
  }
  if (!body?.body) return;
  if (headers) output.line('');
  indented('text' in body.body ? body.body.text.trimEnd() : '(binary: --output DIR writes it)');
  if (body.truncated) indented(output.dim('… (--output DIR writes the whole)'));
}

/** A line for each cause, its evidence and what to do. */
export function causeLines(causes: readonly RefusalCause[]): string[] {
  return causes.flatMap(({ text, evidence, fix }) => [
    `- ${text} (${evidence})`,
    ...(fix === undefined ? [] : [`  ${fix}`]),
  ]);
}

function jsonReporter(output: Output): Reporter {
  return { request: request => output.json(request), end: summary => output.json({ summary }) };
}

function textReporter(output: Output): Reporter {
  let file: string | undefined;
  let iteration: number | undefined;
  return {
    request(request, shown) {
      if (request.iteration !== iteration) {
        iteration = request.iteration;
        output.line(`${file === undefined ? '' : '\n'}${output.bold(`Iteration ${iteration}`)}`);
        file = undefined;
      }
      if (request.file !== file) {
        output.line(`${file === undefined ? '' : '\n'}${output.bold(request.file)}`);
        file = request.file;
      }
      const { ok, status, auth, durationMs, error, explanation } = request;
      const mark = request.skipped && ok ? output.dim('-') : ok ? output.green('✓') : output.red('✗');
      const label = labelOf(request);
      const source = auth.from && auth.from.level !== 'request' ? ` from ${auth.from.file}:${auth.from.line}` : '';
      const shownStatus = status === null ? '---' : status < 400 ? String(status) : output.red(String(status));
      output.line(
        `  ${mark} ${shownStatus} ${label.padEnd(36)} ${output.dim(`${auth.scheme}${source}`)} ${output.dim(`${Math.round(durationMs)} ms`)}${testCount(request, output)}${retried(request, output)}`,
      );
      if (request.skipped) output.line(`      ${output.dim('A script skipped it.')}`);
      if (error) {
        output.line(
          `      ${output.red(error.message)} ${output.dim(`${error.file ?? request.file}:${error.line ?? request.line}  ${error.code}`)}`,
        );
        if (error.hint) output.line(`      ${output.dim(error.hint)}`);
      } else if (explanation) output.line(`      ${output.yellow(explanation)}`);
      for (const line of causeLines(request.causes ?? [])) output.line(`      ${line}`);
      for (const line of failedTests(request.tests ?? [])) output.line(`      ${output.red(line)}`);
      if (shown) printShown(shown, output);
    },
    end({ requests, failed, durationMs }) {
      const time = (durationMs / 1000).toFixed(2);
      const failures = failed === 0 ? output.green('0 failed') : output.red(`${failed} failed`);
      output.line(`\n${requests} ${requests === 1 ? 'request' : 'requests'}, ${failures}, ${time} s`);
    },
  };
}

/** JUnit XML as CI systems read it: one suite per file. Requests are kept until the end. */
function junitReporter(output: Output): Reporter {
  const suites = new Map<string, ReportedRequest[]>();
  return {
    request(request) {
      const suite = suites.get(request.file) ?? [];
      suite.push(request);
      suites.set(request.file, suite);
    },
    end({ requests, failed, durationMs }) {
      output.line('<?xml version="1.0" encoding="UTF-8"?>');
      output.line(`<testsuites tests="${requests}" failures="${failed}" time="${seconds(durationMs)}">`);
      for (const [file, cases] of suites) {
        const failures = cases.filter(request => !request.ok).length;
        const time = seconds(cases.reduce((sum, request) => sum + request.durationMs, 0));
        output.line(`  <testsuite name="${xml(file)}" tests="${cases.length}" failures="${failures}" time="${time}">`);
        for (const request of cases) {
          const name = `${labelOf(request)}${request.iteration === undefined ? '' : ` (iteration ${request.iteration})`}`;
          const start = `    <testcase name="${xml(name)}" classname="${xml(file)}" time="${seconds(request.durationMs)}"`;
          if (request.ok) output.line(request.skipped ? `${start}><skipped/></testcase>` : `${start}/>`);
          else {
            const message = failureText(request);
            const causes = [...failedTests(request.tests ?? []), ...causeLines(request.causes ?? [])].join('\n');
            const failure = `<failure message="${xml(message)}"${causes === '' ? '/>' : `>${xml(causes)}</failure>`}`;
            output.line(`${start}>${failure}</testcase>`);
          }
        }
        output.line('  </testsuite>');
      }
      output.line('</testsuites>');
    },
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replace(/[&<>"]/g, character => entities[character] ?? character)
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '�');
}
