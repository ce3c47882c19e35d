import { findScheme, schemes } from '../../auth/schemes/index.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { Output } from '../output.ts';
import { UsageError } from '../usage-error.ts';

/** `auth list` and `auth show SCHEME`. */
export function authCommand({ call, output }: CommandContext): number {
  const [, verb, id, ...rest] = call.positionals;
  if (verb === 'list' && id === undefined) {
    if (call.json) {
      for (const { id, label, summary, specification } of schemes) output.json({ id, label, summary, specification });
    } else {
      output.table(schemes.map(scheme => [output.bold(scheme.id), scheme.label, scheme.summary]));
    }
    return 0;
  }
  if (verb === 'show' && id !== undefined && rest.length === 0) return show(id, call, output);
  throw new UsageError('usage: countersign auth list | countersign auth show SCHEME');
}

function show(id: string, call: Call, output: Output): number {
  const scheme = findScheme(id);
  if (!scheme) {
    const near = nearestName(
      id,
      schemes.map(known => known.id),
    );
    throw new UsageError(`there is no scheme “${id}”${near ? `; did you mean “${near}”?` : ''}`);
  }
  const { label, summary, specification, fields } = scheme;
  if (call.json) {
    output.json({ id: scheme.id, label, summary, specification, fields });
    return 0;
  }
  output.line(`${output.bold(scheme.id)}  ${label}`);
  output.line(summary);
  output.line(output.dim(specification));
  output.line('');
  output.table(
    fields.map(field => [
      `  ${output.bold(field.name)}${field.required ? '*' : ''}`,
      field.choices ? field.choices.map(choice => choice.value).join('|') : field.kind,
      field.default ? `(${field.default})` : '',
      `${field.help}${field.advanced ? output.dim(' Advanced.') : ''}`,
    ]),
  );
  return 0;
}
