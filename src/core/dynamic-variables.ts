import { dateText, offsetTime } from './date-text.ts';
import { dice } from './dice.ts';
import type { DynamicVariable } from './dynamic-variable.ts';
import { CountersignError } from './errors.ts';
import { sampleVariables } from './sample-variables.ts';

const ALPHABETIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HEXADECIMAL = '0123456789ABCDEF';
const LONGEST = 1_000_000;

/** The dynamic variables that REST Client, JetBrains, httpYac, Visual Studio and Postman know. */
export const dynamicVariables: readonly DynamicVariable[] = [
  {
    name: '$guid',
    aliases: ['$uuid', '$random.uuid', '$randomUUID'],
    help: 'A random UUID (version 4).',
    generate: (_, { random }) => dice(random).uuid(),
  },
  {
    name: '$timestamp',
    parameters: '[offset unit]',
    help: 'Seconds since 1970, now or at an offset such as `-1 d`.',
    generate: (argument, { clock }) => String(Math.floor(offsetTime(clock.now(), argument) / 1000)),
  },
  {
    name: '$isoTimestamp',
    help: 'The present time in UTC as ISO 8601.',
    generate: (_, { clock }) => new Date(clock.now()).toISOString(),
  },
  {
    name: '$datetime',
    parameters: '[rfc1123|iso8601|"format"] [offset unit]',
    help: 'The present time in UTC, in a format, moved by an offset such as `1 h`.',
    generate: (argument, { clock }) => dateText(clock.now(), argument, false),
  },
  {
    name: '$localDatetime',
    parameters: '[rfc1123|iso8601|"format"] [offset unit]',
    help: 'The present time in the local time zone, in a format, moved by an offset.',
    generate: (argument, { clock }) => dateText(clock.now(), argument, true),
  },
  {
    name: '$randomInt',
    parameters: '[min max]',
    help: 'A random whole number from min up to, but not including, max; 0 to 1000 without them.',
    generate: (argument, { random }) => {
      const [min, max] = range('$randomInt', argument, 1001, true);
      return String(dice(random).integer(min, max));
    },
  },
  {
    name: '$random.integer',
    parameters: '(from, to)',
    help: 'A random whole number from `from` up to, but not including, `to`; 0 to 1000 without them.',
    generate: (argument, { random }) => {
      const [from, to] = range('$random.integer', argument, 1001, true);
      return String(dice(random).integer(from, to));
    },
  },
  {
    name: '$random.float',
    parameters: '(from, to)',
    help: 'A random number from `from` up to, but not including, `to`; 0 to 1000 without them.',
    generate: (argument, { random }) => {
      const [from, to] = range('$random.float', argument, 1000, false);
      return String(from + dice(random).fraction() * (to - from));
    },
  },
  text('$random.alphabetic', 'letters', ALPHABETIC),
  text('$random.alphanumeric', 'letters, digits and `_`', `${ALPHABETIC}0123456789_`),
  text('$random.hexadecimal', 'hexadecimal digits', HEXADECIMAL),
  {
    name: '$random.email',
    help: 'A random e-mail address at example.com.',
    generate: (_, { random }) => `${dice(random).text(10, ALPHABETIC.slice(26))}@example.com`,
  },
  {
    name: '$processEnv',
    parameters: '[%]NAME',
    indirect: true,
    ofEnvironment: true,
    help: 'The environment variable NAME of the process; with `%`, the one whose name a variable holds.',
    generate: (name, { env }) => {
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (value !== undefined) return value;
      throw new CountersignError('unresolved-variable', `The environment variable “${name}” is not set.`);
    },
  },
  {
    name: '$dotenv',
    aliases: ['$dotEnv'],
    parameters: '[%]NAME',
    indirect: true,
    help: 'The value of NAME in the nearest `.env` file; with `%`, of the name that a variable holds.',
    generate: (name, { dotenv }) => {
      const value = dotenv?.get(name);
      if (value !== undefined) return value;
      const message = dotenv
        ? `The .env file has no “${name}”.`
        : 'There is no .env file in this folder or those above it.';
      throw new CountersignError('unresolved-variable', message, {
        hint: `Add “${name}=…” to an .env file in the folder of the request or above it.`,
      });
    },
  },
  {
    name: '$projectRoot',
    help: 'The folder of the collection or workspace.',
    generate: (_, { projectRoot }) => {
      if (projectRoot !== undefined) return projectRoot;
      throw new CountersignError('unresolved-variable', 'This document belongs to no folder.');
    },
  },
  ...sampleVariables,
];

const byName = new Map<string, DynamicVariable>();
for (const variable of dynamicVariables) {
  for (const name of [variable.name, ...(variable.aliases ?? [])]) {
    byName.set(name, variable);
    // Visual Studio writes `$timeStamp` and takes any case.
    if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), variable);
  }
}

/** The variable of that name or alias (with `$`); case counts only where nothing else matches. */
export function dynamicVariable(name: string): DynamicVariable | undefined {
  return byName.get(name) ?? byName.get(name.toLowerCase());
}

function text(name: string, what: string, letters: string): DynamicVariable {
  return {
    name,
    parameters: '(length)',
    help: `That many random ${what}.`,
    generate: (argument, { random }) => {
      const length = numbers(argument, true)?.[0] ?? (argument === '' ? 10 : 0);
      if (length < 1 || length > LONGEST) throw invalid(name, '(length)', `from 1 to ${LONGEST}`);
      return dice(random).text(length, letters);
    },
  };
}

/** `min max`, `(from, to)`, `(to)` or nothing, as half-open bounds in order. */
function range(name: string, argument: string, otherwise: number, whole: boolean): readonly [number, number] {
  if (argument === '' || argument === '()') return [0, otherwise];
  const [first, second] = numbers(argument, whole) ?? [];
  if (first === undefined) throw invalid(name, argument.startsWith('(') ? '(from, to)' : 'min max', 'numbers');
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (from === to) throw invalid(name, argument, 'a smaller number before a larger one');
  return from < to ? [from, to] : [to, from];
}

function numbers(argument: string, whole: boolean): number[] | undefined {
  const inside = /^\(([^()]*)\)$/.exec(argument)?.[1] ?? argument;
  const parts = inside.trim().split(/\s*,\s*|\s+/);
  const pattern = whole ? /^[+-]?\d+$/ : /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
  const valid = parts.length <= 2 && parts.every(part => pattern.test(part) && Math.abs(Number(part)) <= 2 ** 52);
  return valid ? parts.map(Number) : undefined;
}

function invalid(name: string, usage: string, expected: string): CountersignError {
  return new CountersignError('invalid-value', `“${name} ${usage}” needs ${expected}.`);
}
