import type { AnyScheme } from '../../auth/scheme.ts';
import { findScheme, schemes } from '../../auth/schemes/index.ts';
import { fieldApplies, parsePairs, type StatementProblem, statementProblems } from '../../auth/values.ts';
import { type Choice, type Field, type FieldKind, isSecret } from '../../core/fields.ts';
import { parseTemplate } from '../../core/template.ts';
import type { Variables } from '../../core/variables.ts';
import type { AuthFieldNode, AuthNode } from '../../language/syntax-tree.ts';
import { type FormText, formText } from './form-text.ts';

/**
 * What a field holds.
 * - `concealed`: a secret written in the file; the form has it only when it is asked for
 * - `secret`: `{{$secret name}}`, nothing else
 * - `file`: the text is the path of a file that holds the value
 */
export type FieldContent = 'empty' | 'text' | 'concealed' | 'secret' | 'file';

/** A field as the form draws it. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly help: string;
  readonly specification?: string;
  readonly placeholder?: string;
  readonly default?: string;
  readonly choices?: readonly Choice[];
  readonly required: boolean;
  readonly secret: boolean;
  readonly advanced: boolean;
  /** False while another field's value leaves it without a say, and it isn't stated. */
  readonly visible: boolean;
  /** The directive states it. */
  readonly stated: boolean;
  readonly content: FieldContent;
  /** Empty text where the content is concealed. */
  readonly value: FormText;
  /** Of kind `pairs`. */
  readonly pairs?: readonly (readonly [string, string])[];
  /** Name of the secret, where the content is one. */
  readonly secretName?: string;
  /** False where no secret of that name is kept here. */
  readonly secretKept?: boolean;
  readonly problem?: FormProblem;
}

export interface FormProblem {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
}

/** Something in the directive that its scheme doesn't know. It is kept until a person removes it. */
export interface UnknownField {
  /** Index in the directive. */
  readonly index: number;
  readonly name: string;
  readonly problem: string;
}

export interface FormFields {
  readonly fields: readonly FormField[];
  readonly unknown: readonly UnknownField[];
  /** What is wrong with the directive and with none of its fields. */
  readonly problems: readonly FormProblem[];
}

export interface SecretNames {
  has(name: string): boolean;
}

/** Address of a specification in a few words: `RFC 7617 §2`. */
export function specificationLabel(address: string): string {
  const rfc = /rfc(\d+)(?:(?:\.html)?#(?:section|appendix)-([\w.]+))?/i.exec(address);
  return rfc ? `RFC ${rfc[1]}${rfc[2] ? ` §${rfc[2]}` : ''}` : 'Specification';
}

/** The fields of a directive's scheme with what the directive says, and whatever else it says. */
export function formFields(
  auth: AuthNode | undefined,
  variables: Variables,
  file: string,
  secrets: SecretNames,
): FormFields {
  if (auth === undefined) return { fields: [], unknown: [], problems: [] };
  const place = { file, line: 1 };
  const problems = statementProblems({
    scheme: auth.scheme.text,
    fields: auth.fields.map(({ name, value, fromFile }) => ({ name: name.text, value: value.text, fromFile, place })),
    place,
  });
  const scheme = findScheme(auth.scheme.text);
  const first = new Map<string, AuthFieldNode>();
  for (const node of auth.fields) if (!first.has(node.name.text)) first.set(node.name.text, node);
  const known = (node: AuthFieldNode): boolean =>
    first.get(node.name.text) === node && scheme?.fields.some(({ name }) => name === node.name.text) === true;
  const unknown = auth.fields.flatMap((node, index): UnknownField[] =>
    known(node) ? [] : [{ index, name: node.name.text, problem: unknownProblem(problems, index, scheme) }],
  );
  const given = new Map<string, string>();
  for (const field of scheme?.fields ?? []) if (field.default !== undefined) given.set(field.name, field.default);
  for (const [name, node] of first) given.set(name, node.value.text);
  return {
    fields: (scheme?.fields ?? []).map(field => {
      const node = first.get(field.name);
      const problem = problems.find(
        ({ field: name, index }) => name === field.name && (index === undefined || auth.fields[index] === node),
      );
      return formField(field, node, fieldApplies(field, given), problem, variables, file, secrets);
    }),
    unknown,
    problems: problems
      .filter(({ field, index }) => field === undefined && index === undefined)
      .map(({ severity, message }) => ({ severity, message })),
  };
}

function formField(
  field: Field,
  node: AuthFieldNode | undefined,
  applies: boolean,
  problem: StatementProblem | undefined,
  variables: Variables,
  file: string,
  secrets: SecretNames,
): FormField {
  const { name, label, kind, help, specification, placeholder, choices, required = false, advanced = false } = field;
  const content = contentOf(field, node);
  const written = node?.value.text ?? '';
  const secretName = content === 'secret' ? secretReference(written) : undefined;
  const shown = content === 'concealed' ? '' : written;
  return {
    ...{ name, label, kind, help, required, advanced, content },
    ...(specification === undefined ? {} : { specification }),
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(choices === undefined ? {} : { choices }),
    secret: isSecret(field),
    visible: applies || node !== undefined,
    stated: node !== undefined,
    value: formText(shown, variables, file),
    ...(kind === 'pairs' ? { pairs: parsePairs(written) } : {}),
    ...(secretName === undefined ? {} : { secretName, secretKept: secrets.has(secretName) }),
    ...(problem ? { problem: { severity: problem.severity, message: problem.message } } : {}),
  };
}

function contentOf(field: Field, node: AuthFieldNode | undefined): FieldContent {
  if (node === undefined) return 'empty';
  if (node.fromFile) return 'file';
  const { text } = node.value;
  if (text === '' || !isSecret(field)) return 'text';
  if (secretReference(text) !== undefined) return 'secret';
  const literal = parseTemplate(text).some(part => part.kind === 'literal' && part.text.trim() !== '');
  return literal ? 'concealed' : 'text';
}

/** The name of the secret that a value stands for; undefined where it is anything else. */
export function secretReference(value: string): string | undefined {
  return /^\{\{\s*\$secret\s+([\w.-]+)\s*\}\}$/.exec(value)?.[1];
}

/** A name for a secret that is not taken: `list-users-password`, `list-users-password-2` … */
export function newSecretName(of: string, field: string, taken: SecretNames): string {
  const words = `${of} ${field}`.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  const name = words.replace(/[^a-z\d]+/g, '-').replace(/^-+|-+$/g, '') || 'secret';
  for (let count = 2, candidate = name; ; count++) {
    if (!taken.has(candidate)) return candidate;
    candidate = `${name}-${count}`;
  }
}

function unknownProblem(problems: readonly StatementProblem[], index: number, scheme: AnyScheme | undefined): string {
  const problem = problems.find(candidate => candidate.index === index);
  return problem?.message ?? (scheme ? 'It is given twice.' : 'Its scheme is not known.');
}

/** What a person can choose as type, apart from what the level has to say. */
export const schemeChoices: readonly Choice[] = schemes.map(({ id, label, summary }) => ({
  value: id,
  label,
  help: summary,
}));
