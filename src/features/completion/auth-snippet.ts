import type { AnyScheme } from '../../auth/scheme.ts';
import { fieldApplies } from '../../auth/values.ts';
import { type Field, isSecret } from '../../core/fields.ts';

/**
 * The statement of a scheme as a snippet in TextMate’s syntax: a placeholder for each field that it commonly needs. Few
 * short fields stay on the line of `@auth`; more get lines of their own.
 * @param mark what comments begin with, `#` or `//`
 */
export function authSnippet(scheme: AnyScheme, mark: string): string {
  const fields = snippetFields(scheme);
  const holders = fields.map((field, index) => ({ name: field.name, text: placeholder(scheme, field, index + 1) }));
  if (fields.length <= 3 && fields.every(({ kind }) => kind !== 'multiline')) {
    return [scheme.id, ...holders.map(({ name, text }) => `${name}=${text}`)].join(' ');
  }
  const width = Math.max(...holders.map(({ name }) => name.length));
  return [scheme.id, ...holders.map(({ name, text }) => `${mark}   ${name.padEnd(width)} = ${text}`)].join('\n');
}

/** Those that are required, or not advanced and without a default that serves, as long as they count by default. */
function snippetFields({ fields }: AnyScheme): readonly Field[] {
  const given = new Map(fields.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])));
  const usual = fields.filter(
    field =>
      fieldApplies(field, given) &&
      (field.required || (!field.advanced && field.snippet !== false && field.kind !== 'multiline' && !serves(field))),
  );
  const required = usual.filter(field => field.required);
  // A long list helps nobody: of many optional fields, the ones that decide about the others.
  return usual.length <= 8 ? usual : [...required, ...usual.filter(field => !field.required)].slice(0, 8);
}

/** Whether a field is well left out: its default is what most people want. */
function serves(field: Field): boolean {
  if (field.default === undefined || field.default === '') return false;
  return field.kind !== 'choice' || !/^(grantType|algorithm|alg)$/.test(field.name);
}

function placeholder(scheme: AnyScheme, field: Field, stop: number): string {
  if (field.kind === 'choice' && field.choices && field.choices.length > 0) {
    const values = field.choices.map(({ value }) => value);
    const ordered = field.default ? [field.default, ...values.filter(value => value !== field.default)] : values;
    return `\${${stop}|${ordered.map(value => value.replace(/[\\,|]/g, '\\$&')).join(',')}|}`;
  }
  if (field.kind === 'flag') return `\${${stop}|${field.default === 'true' ? 'true,false' : 'false,true'}|}`;
  if (field.kind === 'multiline' && isSecret(field)) return `< \${${stop}:./${kebab(field.name)}.pem}`;
  if (isSecret(field)) return `{{\\$secret \${${stop}:${scheme.id}-${kebab(field.name)}}}}`;
  const sample = field.kind === 'duration' ? '5m' : field.kind === 'number' ? '1' : '';
  const text = field.placeholder ?? (field.default || sample);
  const shown =
    field.kind === 'duration' ? text.replaceAll(' ', '') : text === '' || /\s/.test(text) ? field.name : text;
  return `\${${stop}:${shown.replace(/[\\$}]/g, '\\$&')}}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}
