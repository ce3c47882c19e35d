/** What a line `?? TYPE [subject] OPERATOR [expected]` wants of the response. */
export interface Assertion {
  readonly type: AssertionType;
  /** Name of a header, path in the body, phase of the duration, XPath; empty where there is none. */
  readonly subject: string;
  readonly operator: AssertionOperator;
  /** As written; empty where the operator takes none. */
  readonly expected: string;
}

export const assertionTypes = ['status', 'header', 'body', 'duration', 'xpath'] as const;
export type AssertionType = (typeof assertionTypes)[number];

const ofTwo = {
  '==': 'equals',
  '===': 'equals',
  equals: 'equals',
  '!=': 'not equals',
  '!==': 'not equals',
  '>': 'greater',
  '>=': 'at least',
  '<': 'less',
  '<=': 'at most',
  startsWith: 'starts with',
  endsWith: 'ends with',
  contains: 'contains',
  includes: 'contains',
  matches: 'matches',
  md5: 'md5',
  sha256: 'sha256',
  sha512: 'sha512',
} as const;

const ofOne = {
  exists: 'exists',
  isTrue: 'exists',
  isFalse: 'is absent',
  isArray: 'is array',
  isBoolean: 'is boolean',
  isNumber: 'is number',
  isString: 'is string',
} as const;

export type AssertionOperator = (typeof ofTwo)[keyof typeof ofTwo] | (typeof ofOne)[keyof typeof ofOne];

const longestFirst = (names: readonly string[]): string =>
  names
    .toSorted((one, other) => other.length - one.length)
    .map(name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|');

const withTwo = new RegExp(`^(.*?)(?:^|\\s)(not equals|${longestFirst(Object.keys(ofTwo))})(?:\\s+(.*))?$`, 's');
const withOne = new RegExp(`^(.*?)(?:^|\\s)(${longestFirst(Object.keys(ofOne))})$`, 's');

/**
 * Reads an assertion of httpYac's dialect, without scripts (`?? js …`). Undefined where it is none: an unknown type or
 * operator, which must never pass silently.
 * @see https://httpyac.github.io/guide/assert
 */
export function parseAssertion(line: string): Assertion | undefined {
  const [, type, rest = ''] = /^\?\?\s+(status|header|body|duration|xpath)\b(.*)$/s.exec(line.trim()) ?? [];
  if (type === undefined) return undefined;
  // `body.user.name` is written for `body user.name`, too.
  const text = (type === 'body' && /^[.[]/.test(rest) ? ` ${rest.replace(/^\./, '')}` : rest).trim();
  const one = withOne.exec(text);
  if (one) {
    const [, subject = '', operator = ''] = one;
    return {
      type: type as AssertionType,
      subject: subject.trim(),
      operator: ofOne[operator as keyof typeof ofOne],
      expected: '',
    };
  }
  const [, subject, operator = '', expected = ''] = withTwo.exec(text) ?? [];
  if (subject === undefined) return undefined;
  const known = operator === 'not equals' ? 'not equals' : ofTwo[operator as keyof typeof ofTwo];
  return { type: type as AssertionType, subject: subject.trim(), operator: known, expected: expected.trim() };
}

/** Whether an assertion is a script, which is another dialect's. */
export const isScriptAssertion = (line: string): boolean => /^\?\?\s+js\b/.test(line.trim());
