import { readFile } from 'node:fs/promises';
import { parse } from 'jsonc-parser';
import { CountersignError } from '../core/errors.ts';

/**
 * The commands that `{{$exec name}}` may run: `secretCommands` in a file of this user's, as the setting
 * `countersign.secretCommands` has them; none where there is no such file.
 * @throws CountersignError `io`, `invalid-value`
 */
export async function configuredSecretCommands(path: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (/^(ENOENT|ENOTDIR)$/.test(String((cause as NodeJS.ErrnoException).code))) return {};
    throw new CountersignError('io', `${path} cannot be read.`, { cause });
  }
  const configuration: unknown = parse(text);
  if (!isObject(configuration)) {
    throw new CountersignError('invalid-value', `${path} is not understood: it holds no JSON object.`);
  }
  const { secretCommands = {} } = configuration;
  if (isObject(secretCommands)) return secretCommands;
  throw new CountersignError(
    'invalid-value',
    `${path} is not understood: “secretCommands” is an object of commands by name.`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
