import type { Output } from '../output.ts';
import { causeLines, failedTests, failureText, labelOf, type Reporter } from '../report.ts';

/** Annotations at the lines of requests that failed. @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function githubReporter(output: Output): Reporter {
  return {
    request(request) {
      if (request.ok) return;
      const { file, line, error } = request;
      const at = error?.line !== null && error?.line !== undefined ? error.line : line;
      const text = [
        failureText(request),
        ...failedTests(request.tests ?? []),
        ...causeLines(request.causes ?? []),
      ].join('\n');
      output.line(
        `::error file=${property(error?.file ?? file)},line=${at},title=${property(labelOf(request))}::${data(text)}`,
      );
    },
    end({ requests, failed }) {
      output.line(`${requests} requests, ${failed} failed`);
    },
  };
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
