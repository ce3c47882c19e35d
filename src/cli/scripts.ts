import { RunValues } from '../core/run-values.ts';
import { ScriptThread } from '../node/script-thread.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { ScriptPorts } from '../sending/runner-ports.ts';
import type { Call } from './arguments.ts';
import { say } from './standard-error.ts';

export interface CliScripts extends ScriptPorts {
  values(): RunValues;
  begin(index: number, count: number, row: Readonly<Record<string, unknown>> | undefined): void;
}

/** The scripts of a call: what one sets holds until its end, in all files. What they print goes to standard error. */
export function createScripts(call: Call, redact: (text: string) => string): CliScripts {
  const values = new RunValues();
  let iteration = { index: 0, count: 1 };
  return {
    get iteration() {
      return iteration;
    },
    begin(index, count, row) {
      iteration = { index, count };
      values.clear('data');
      for (const [name, value] of Object.entries(row ?? {})) {
        values.set('data', name, value, typeof value === 'string' ? value : JSON.stringify(value));
      }
    },
    engine: new ScriptThread(),
    values: () => values,
    log(_, text, { tree, block }) {
      if (call.quiet) return;
      const placed = tree.blocks[block];
      const title = placed ? requestTitle(placed) : '';
      for (const line of text.split('\n')) say(redact(`${title}: ${line}`));
    },
  };
}
