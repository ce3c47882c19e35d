import type { AmbientCredentials } from './ambient-credentials.ts';
import { asCountersignError, CountersignError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import { commandCredential } from './permission.ts';
import type { Clock, RunCommand } from './ports.ts';
import { secretProviders } from './secret-providers.ts';

/** A command that the user, never a workspace, gave a name: its output is what `{{$exec name}}` stands for. */
export interface SecretCommand {
  /** The command line. */
  readonly line: string;
  /** A path such as `data.token` into the JSON that it prints; absent: all that it prints is the value. */
  readonly value?: string;
  /** A path to when the value ends: seconds since 1970, or a date. */
  readonly expires?: string;
  readonly firstLine?: true;
  /** Milliseconds for which a value without an end is kept. */
  readonly keep: number;
}

export interface SecretCommandsHost {
  /** The commands as the user's settings state them, by name; read again for each value. */
  stated(): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly ambient: AmbientCredentials;
  /** Where a command is stated, for an error: “the setting …”. */
  readonly where: string;
}

interface Kept {
  readonly line: string;
  readonly value: Promise<string>;
  /** Milliseconds since 1970; undefined while the command runs. */
  until: number | undefined;
}

const usualKeep = 5 * 60_000;
/** A value is fetched anew so long before its end. Milliseconds. */
const margin = 30_000;

/** Values that commands print: each is asked for once however many want it, and kept until it ends. */
export class SecretCommands {
  readonly #host: SecretCommandsHost;
  readonly #kept = new Map<string, Kept>();

  constructor(host: SecretCommandsHost) {
    this.#host = host;
  }

  /** A value that is known, without running anything. */
  known(name: string): Promise<string> | undefined {
    const kept = this.#kept.get(name);
    return kept && (kept.until === undefined || kept.until > this.#host.clock.now()) ? kept.value : undefined;
  }

  /** @throws CountersignError `missing-secret` where no command has that name; what keeps the command from running */
  async get(name: string): Promise<string> {
    const stated = await this.#host.stated();
    if (!Object.hasOwn(stated, name)) throw this.#missing(name, Object.keys(stated));
    const command = secretCommand(name, stated[name]);
    const kept = this.#kept.get(name);
    if (kept?.line === command.line) {
      const value = this.known(name);
      if (value) return await value;
    }
    const fresh: Kept = { line: command.line, until: undefined, value: this.#fetch(name, command, () => fresh) };
    this.#kept.set(name, fresh);
    // A failure is not kept: whoever wants it next asks again.
    fresh.value.catch(() => {
      if (this.#kept.get(name) === fresh) this.#kept.delete(name);
    });
    return await fresh.value;
  }

  async #fetch(name: string, command: SecretCommand, kept: () => Kept): Promise<string> {
    let printed: string;
    try {
      printed = await this.#host.run(command.line, new AbortController().signal);
    } catch (error) {
      const { message, hint } = asCountersignError(error);
      throw new CountersignError('missing-secret', `“{{$exec ${name}}}” has no value. ${message}`, {
        ...(hint === undefined ? {} : { hint }),
        cause: error,
      });
    }
    const { value, until } = readOutput(name, command, printed, this.#host.clock.now());
    kept().until = until;
    this.#host.ambient.add(value, commandCredential(name));
    return value;
  }

  #missing(name: string, known: readonly string[]): CountersignError {
    const near = nearestName(name, known);
    return new CountersignError('missing-secret', `There is no command named “${name}”.`, {
      hint: near ? `Did you mean “${near}”?` : `State it in ${this.#host.where}; a workspace can’t.`,
    });
  }
}

/** Reads what the settings state of a command. @throws CountersignError `invalid-value` */
export function secretCommand(name: string, stated: unknown): SecretCommand {
  const invalid = (what: string): CountersignError => new CountersignError('invalid-value', `“${name}” ${what}.`);
  if (typeof stated === 'string' && stated.trim() !== '') return { line: stated, keep: usualKeep };
  if (typeof stated !== 'object' || stated === null) {
    throw invalid('is no command: write a command line, or an object with “provider” or “command”');
  }
  const { provider, reference = '', command, value, expires, keep } = stated as Readonly<Record<string, unknown>>;
  const texts = { reference, value: value ?? '', expires: expires ?? '' };
  for (const [key, text] of Object.entries(texts))
    if (typeof text !== 'string') throw invalid(`has a “${key}” that is no text`);
  if (keep !== undefined && (typeof keep !== 'number' || keep < 0))
    throw invalid('has a “keep” that is no number of seconds');
  const more = {
    ...(typeof value === 'string' ? { value } : {}),
    ...(typeof expires === 'string' ? { expires } : {}),
    keep: typeof keep === 'number' ? keep * 1000 : usualKeep,
  };
  if (typeof command === 'string' && command.trim() !== '') return { line: command, ...more };
  const known = secretProviders.find(({ id }) => id === provider);
  if (!known) {
    const ids = secretProviders.map(({ id }) => id);
    const near = typeof provider === 'string' ? nearestName(provider, ids) : undefined;
    throw invalid(`names no known provider${near ? `; did you mean “${near}”` : `: there are ${ids.join(', ')}`}`);
  }
  if (known.reference !== undefined && reference === '') throw invalid(`needs a “reference”: ${known.reference}`);
  const { value: path, expires: end, firstLine } = known;
  return {
    line: known.command(String(reference)).map(quoted).join(' '),
    ...(path === undefined ? {} : { value: path }),
    ...(end === undefined ? {} : { expires: end }),
    ...(firstLine ? { firstLine } : {}),
    ...more,
  };
}

/** As the system's shell reads one argument. */
function quoted(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  if (process.platform === 'win32') return `"${argument.replaceAll('"', '""')}"`;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

/** @throws CountersignError `missing-secret` */
function readOutput(
  name: string,
  { value: path, expires, firstLine, keep }: SecretCommand,
  printed: string,
  now: number,
): { readonly value: string; readonly until: number } {
  const failed = (what: string): CountersignError =>
    new CountersignError('missing-secret', `“{{$exec ${name}}}” has no value: ${what}.`);
  let value = firstLine ? (printed.split(/\r?\n/, 1)[0] ?? '') : printed.replace(/(?:\r?\n)+$/, '');
  let end: unknown;
  if (path !== undefined || expires !== undefined) {
    let json: unknown;
    try {
      json = JSON.parse(printed);
    } catch {
      throw failed('what the command prints is no JSON');
    }
    if (path !== undefined) {
      const found = within(json, path);
      if (typeof found !== 'string' && typeof found !== 'number')
        throw failed(`there is no “${path}” in what it prints`);
      value = String(found);
    }
    if (expires !== undefined) end = within(json, expires);
  }
  if (value === '') throw failed('the command prints nothing');
  const until = endOf(end) ?? endOfJwt(value);
  return { value, until: until === undefined ? now + keep : until - margin };
}

function within(json: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key)
          ? (at as Readonly<Record<string, unknown>>)[key]
          : undefined,
      json,
    );
}

/** Milliseconds since 1970 of seconds, milliseconds or a date. */
function endOf(stated: unknown): number | undefined {
  const number =
    typeof stated === 'number'
      ? stated
      : typeof stated === 'string' && /^\d+$/.test(stated)
        ? Number(stated)
        : undefined;
  if (number !== undefined) return number > 1e11 ? number : number * 1000;
  const date = typeof stated === 'string' ? Date.parse(stated) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** @see RFC 7519, section 4.1.4 */
function endOfJwt(value: string): number | undefined {
  const [, payload] = /^ey[\w-]+\.([\w-]+)\.[\w-]*$/.exec(value) ?? [];
  if (payload === undefined) return undefined;
  try {
    return endOf((JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { readonly exp?: unknown }).exp);
  } catch {
    return undefined;
  }
}
