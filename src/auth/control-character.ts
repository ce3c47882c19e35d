import type { FieldProblem } from './scheme.ts';

/** What a text holds that is no text, as a clause; undefined where it holds none. */
export function controlCharacter(text: string | undefined): string | undefined {
  if (!/[\0-\x1f\x7f]/.test(text ?? '')) return undefined;
  return /[\r\n]/.test(text ?? '') ? 'a line break' : 'a control character';
}

/** A problem for each value that holds a control character: headers cannot carry it, and no key or secret has one. */
export function controlCharacterProblems(values: Readonly<Record<string, string | undefined>>): FieldProblem[] {
  return Object.entries(values).flatMap(([field, text]) => {
    const what = controlCharacter(text);
    return what ? [{ field, message: `“${field}” contains ${what}.` }] : [];
  });
}
