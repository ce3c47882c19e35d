import type { Output } from '../output.ts';
import type { Reporter } from '../report.ts';

/** One object for each request, then the summary: each in a line of its own. */
export function jsonReporter(output: Output): Reporter {
  return { request: request => output.json(request), end: summary => output.json({ summary }) };
}
