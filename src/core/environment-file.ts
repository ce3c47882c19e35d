import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { CountersignError } from './errors.ts';
import { isSecretName } from './secret-names.ts';
import { readSslConfiguration, type SslConfiguration } from './ssl-configuration.ts';
import { placeWithin } from './variable-errors.ts';

/** One variable of an environment file, at its place (from 1). */
export interface EnvironmentVariable {
  readonly name: string;
  /** As written; an object or list as JSON. */
  readonly value: string;
  readonly line: number;
  readonly column: number;
  readonly secret: boolean;
  readonly unusable?: { readonly message: string; readonly hint: string };
}

export interface EnvironmentFile {
  /** Undefined for settings that are not a file. */
  readonly path: string | undefined;
  readonly private: boolean;
  /** By name, `$shared` among them; in the order stated. */
  readonly environments: ReadonlyMap<string, readonly EnvironmentVariable[]>;
  /** What environments state about TLS, by their names. */
  readonly tls: ReadonlyMap<string, SslConfiguration>;
  /** Line of each environment's name, from 1. */
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: readonly CountersignError[];
}

/** JetBrains' settings that live beside the variables. */
const SETTINGS: ReadonlySet<string> = new Set(['SSLConfiguration', 'Security']);

/**
 * Reads an environment file: JSON, in which comments and trailing commas are accepted. Members of objects are variables
 * of their own too (`user.name`), as are items of lists (`hosts.0`).
 */
export function parseEnvironmentFile(path: string, text: string, privately: boolean): EnvironmentFile {
  const errors: ParseError[] = [];
  const placeAt = placer(path, text);
  const tooDeep = offsetBelow(text, DEEPEST);
  if (tooDeep !== undefined) {
    const problems = [invalid(`This is nested more than ${DEEPEST} levels deep.`, placeAt(tooDeep))];
    return { path, private: privately, environments: new Map(), tls: new Map(), lines: new Map(), problems };
  }
  const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const problems = errors
    .slice(0, 1)
    .map(({ error, offset }) =>
      invalid(`This is not valid JSON: ${spaced(printParseErrorCode(error))}.`, placeAt(offset)),
    );
  const environments = new Map<string, EnvironmentVariable[]>();
  const tls = new Map<string, SslConfiguration>();
  const lines = new Map<string, number>();
  if (tree && tree.type !== 'object') {
    problems.push(invalid('An environment file is a JSON object of environments.', placeAt(tree.offset)));
  }
  for (const [name, node, key] of members(tree)) {
    if (node.type !== 'object') {
      problems.push(invalid(`The environment “${name}” is not a JSON object.`, placeAt(node.offset)));
      continue;
    }
    lines.set(name, placeAt(key.offset).line);
    const variables = environments.get(name) ?? [];
    environments.set(name, variables);
    for (const [variable, value] of members(node)) {
      if (variable === 'SSLConfiguration') readTls(name, value);
      else if (!SETTINGS.has(variable)) collect(variable, value, variables);
    }
  }
  return { path, private: privately, environments, tls, lines, problems };

  function readTls(environment: string, node: Node): void {
    try {
      tls.set(environment, readSslConfiguration(node, environment, placeAt));
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      problems.push(error);
    }
  }

  function collect(name: string, node: Node, variables: EnvironmentVariable[]): void {
    const { line, column = 1 } = placeAt(node.offset);
    const unusable = foreignSecret(name, node);
    const value = node.type === 'string' ? String(node.value) : text.slice(node.offset, node.offset + node.length);
    const plain = node.type === 'object' || node.type === 'array' ? JSON.stringify(getNodeValue(node)) : value;
    const secret = privately || (isSecretName(name) && !/^\{\{.*\}\}$/.test(plain));
    variables.push({ name, value: plain, line, column, secret, ...(unusable ? { unusable } : {}) });
    if (unusable) return;
    if (node.type === 'object') {
      for (const [member, child] of members(node)) collect(`${name}.${member}`, child, variables);
    } else if (node.type === 'array') {
      for (const [index, child] of (node.children ?? []).entries()) collect(`${name}.${index}`, child, variables);
    }
  }
}

/** Levels of objects and lists: readers that descend by calling themselves have room for that many. */
const DEEPEST = 200;

/** Where a text of JSON first goes deeper than that many levels; undefined where it does not. */
function offsetBelow(text: string, levels: number): number | undefined {
  let depth = 0;
  for (const { 0: mark, index } of text.matchAll(
    /"(?:[^"\\\r\n]|\\.)*"?|[[{\]}]|\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
  )) {
    if (mark === '{' || mark === '[') depth++;
    else if (mark === '}' || mark === ']') depth--;
    if (depth > levels) return index;
  }
  return undefined;
}

/** Visual Studio's references to secret stores, which are its own. */
function foreignSecret(name: string, node: Node): EnvironmentVariable['unusable'] {
  if (node.type !== 'object') return undefined;
  const provider = [...members(node)].find(([member]) => member === 'provider')?.[1].value;
  if (typeof provider !== 'string') return undefined;
  return {
    message: `The value of “${name}” is in a secret store of Visual Studio (${provider}).`,
    hint: `Keep it in a secret and write “{{$secret ${name}}}”.`,
  };
}

function* members(node: Node | undefined): Iterable<readonly [name: string, value: Node, key: Node]> {
  if (node?.type !== 'object') return;
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key && value) yield [String(key.value), value, key];
  }
}

/** Gives the place of each offset; asked in rising order it reads the text once. */
function placer(file: string, text: string): (offset: number) => { file: string; line: number; column?: number } {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  return offset => {
    if (offset < at) return placeWithin({ file, line: 1, column: 1 }, text, offset);
    for (let next = text.indexOf('\n', at); next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) {
      line++;
      lineStart = next + 1;
    }
    at = Math.max(offset, lineStart);
    return { file, line, column: offset - lineStart + 1 };
  };
}

function invalid(message: string, place: { file: string; line: number; column?: number }): CountersignError {
  return new CountersignError('invalid-value', message, { place, hint: 'Mend the environment file there.' });
}

/** `CommaExpected` as words. */
function spaced(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
