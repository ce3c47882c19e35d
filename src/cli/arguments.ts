import { parseArgs } from 'node:util';
import { commonOptions, type Option, type OptionKey, options, optionText } from './options.ts';
import { UsageError } from './usage-error.ts';

type OptionValues = { readonly [K in OptionKey]: ReturnType<(typeof options)[K]['read']> };

/** A call taken apart: what the options say, by the names of `options`. */
export interface Call extends OptionValues {
  /** What isn't an option: command and operands. */
  readonly positionals: readonly string[];
  /** The options that were given. */
  readonly given: ReadonlySet<OptionKey>;
}

const entries = Object.entries(options) as readonly (readonly [OptionKey, Option])[];

const configuration = Object.fromEntries(
  entries.map(([, { name, short, value, repeatable }]) => [
    name,
    {
      type: value === undefined ? ('boolean' as const) : ('string' as const),
      ...(short === undefined ? {} : { short }),
      ...(repeatable ? { multiple: true } : {}),
    },
  ]),
);

/** Takes a call apart. @throws UsageError */
export function parseCall(args: readonly string[]): Call {
  const { values, positionals } = parse(args);
  const read = Object.fromEntries(entries.map(([key, option]) => [key, option.read(values[option.name])]));
  const given = new Set(entries.filter(([, { name }]) => values[name] !== undefined).map(([key]) => key));
  return { ...(read as OptionValues), positionals, given };
}

function parse(args: readonly string[]): {
  readonly values: Readonly<Record<string, boolean | string | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
} {
  try {
    const parsed = parseArgs({
      args: [...args],
      options: configuration,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
    // A list of switches can't be: what may be repeated has values.
    return parsed as ReturnType<typeof parse>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replace(/^(.*?)\. To specify.*$/s, '$1'));
  }
}

/** @throws UsageError where the call has an option that the command does not take */
export function allowOptions(call: Call, command: string, allowed: readonly OptionKey[]): void {
  const taken: readonly OptionKey[] = [...commonOptions, ...allowed];
  for (const key of call.given) {
    if (!taken.includes(key)) throw new UsageError(`“${command}” does not take ${optionText(options[key])}`);
  }
}
