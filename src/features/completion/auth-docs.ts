import type { AnyScheme } from '../../auth/scheme.ts';
import { fieldApplies } from '../../auth/values.ts';
import { conditionText, type Field, isSecret } from '../../core/fields.ts';
import type { AuthNode } from '../../language/syntax-tree.ts';

/** What a scheme is, in Markdown. */
export function schemeDocs({ label, summary, specification, fields }: AnyScheme): string {
  const required = fields.filter(field => field.required && !field.when).map(({ name }) => `\`${name}\``);
  const needs = required.length > 0 ? `\n\nNeeds ${required.join(', ')}.` : '';
  return `**${label}**\n\n${summary}${needs}\n\n[Specification](${specification})`;
}

/** What a field is for, in Markdown: help, default, choices, when it counts, where it is defined. */
export function fieldDocs(field: Field): string {
  const lines = [`**${field.label}**${field.required ? ' (required)' : ''}`, field.help];
  if (isSecret(field)) lines.push('A secret: write `{{$secret name}}` to keep it out of the file.');
  if (field.choices && field.choices.length > 0) {
    lines.push(
      field.choices
        .map(({ value, label, help }) => {
          const says = [label === value ? undefined : label, help].filter(text => text !== undefined).join('. ');
          return `- \`${value}\`${value === field.default ? ' (default)' : ''}${says === '' ? '' : `: ${says}`}`;
        })
        .join('\n'),
    );
  } else if (field.default !== undefined && field.default !== '') lines.push(`Default: \`${field.default}\``);
  if (field.when) {
    lines.push(`Counts where ${conditionText(field.when, text => `\`${text}\``)}.`);
  }
  if (field.specification) lines.push(`[Specification](${field.specification})`);
  return lines.join('\n\n');
}

/** What the kind of a field’s value is called. */
export function fieldDetail(field: Field): string {
  const kinds = { text: 'text', multiline: 'text of several lines', pairs: 'name=value pairs' } as const;
  const kind = isSecret(field) ? 'secret' : field.kind in kinds ? kinds[field.kind as keyof typeof kinds] : field.kind;
  return `${field.label} · ${kind}${field.required ? ', required' : field.default ? `, default ${field.default}` : ''}`;
}

/** The fields of a scheme that a directive does not give yet and that count with what it gives; required ones first. */
export function fieldsToOffer({ fields }: AnyScheme, { fields: stated }: Pick<AuthNode, 'fields'>): readonly Field[] {
  const given = new Map<string, string>();
  for (const field of fields) if (field.default !== undefined) given.set(field.name, field.default);
  for (const { name, value } of stated) given.set(name.text, value.text);
  const rank = (field: Field): number => (field.required ? 0 : field.advanced ? 2 : 1);
  return fields
    .filter(field => fieldApplies(field, given) && !stated.some(({ name }) => name.text === field.name))
    .sort((a, b) => rank(a) - rank(b));
}
