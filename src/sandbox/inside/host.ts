/** A value of a script: of any type. */
// biome-ignore lint/suspicious/noExplicitAny: scripts are not typed
export type Loose = any;

type HostCall = (method: string, argument: string) => string | undefined;

const scope = globalThis as { __host?: HostCall };
const call = scope.__host as HostCall;
delete scope.__host;
const { parse, stringify } = JSON;

/** Asks the host, by value. @throws what the host says */
export function host(method: string, argument?: unknown): Loose {
  const answer = call(method, argument === undefined ? 'null' : stringify(argument));
  return answer === undefined ? undefined : parse(answer);
}

/** The same with a text, and a text for an answer. */
export const hostText = (method: string, argument = ''): string | undefined => call(method, argument);

export interface Variables {
  get(name: string): Loose;
  set(name: string, value: unknown): void;
  unset(name: string): void;
  clear(): void;
  has(name: string): boolean;
  all(): Record<string, Loose>;
}

/** The variables of a level, or of all (`any`). */
export function variables(level: string): Variables {
  return {
    get: name => host('variable.get', { level, name: String(name) })?.value,
    set: (name, value) => void host('variable.set', { level, name: String(name), value }),
    unset: name => void host('variable.unset', { level, name: String(name) }),
    clear: () => void host('variable.clear', { level }),
    has: name => host('variable.get', { level, name: String(name) }) !== undefined,
    all: () => host('variable.all', { level }) ?? {},
  };
}

/** The text with its variables replaced; what has no value stays as it is. */
export const substitute = (text: string): string =>
  text.includes('{{') ? (host('substitute', { text }) as string) : text;
