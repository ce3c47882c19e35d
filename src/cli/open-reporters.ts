import { createWriteStream, openSync } from 'node:fs';
import type { Call } from './arguments.ts';
import type { Reporting } from './option-values.ts';
import { createOutput, type Output } from './output.ts';
import type { Reporter } from './report.ts';
import { createReporter } from './reporters.ts';
import { UsageError } from './usage-error.ts';

export interface OpenReporter {
  readonly reporter: Reporter;
  /** It goes to standard output. */
  readonly printed: boolean;
  close(): Promise<void>;
}

/** Those that a call asks for, each with its file open. @throws UsageError where two are to be printed */
export async function createReporters(call: Call, output: Output): Promise<readonly OpenReporter[]> {
  const standard: Reporting = { name: call.json ? 'json' : 'text' };
  const printed = call.reporters.filter(({ file }) => file === undefined);
  const [first, second] = call.json && printed[0]?.name !== 'json' ? [standard, ...printed] : printed;
  if (first && second) {
    throw new UsageError(
      `only one report is printed, ${first.name} or ${second.name}; write the other to a file: --reporter ${second.name}=FILE`,
    );
  }
  const wanted = [...(printed.length > 0 ? [] : [standard]), ...call.reporters];
  return Promise.all(wanted.map(each => openReporter(each, output)));
}

async function openReporter({ name, file }: Reporting, output: Output): Promise<OpenReporter> {
  if (file === undefined) {
    return { reporter: await createReporter(name, output), printed: true, close: async () => {} };
  }
  const chunks: string[] = [];
  let write = (text: string): void => void chunks.push(text);
  const reporter = await createReporter(
    name,
    createOutput(text => write(text), false),
  );
  const stream = createWriteStream(file, { fd: openForWriting(file) });
  write = text => void stream.write(text);
  for (const chunk of chunks) write(chunk);
  const finished = new Promise<void>((resolve, reject) => stream.on('finish', resolve).on('error', reject));
  finished.catch(() => {});
  return {
    reporter,
    printed: false,
    close() {
      stream.end();
      return finished;
    },
  };
}

function openForWriting(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'its folder does not exist' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new UsageError(`the results cannot be written to ${file}: ${what}`);
  }
}
