import { RunValues } from '../core/run-values.ts';
import { ScriptThread } from '../node/script-thread.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { ScriptPorts } from '../sending/runner-ports.ts';
import type { Call } from './arguments.ts';
import { say } from './standard-error.ts';

/** The scripts of a call: what one sets holds until its end, in all files. What they print goes to standard error. */
export function createScripts(call: Call, redact: (text: string) => string): ScriptPorts {
  const values = new RunValues();
  return {
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
