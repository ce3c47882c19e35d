import { relative } from 'node:path';
import type { RefusalCause } from '../core/exchange.ts';
import type { AuthDecision } from '../sending/auth-in-force.ts';
import type { Output } from './output.ts';

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

/** Receives each request as it ends, then the summary. */
export interface Reporter {
  request(request: ReportedRequest): void;
  end(summary: Summary): void;
}

export function reportedAuth(decision: AuthDecision, current: string): ReportedRequest['auth'] {
  const { statement, from } = decision;
  return {
    scheme: statement?.scheme ?? 'none',
    from: from ? { level: from.level, file: relative(current, from.file), line: from.line } : null,
  };
}

export function createReporter(name: string, output: Output): Reporter {
  switch (name) {
    case 'json':
      return jsonReporter(output);
    case 'junit':
      return junitReporter(output);
    default:
      return textReporter(output);
  }
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
  return {
    request(request) {
      if (request.file !== file) {
        output.line(`${file === undefined ? '' : '\n'}${output.bold(request.file)}`);
        file = request.file;
      }
      const { ok, status, auth, durationMs, error, explanation } = request;
      const mark = ok ? output.green('✓') : output.red('✗');
      const label = request.name ?? request.title ?? `${request.method} ${request.url}`;
      const source = auth.from && auth.from.level !== 'request' ? ` from ${auth.from.file}:${auth.from.line}` : '';
      const shownStatus = status === null ? '---' : status < 400 ? String(status) : output.red(String(status));
      output.line(
        `  ${mark} ${shownStatus} ${label.padEnd(36)} ${output.dim(`${auth.scheme}${source}`)} ${output.dim(`${Math.round(durationMs)} ms`)}`,
      );
      if (error) {
        output.line(
          `      ${output.red(error.message)} ${output.dim(`${error.file ?? request.file}:${error.line ?? request.line}  ${error.code}`)}`,
        );
        if (error.hint) output.line(`      ${output.dim(error.hint)}`);
      } else if (explanation) output.line(`      ${output.yellow(explanation)}`);
      for (const line of causeLines(request.causes ?? [])) output.line(`      ${line}`);
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
          const name = request.name ?? request.title ?? `${request.method} ${request.url}`;
          const start = `    <testcase name="${xml(name)}" classname="${xml(file)}" time="${seconds(request.durationMs)}"`;
          if (request.ok) output.line(`${start}/>`);
          else {
            const message = request.error?.message ?? request.explanation ?? `status ${request.status}`;
            const causes = causeLines(request.causes ?? []).join('\n');
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
