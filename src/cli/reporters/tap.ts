import type { Output } from '../output.ts';
import { causeLines, failedTests, failureText, labelOf, type Reporter } from '../report.ts';

/** @see https://testanything.org/tap-version-14-specification.html */
export function tapReporter(output: Output): Reporter {
  let count = 0;
  return {
    request(request) {
      if (count === 0) output.line('TAP version 14');
      count++;
      const name = `${request.file} ${labelOf(request)}`.replace(/[#\\]/g, '\\$&');
      output.line(
        `${request.ok ? 'ok' : 'not ok'} ${count} - ${name}${request.skipped && request.ok ? ' # SKIP' : ''}`,
      );
      if (request.ok) return;
      output.line('  ---');
      output.line(`  message: ${JSON.stringify(failureText(request))}`);
      output.line(`  at: ${JSON.stringify(`${request.file}:${request.line}`)}`);
      if (request.status !== null) output.line(`  status: ${request.status}`);
      const causes = [...failedTests(request.tests ?? []), ...causeLines(request.causes ?? [])];
      if (causes.length > 0) output.line(`  causes: ${JSON.stringify(causes)}`);
      output.line('  ...');
    },
    end() {
      if (count === 0) output.line('TAP version 14');
      output.line(`1..${count}`);
    },
  };
}
