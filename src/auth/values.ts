import { CountersignError, type ErrorCode } from '../core/errors.ts';
import type { Field, Fields } from '../core/fields.ts';
import { conditionText, isMet } from '../core/fields.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { Place } from '../core/place.ts';
import type { AuthStatement, StatedField } from './inheritance.ts';
import type { AnyScheme } from './scheme.ts';
import { findScheme, schemes } from './schemes/index.ts';

/** Something wrong with a statement, at its place. */
export interface StatementProblem {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: ErrorCode | 'unused-field';
  readonly message: string;
  readonly place: Place;
  /** The field it is about. */
  readonly field?: string;
  /** Which of the statement's fields it is about, where one is stated. */
  readonly index?: number;
  /** The name that was probably meant. */
  readonly suggestion?: string;
}

const hasVariable = (text: string): boolean => text.includes('{{');

/** Values as given, for conditions: the stated text, or the field's default. */
type Given = ReadonlyMap<string, string>;

function givenValues(fields: Fields, list: readonly StatedField[]): Given {
  const given = new Map<string, string>();
  for (const field of fields) if (field.default !== undefined) given.set(field.name, field.default);
  for (const entry of list) {
    const field = fields.find(({ name }) => name === entry.name);
    given.set(entry.name, stated(field, entry.value));
  }
  return given;
}

/** Whether a field has a say with the values given. A condition on a value that holds a variable counts as met. */
export function fieldApplies(field: Field, given: Given): boolean {
  if (!field.when) return true;
  return isMet(field.when, ({ field: other, is }) => {
    const value = given.get(other) ?? '';
    return hasVariable(value) || is.includes(value);
  });
}

/** What is wrong with a statement as it is written, before any variable is known. Empty for `inherit` and `none`. */
export function statementProblems(statement: AuthStatement): readonly StatementProblem[] {
  const { scheme: id, fields: stated, place, fault } = statement;
  if (fault) return [{ severity: 'error', code: 'invalid-value', ...fault }];
  if (id === 'inherit' || id === 'none') {
    return stated.map((field, index) => ({
      severity: 'warning' as const,
      index,
      code: 'unused-field' as const,
      message: `“@auth ${id}” takes no fields; “${field.name}” has no effect.`,
      place: field.place,
      field: field.name,
    }));
  }
  const scheme = findScheme(id);
  if (!scheme) {
    const suggestion = nearestName(id, ['none', 'inherit', ...schemes.map(known => known.id)]);
    const message = id === '' ? '“@auth” needs a scheme.' : `There is no authorization scheme “${id}”.`;
    return [
      {
        severity: 'error',
        code: 'unknown-scheme',
        message: suggestion ? `${message} Did you mean “${suggestion}”?` : message,
        place,
        ...(suggestion ? { suggestion } : {}),
      },
    ];
  }
  const given = givenValues(scheme.fields, stated);
  const problems: StatementProblem[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of stated.entries()) {
    const problem = fieldProblem(scheme, entry, given, seen);
    if (problem) problems.push({ ...problem, index });
    seen.add(entry.name);
  }
  for (const field of scheme.fields) {
    if (!field.required || !fieldApplies(field, given) || (given.get(field.name) ?? '') !== '') continue;
    problems.push({
      severity: 'error',
      code: 'missing-field',
      message: `${scheme.label} needs “${field.name}”.`,
      place,
      field: field.name,
    });
  }
  return problems.some(problem => problem.severity === 'error')
    ? problems
    : [...problems, ...crossFieldProblems(scheme, stated, place)];
}

function fieldProblem(
  scheme: AnyScheme,
  { name, value, fromFile, place }: StatedField,
  given: Given,
  seen: ReadonlySet<string>,
): StatementProblem | undefined {
  const field = scheme.fields.find(candidate => candidate.name === name);
  if (!field) {
    const suggestion = nearestName(
      name,
      scheme.fields.map(known => known.name),
    );
    const message = `${scheme.label} has no field “${name}”.`;
    return {
      severity: 'error',
      code: 'unknown-field',
      message: suggestion ? `${message} Did you mean “${suggestion}”?` : message,
      place,
      field: name,
      ...(suggestion ? { suggestion } : {}),
    };
  }
  if (seen.has(name)) {
    return {
      severity: 'error',
      code: 'duplicate-field',
      message: `“${name}” is given twice.`,
      place,
      field: name,
    };
  }
  if (!fromFile && !hasVariable(value)) {
    const invalid = invalidValue(field, value);
    if (invalid) return { severity: 'error', code: 'invalid-value', message: invalid, place, field: name };
  }
  if (field.when && !fieldApplies(field, given)) {
    return {
      severity: 'information',
      code: 'unused-field',
      message: `“${name}” only counts where ${conditionText(field.when, text => `“${text}”`)}.`,
      place,
      field: name,
    };
  }
  return undefined;
}

function crossFieldProblems(
  scheme: AnyScheme,
  stated: readonly StatedField[],
  place: Place,
): readonly StatementProblem[] {
  if (!scheme.check || stated.some(field => field.fromFile || hasVariable(field.value))) return [];
  const values: Record<string, unknown> = {};
  for (const field of scheme.fields) {
    const text = stated.find(entry => entry.name === field.name)?.value ?? field.default;
    if (text !== undefined) values[field.name] = convert(field, text);
  }
  return scheme.check(values).map(problem => {
    const index = stated.findIndex(entry => entry.name === problem.field);
    return {
      severity: problem.severity ?? 'error',
      code: 'invalid-value' as const,
      message: problem.message,
      place: stated[index]?.place ?? place,
      field: problem.field,
      ...(index < 0 ? {} : { index }),
    };
  });
}

const durationUnits: Readonly<Record<string, number>> = { '': 1, ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const durationPattern = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/;

/** Seconds of a text such as `30`, `30 s`, `5 m`, `1 h`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text.trim());
  return match ? Number(match[1]) * (durationUnits[match[2] ?? ''] ?? 1) : undefined;
}

/** Why a value cannot be one of the field's, as a sentence; undefined where it can. An empty value leaves a field out. */
export function invalidValue(field: Field, value: string): string | undefined {
  if (value === '') return undefined;
  switch (field.kind) {
    case 'choice': {
      const choices = (field.choices ?? []).map(choice => choice.value);
      if (choices.length === 0 || choices.includes(value)) return undefined;
      const suggestion = nearestName(value, choices);
      const hint = suggestion ? `Did you mean “${suggestion}”?` : `It is one of ${choices.join(', ')}.`;
      return `“${field.name}” cannot be “${value}”. ${hint}`;
    }
    case 'flag':
      return value === 'true' || value === 'false' ? undefined : `“${field.name}” is either true or false.`;
    case 'number':
      return /^-?\d+$/.test(value) ? undefined : `“${field.name}” is a whole number.`;
    case 'duration':
      return parseDuration(value) === undefined ? `“${field.name}” is a duration such as 30 s, 5 m or 1 h.` : undefined;
    default:
      return undefined;
  }
}

/** A valid text as the value its field's kind asks for; an empty choice, flag, number or duration is undefined. */
export function convert(field: Field, text: string): unknown {
  switch (field.kind) {
    case 'flag':
      return text === '' ? undefined : text === 'true';
    case 'number':
      return text === '' ? undefined : Number(text);
    case 'duration':
      return text === '' ? undefined : parseDuration(text);
    case 'choice':
      return text === '' ? undefined : text;
    case 'pairs':
      return parsePairs(text);
    default:
      return text;
  }
}

/** `name=value` pairs separated by `&`, commas or line breaks; a pair's parts may be percent-encoded around `&` forms. */
export function parsePairs(text: string): readonly (readonly [string, string])[] {
  const separator = text.includes('\n') ? /\r?\n/ : text.includes('&') ? '&' : ',';
  return text
    .split(separator)
    .map(pair => pair.trim())
    .filter(pair => pair !== '')
    .map(pair => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    });
}

/** A statement with its values computed, ready for the driver. */
export interface ResolvedAuth {
  readonly scheme: AnyScheme;
  readonly values: Readonly<Record<string, unknown>>;
  readonly statement: AuthStatement;
}

export interface ValuePorts {
  /** The text with its variables replaced. @throws CountersignError */
  resolve(text: string, place: Place): string | Promise<string>;
  /** The content of the file of that path, which is relative to `place`'s file. @throws CountersignError */
  readFile(path: string, place: Place): Promise<string>;
}

/**
 * Computes the values of a statement.
 * @throws CountersignError at the field's place, for everything that `statementProblems` calls an error, and for
 * values that turn out to be invalid once variables are replaced
 */
export async function resolveValues(statement: AuthStatement, ports: ValuePorts): Promise<ResolvedAuth> {
  const fatal = statementProblems(statement).find(problem => problem.severity === 'error');
  if (fatal && fatal.code !== 'unused-field')
    throw new CountersignError(fatal.code, fatal.message, { place: fatal.place });
  const scheme = findScheme(statement.scheme);
  if (!scheme) throw new CountersignError('unknown-scheme', `There is no authorization scheme “${statement.scheme}”.`);

  const texts = new Map<string, string>();
  for (const field of scheme.fields) if (field.default !== undefined) texts.set(field.name, field.default);
  for (const { name, value, fromFile, place } of statement.fields) {
    const resolved = ports.resolve(value, place);
    const text = typeof resolved === 'string' ? resolved : await resolved;
    const field = scheme.fields.find(known => known.name === name);
    texts.set(name, stated(field, fromFile ? fileText(field, await ports.readFile(text, place)) : text));
  }

  const values: Record<string, unknown> = {};
  for (const field of scheme.fields) {
    const text = texts.get(field.name);
    const place = placeOf(statement, field.name);
    if (field.required && fieldApplies(field, texts) && (text ?? '') === '') {
      throw new CountersignError('missing-field', `${scheme.label} needs “${field.name}”, which is empty.`, { place });
    }
    if (text === undefined) continue;
    const invalid = invalidValue(field, text);
    if (invalid) throw new CountersignError('invalid-value', invalid, { place });
    values[field.name] =
      text === '' && field.default === undefined && !field.required ? undefined : convert(field, text);
  }
  const problem = scheme.check?.(values).find(candidate => candidate.severity !== 'warning');
  if (problem) {
    throw new CountersignError('invalid-value', problem.message, { place: placeOf(statement, problem.field) });
  }
  return { scheme, values, statement };
}

/** What a file gives: without the line end that editors put at its end, where the value is of one line. */
function fileText(field: Field | undefined, content: string): string {
  return field?.kind === 'multiline' || field?.kind === 'pairs' ? content : content.replace(/\r?\n$/, '');
}

/** A value as stated, or the default where it is empty and cannot mean anything. */
function stated(field: Field | undefined, text: string): string {
  const meansNothing = text === '' && /^(?:choice|flag|number|duration)$/.test(field?.kind ?? '');
  return meansNothing ? (field?.default ?? '') : text;
}

function placeOf(statement: AuthStatement, field: string): Place {
  return statement.fields.find(entry => entry.name === field)?.place ?? statement.place;
}
