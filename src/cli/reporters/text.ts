import type { Output } from '../output.ts';
import { causeLines, failedTests, labelOf, type ReportedRequest, type Reporter, type Shown } from '../report.ts';

/** A line for each request, with what failed and why below it. */
export function textReporter(output: Output): Reporter {
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
