import type { Output } from '../output.ts';
import { failureText, labelOf, type Reporter } from '../report.ts';

/** What came of sending all once. Secrets are masked. */
export interface Turn {
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly ok: boolean;
  readonly requests: number;
  readonly failed: number;
  readonly durationMs: number;
  /** Why nothing was sent. */
  readonly error?: string;
  readonly failures: readonly Failure[];
  readonly results: readonly Measured[];
}

export interface Failure {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly status: number | null;
  readonly message: string;
}

/** A request as metrics count it. */
export interface Measured {
  readonly file: string;
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly ok: boolean;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error?: string;
}

/** Collects what a turn is made of. */
export function turnReporter(): {
  readonly reporter: Reporter;
  readonly seen: { readonly failures: Failure[]; readonly results: Measured[] };
} {
  const seen = { failures: [] as Failure[], results: [] as Measured[] };
  const reporter: Reporter = {
    request(request) {
      const { file, line, method, url, ok, status, durationMs, error } = request;
      const name = labelOf(request);
      if (!ok) seen.failures.push({ file, line, name, status, message: failureText(request) });
      seen.results.push({ file, name, method, url, ok, status, durationMs, ...(error ? { error: error.code } : {}) });
    },
    end() {},
  };
  return { reporter, seen };
}

/** The most failures that are named where all of it is one line. */
const named = 3;

export function turnLine({ at, ok, requests, durationMs, error, failures }: Turn, output: Output): string {
  const time = output.dim(at);
  if (error !== undefined) return `${time} ${output.red('✗')} ${error}`;
  const took = `${(durationMs / 1000).toFixed(2)} s`;
  if (ok) return `${time} ${output.green('✓')} ${requests} ${requests === 1 ? 'request' : 'requests'}, ${took}`;
  return `${time} ${output.red('✗')} ${failures.length} of ${requests} failed, ${took}: ${failureNames(failures)}`;
}

export function failureNames(failures: readonly Failure[]): string {
  const shown = failures.slice(0, named).map(({ name, message }) => `${name} (${message})`);
  return [...shown, ...(failures.length > named ? [`and ${failures.length - named} more`] : [])].join(', ');
}
