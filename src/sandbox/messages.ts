import type { LogLevel, ScriptCall, ScriptLimits, ScriptOutcome } from '../scripting/script.ts';

/** What the thread of the sandbox is started with. */
export interface SandboxStart {
  /** The folder that holds the faces and the libraries. */
  readonly folder: string;
  readonly limits: ScriptLimits;
  /** One cell, set to 1 when an answer is there. */
  readonly answered: SharedArrayBuffer;
}

/** To the thread. */
export type ToSandbox =
  | { readonly kind: 'run'; readonly call: ScriptCall }
  | { readonly kind: 'answer'; readonly answer: Answer };

export type Answer = { readonly value: string | undefined } | { readonly error: string };

/** From the thread. */
export type FromSandbox =
  | { readonly kind: 'ready' }
  /** A call of the script: the thread stands still until its answer is there. */
  | { readonly kind: 'call'; readonly method: string; readonly argument: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  /** `broken`: something of the script may go on, so that the thread is of no more use. */
  | { readonly kind: 'done'; readonly outcome: ScriptOutcome; readonly broken: boolean };
