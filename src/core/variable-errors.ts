import { dynamicVariables } from './dynamic-variables.ts';
import { CountersignError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import type { Place } from './place.ts';
import type { VariableDefinition } from './variable-layer.ts';

/** The place of an offset in a text that starts at `start`. */
export function placeWithin(start: Place, text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  if (lines.length === 1) return start.column === undefined ? start : { ...start, column: start.column + offset };
  return { file: start.file, line: start.line + lines.length - 1, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Nothing has that name. The hint offers what was most likely meant. */
export function unresolvedVariable(expression: string, known: Iterable<string>, place?: Place): CountersignError {
  const name = expression.split(/[\s(]/, 1)[0] ?? expression;
  const near = nearestName(name, known) ?? nearestName(name, dynamicNames());
  const hint = near ? `Did you mean “${near}”?` : hintFor(expression);
  return new CountersignError('unresolved-variable', `There is no variable “${expression}”.`, {
    hint,
    ...(place ? { place } : {}),
  });
}

function* dynamicNames(): Iterable<string> {
  for (const { name, aliases = [] } of dynamicVariables) yield* [name, ...aliases];
  yield* ['$secret', '$token', '$exec'];
}

function hintFor(expression: string): string {
  const response = /^([\w-]+)\.(?:request|response)\b/.exec(expression);
  if (response) return `Name the request whose response it is with “# @name ${response[1]}”.`;
  if (/^[\w.-]+$/.test(expression)) {
    return `Define it in the file (“@${expression} = …”), or in an environment.`;
  }
  if (/^\$(aadToken|aadV2Token|oidcAccessToken)\b/.test(expression)) {
    return 'State the sign-in as “# @auth oauth2 …” in its place.';
  }
  if (expression.startsWith('$')) return 'See the list of dynamic variables in the documentation.';
  return 'Scripts between braces are not run. For literal braces write “\\{\\{…\\}\\}”.';
}

/** @param names the way around, its first name again at the end */
export function cyclicVariable(names: readonly string[], place?: Place): CountersignError {
  // A request's own variable is the file's, too: one name twice in a row is one step.
  const way = names.filter((name, index) => name !== names[index - 1]);
  const shown = way.length === 1 ? [...way, ...way] : way;
  return new CountersignError('cyclic-variable', `The variable “${names[0]}” needs itself: ${shown.join(' → ')}.`, {
    hint: 'Give one of them a value of its own.',
    ...(place ? { place } : {}),
  });
}

/** @param deepest references in a chain */
export function tooDeep({ name, place }: VariableDefinition, deepest: number): CountersignError {
  return new CountersignError('invalid-value', `“${name}” stands at the end of more than ${deepest} references.`, {
    hint: 'State the value nearer to where it is used.',
    ...(place ? { place } : {}),
  });
}

/** @param longest in characters */
export function tooLong({ name, place }: VariableDefinition, longest: number): CountersignError {
  return new CountersignError('too-large', `The value of “${name}” is longer than ${longest} characters.`, {
    hint: 'Its references repeat one another: state it without them.',
    ...(place ? { place } : {}),
  });
}
