import { beginHttpyac, defineHttpyac } from './faces/httpyac.ts';
import { beginJetbrains, defineJetbrains, Exit, runTests } from './faces/jetbrains.ts';
import { beginPostman, definePostman, Skip, takeScriptError } from './faces/postman.ts';
import { defineGlobals } from './globals.ts';
import type { Loose } from './host.ts';
import { intact } from './intact.ts';
import { keepGlobals, restoreGlobals } from './kept-globals.ts';
import { cancelAll, step } from './loop.ts';
import type { Input } from './response.ts';
import { beginResults, setFile } from './results.ts';

/** What the thread of the sandbox calls: it begins a script, and then asks again and again whether that has ended. */

const { stringify, parse } = JSON;
let defined = false;

function defineOnce(face: string): void {
  if (defined) return;
  defined = true;
  defineGlobals();
  if (face === 'postman') definePostman();
  else if (face === 'httpyac') defineHttpyac();
  else defineJetbrains();
  keepGlobals();
}

/** @returns gives the outcome as JSON, or the milliseconds until there is something to do */
export function run(script: (scope: Loose) => Promise<void>, text: string): () => string | number {
  const input = parse(text) as Input;
  const { face, name } = input.script;
  defineOnce(face);
  // Scripts of Postman find what those before them left, as in Postman.
  if (face !== 'postman') restoreGlobals();
  setFile(name);
  cancelAll();
  const results = beginResults();
  const before = stringify(input.request);
  let ended = false;
  let error: unknown;
  let waitsForTimers = false;
  let stalls = 0;
  let stalled = false;
  let afterTimers: (() => void) | undefined;
  const begin = async (): Promise<void> => {
    if (face === 'postman') {
      const scope = beginPostman(input);
      waitsForTimers = true;
      try {
        await script(undefined);
      } finally {
        afterTimers = () => {
          const late = takeScriptError();
          if (late && error === undefined) error = late.error;
          scope.finish();
        };
      }
    } else if (face === 'httpyac') {
      const scope = beginHttpyac(input);
      await script(scope.scope);
      await scope.finish();
    } else {
      beginJetbrains(input);
      try {
        await script(undefined);
      } catch (thrown) {
        if (!(thrown instanceof Exit)) {
          await runTests();
          throw thrown;
        }
      }
      await runTests();
    }
  };
  begin()
    .catch(thrown => {
      if (!(thrown instanceof Skip)) error = thrown === undefined ? new Error('The script threw nothing.') : thrown;
    })
    .finally(() => {
      ended = true;
    });
  return () => {
    if (!ended || results.open > 0 || waitsForTimers) {
      let wait: number | undefined;
      try {
        wait = step();
      } catch (thrown) {
        error ??= thrown;
        wait = 0;
      }
      if (wait !== undefined) return wait;
      if (!ended) {
        if (stalls++ < 3) return 0;
        stalled = true;
      }
    }
    afterTimers?.();
    afterTimers = undefined;
    const after = stringify(input.request);
    return stringify({
      tests: results.tests,
      ...(results.skip ? { skip: true } : {}),
      ...(results.next ? { next: results.next } : {}),
      ...(after === before ? {} : { request: input.request }),
      ...(stalled ? { stalled } : error === undefined ? {} : { error: plainError(error) }),
      ...(intact() ? {} : { spoiled: true }),
    });
  };
}

/** Null stays null: QuickJS throws it where there is no memory for an error. */
function plainError(error: Loose): unknown {
  if (error === null) return null;
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  return {
    name: String(error.name ?? 'Error'),
    message: String(error.message ?? ''),
    stack: String(error.stack ?? ''),
  };
}
