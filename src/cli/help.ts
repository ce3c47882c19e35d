import type { Command, TakenOption } from './command.ts';
import { commonOptions, type Option, options, optionText } from './options.ts';

const width = 100;
/** Columns before what an option or a command does. */
const indent = { option: 26, command: 48 };

/** What `--help` prints for a command, or without one. */
export function helpText(commands: Readonly<Record<string, Command>>, name: string | undefined): string {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return `${command ? commandHelp(command) : generalHelp(commands)}\n`;
}

function generalHelp(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.values(commands).flatMap(({ summary }) =>
    summary.map(([call, does]) => columns(`countersign ${call}`, does, indent.command)),
  );
  return [
    'countersign: sends HTTP requests that need authorization',
    `Usage\n${lines.join('\n')}`,
    common(),
    '“countersign COMMAND --help” tells more.',
    wrapped(
      'Exit status: 0 all went well; 1 a request failed; 2 the call or a file could not be understood; 130 interrupted.',
    ),
  ].join('\n\n');
}

function commandHelp({ usage, about, options: own, asRun, verbs = {} }: Command): string {
  const told = Object.entries(verbs).filter(([, { help }]) => help !== undefined);
  const apart = Object.values(verbs).filter(verb => verb.about !== undefined);
  const ofVerbs = Object.values(verbs).flatMap(verb => (verb.about === undefined ? (verb.options ?? []) : []));
  const lines = [...uniqueOptions([...own, ...ofVerbs]).map(optionLine), ...(asRun ? [asRunLine(asRun)] : [])];
  return [
    `${usage.map(call => `countersign ${call}`).join('\n')}\n${wrapped(about)}`,
    told.map(([verb, { help = '' }]) => columns(verb, help, 12)).join('\n'),
    lines.join('\n'),
    ...apart.map(verb => `${wrapped(verb.about ?? '')}\n\n${(verb.options ?? []).map(optionLine).join('\n')}`),
    common(),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

/** Each option once, as it is told first. */
function uniqueOptions(taken: readonly TakenOption[]): TakenOption[] {
  const keyOf = (one: TakenOption): string => (typeof one === 'string' ? one : one.option);
  return taken.filter((one, at) => taken.findIndex(other => keyOf(other) === keyOf(one)) === at);
}

function common(): string {
  return `Options that hold everywhere\n${commonOptions.map(optionLine).join('\n')}`;
}

function optionLine(taken: TakenOption): string {
  const own = typeof taken === 'string' ? undefined : taken;
  const option: Option = options[typeof taken === 'string' ? taken : taken.option];
  const value = own?.value ?? option.value;
  const call = `${option.short ? `-${option.short}, ` : ''}${optionText(option)}${value === undefined ? '' : ` ${value}`}`;
  return columns(call, `${own?.help ?? option.help}${option.repeatable ? ' (repeatable)' : ''}`, indent.option);
}

function asRunLine(keys: NonNullable<Command['asRun']>): string {
  const names = keys.map(key => optionText(options[key])).join(', ');
  return `${wrapped(names, '  ')}\n${' '.repeat(indent.option)}as with “run”`;
}

/** What is typed, then what it does beginning at column `at`, or on the next line where that has begun already. */
function columns(call: string, does: string, at: number): string {
  const left = `  ${call}`;
  const right = wrapped(does, ' '.repeat(at));
  return left.length + 1 <= at ? left.padEnd(at) + right.slice(at) : `${left}\n${right}`;
}

/** Lines no longer than the width, each after `margin`. */
function wrapped(text: string, margin = ''): string {
  const lines: string[] = [];
  let line = margin;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = margin;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
