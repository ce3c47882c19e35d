import type { Scripts } from '../collection.ts';
import type { BruBlock, BruRow } from './bru-text.ts';

/** What is checked and kept after a response, as a script; Bruno's own scripts and what has no counterpart are findings. */
export function readBrunoScripts(blocks: readonly BruBlock[]): { readonly scripts: Scripts; readonly lost: string[] } {
  const lost: string[] = [];
  const lines: string[] = [];
  for (const { name, rows, text } of blocks) {
    if (/^(?:script:.+|tests)$/.test(name) && text.trim() !== '') lost.push(`a script of Bruno (${name})`);
    if (name !== 'assert' && name !== 'vars:post-response') continue;
    for (const row of rows.filter(({ disabled }) => !disabled)) {
      const line = name === 'assert' ? assertion(row) : kept(row);
      if (line === undefined) lost.push(`${name}: ${row.name}: ${row.value}`);
      else lines.push(line);
    }
  }
  return { scripts: lines.length === 0 ? {} : { after: lines.join('\n') }, lost };
}

/** `res.body.id` in Postman's words; undefined for what is more than a path. */
function expression(given: string): string | undefined {
  const text = given.trim();
  if (text === 'res.status') return 'pm.response.code';
  if (text === 'res.responseTime') return 'pm.response.responseTime';
  if (/^res\.body(?:\.[A-Za-z_$][\w$]*|\[\d+\])*$/.test(text)) return text.replace('res.body', 'pm.response.json()');
  const header = /^res\.headers(?:\.([\w$]+)|\[(?:'([^'\\]+)'|"([^"\\]+)")\])$/.exec(text);
  return header ? `pm.response.headers.get(${JSON.stringify(header[1] ?? header[2] ?? header[3])})` : undefined;
}

const operators: Readonly<Record<string, string>> = {
  ...{ eq: 'to.eql', neq: 'to.not.eql', gt: 'to.be.above', gte: 'to.be.at.least', lt: 'to.be.below' },
  ...{ lte: 'to.be.at.most', contains: 'to.include', notContains: 'to.not.include' },
};

const states: Readonly<Record<string, string>> = {
  ...{ isDefined: 'to.not.be.undefined', isUndefined: 'to.be.undefined', isNull: 'to.be.null' },
  ...{ isTruthy: 'to.be.ok', isFalsy: 'to.not.be.ok', isNumber: "to.be.a('number')", isString: "to.be.a('string')" },
  ...{ isBoolean: "to.be.a('boolean')", isArray: "to.be.an('array')", isEmpty: 'to.be.empty' },
};

function assertion({ name, value }: BruRow): string | undefined {
  const actual = expression(name);
  const [, word = '', operand = ''] = /^(\w+)(?:\s+(.*))?$/.exec(value.trim()) ?? [];
  const title = JSON.stringify(`${name} ${value}`);
  if (actual === undefined || operand.includes('{{')) return undefined;
  const state = Object.hasOwn(states, word) && operand === '' ? states[word] : undefined;
  if (state) return `pm.test(${title}, () => pm.expect(${actual}).${state});`;
  // Without an operator it is “eq”.
  const known = Object.hasOwn(operators, word) ? operators[word] : undefined;
  if (known === undefined && /^(?:not|is|in|matches|length|starts|ends|between)/i.test(word)) return undefined;
  return `pm.test(${title}, () => pm.expect(${actual}).${known ?? 'to.eql'}(${literal(known ? operand : value.trim())}));`;
}

const literal = (text: string): string =>
  /^(?:-?\d+(?:\.\d+)?|true|false|null|undefined)$/.test(text)
    ? text
    : JSON.stringify(text.replace(/^(["'])(.*)\1$/, '$2'));

function kept({ name, value }: BruRow): string | undefined {
  const actual = expression(value);
  return actual && `pm.globals.set(${JSON.stringify(name.replace(/^@/, ''))}, ${actual});`;
}
