import { basename } from 'node:path';
import { references } from '../../core/template.ts';
import type { VariableInfo, Variables } from '../../core/variables.ts';

/** A text of the document with what its variables stand for. */
export interface FormText {
  /** As written. */
  readonly text: string;
  readonly references: readonly FormReference[];
}

export interface FormReference {
  /** Offsets in the text, braces included. */
  readonly start: number;
  readonly end: number;
  /** What stands between the braces. */
  readonly name: string;
  /** False where nothing has that name. */
  readonly known: boolean;
  /** Its value now, secrets masked; absent where only sending can tell. */
  readonly value?: string;
  /** Where it comes from, a clause: `collection.http, line 2`. */
  readonly origin: string;
}

/** A name that can stand between braces, for completion. */
export interface FormVariable {
  readonly name: string;
  readonly origin: string;
  /** One line; secrets are masked. */
  readonly detail: string;
}

export function formText(text: string, variables: Variables, file: string): FormText {
  const found = references(text).map(({ start, end, expression }): FormReference => {
    const info = variables.lookup(expression);
    return {
      ...{ start, end, name: expression, known: info !== undefined },
      ...(info?.preview === undefined ? {} : { value: info.preview }),
      origin: info ? originOf(info, file) : 'no variable has this name',
    };
  });
  return { text, references: found };
}

/** Every variable that can be named here, those of documents and environments first; secrets by their names. */
export function formVariables(variables: Variables, secrets: readonly string[], file: string): readonly FormVariable[] {
  const rank = (kind: VariableInfo['kind']): number => (kind === 'dynamic' || kind === 'token' ? 1 : 0);
  const named = variables
    .names()
    .filter(({ name }) => name !== '$secret')
    .toSorted((a, b) => rank(a.kind) - rank(b.kind))
    .map(({ name, kind, detail }): FormVariable => {
      const info = kind === 'dynamic' ? undefined : variables.lookup(name);
      return { name, origin: originOf(info ?? { name, kind }, file), detail: info?.preview ?? detail };
    });
  const kept = secrets.map(name => ({ name: `$secret ${name}`, origin: origins.secret ?? '', detail: '•••' }));
  return [...kept, ...named];
}

const origins: Partial<Record<VariableInfo['kind'], string>> = {
  'command-line': 'given on the command line',
  environment: 'environment',
  shared: 'shared by all environments',
  global: 'global variable',
  dynamic: 'made anew for each request',
  secret: 'secret storage',
  token: 'kept token',
  response: 'from an earlier response',
};

function originOf({ kind, definition }: Pick<VariableInfo, 'name' | 'kind' | 'definition'>, file: string): string {
  const place = definition?.place;
  if (definition?.prompt) return 'asked for when the request is sent';
  const where = place && (place.file === file ? `line ${place.line}` : `${basename(place.file)}, line ${place.line}`);
  const what = origins[kind];
  return what && where ? `${what}, ${where}` : (where ?? what ?? kind);
}
