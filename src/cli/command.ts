import type { Call } from './arguments.ts';
import type { OptionKey } from './options.ts';
import type { Output } from './output.ts';

/** An option that a command takes, where it means something of its own there. */
export type TakenOption = OptionKey | { readonly option: OptionKey; readonly value?: string; readonly help: string };

/** What a command is run with. */
export interface CommandContext {
  readonly call: Call;
  /** Standard output: results. */
  readonly output: Output;
  /** Everything else. */
  readonly stderr: Output;
  /** The current folder. */
  readonly current: string;
  /** Every command, by name: what completes them reads it. */
  readonly commands: Readonly<Record<string, Command>>;
}

/** The second word of a command, as in `token list`. */
export interface Verb {
  /** One line of the help; absent where its usage says all. */
  readonly help?: string;
  readonly options?: readonly TakenOption[];
  /** It has a part of the help of its own, in place of a line: its text. */
  readonly about?: string;
}

/** One command of the command line; dispatch, the options that it takes, help and completion follow from it. */
export interface Command {
  /** Lines of the general help: how it is called, and what it does. */
  readonly summary: readonly (readonly [call: string, does: string])[];
  /** Lines above the help of the command, without “countersign”. */
  readonly usage: readonly string[];
  readonly about: string;
  readonly options: readonly TakenOption[];
  /** Options that are told by name only, because another command explains them. */
  readonly asRun?: readonly OptionKey[];
  readonly verbs?: Readonly<Record<string, Verb>>;
  /** Exit status. */
  readonly run: (context: CommandContext) => number | Promise<number>;
}

const keyOf = (taken: TakenOption): OptionKey => (typeof taken === 'string' ? taken : taken.option);

/** Every option of a command and its verbs; with `word`, those that it takes with that second word. */
export function optionsOf({ options, asRun = [], verbs = {} }: Command, word?: string): readonly OptionKey[] {
  const verb = word !== undefined && Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  // A verb with a part of the help of its own is another command in all but its name.
  const apart = verb?.about !== undefined;
  const chosen = verb ? [verb] : Object.values(verbs).filter(one => word === undefined || one.about === undefined);
  const own = apart ? [] : [...options, ...asRun];
  return [...new Set([...own, ...chosen.flatMap(({ options: taken = [] }) => taken)].map(keyOf))];
}
