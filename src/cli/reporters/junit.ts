import type { Output } from '../output.ts';
import { causeLines, failedTests, failureText, labelOf, type ReportedRequest, type Reporter } from '../report.ts';

/** JUnit XML as CI systems read it: one suite per file. Requests are kept until the end. */
export function junitReporter(output: Output): Reporter {
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
