import type { Output } from './output.ts';
import type { Reporter } from './report.ts';
import { jsonReporter } from './reporters/json.ts';
import { junitReporter } from './reporters/junit.ts';
import { textReporter } from './reporters/text.ts';
import { UsageError } from './usage-error.ts';

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

export const reporterNames: readonly string[] = Object.keys(reporters);

/** The names of all reporters, each with what the help says of it in brackets. */
export const reporterChoices: readonly string[] = Object.entries(reporters).map(([name, { summary }]) =>
  summary === undefined ? name : `${name} (${summary})`,
);

export async function createReporter(name: string, output: Output): Promise<Reporter> {
  const reporter = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
  if (!reporter) throw new UsageError(`there is no reporter “${name}”; there are ${reporterNames.join(', ')}`);
  return reporter.create(output);
}
