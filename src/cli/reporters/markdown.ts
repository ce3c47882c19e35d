import type { Output } from '../output.ts';
import { causeLines, failedTests, failureText, labelOf, type ReportedRequest, type Reporter } from '../report.ts';

/** A summary for a job: what failed and why, then every request. Requests are kept until the end. */
export function markdownReporter(output: Output): Reporter {
  const all: ReportedRequest[] = [];
  return {
    request: request => void all.push(request),
    end({ requests, failed, durationMs }) {
      output.line(
        `## ${failed === 0 ? '✅' : '❌'} ${requests} requests, ${failed} failed, ${(durationMs / 1000).toFixed(2)} s\n`,
      );
      for (const request of all.filter(({ ok }) => !ok)) {
        output.line(`### ❌ ${cell(labelOf(request))}\n`);
        output.line(`\`${code(`${request.file}:${request.line}`)}\` ${cell(failureText(request))}\n`);
        for (const line of failedTests(request.tests ?? [])) output.line(`- ${cell(line)}`);
        for (const line of causeLines(request.causes ?? []))
          output.line(`${line.startsWith('-') ? '- ' : '  '}${cell(line.slice(2))}`);
        if (request.causes?.length) output.line('');
      }
      output.line('| | Request | Status | Time | File |\n|---|---|---|---|---|');
      for (const request of all) {
        const { ok, skipped, status, durationMs: time, file, line } = request;
        output.line(
          `| ${ok ? (skipped ? '⏭️' : '✅') : '❌'} | ${cell(labelOf(request))} | ${status ?? '—'} | ${Math.round(time)} ms | \`${code(`${file}:${line}`)}\` |`,
        );
      }
    },
  };
}

/** Text of a file or a server as text in a cell of a table. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>()#|!~$@&]/g, '\\$&');

const code = (text: string): string => text.replace(/[`|\r\n]/g, ' ');
