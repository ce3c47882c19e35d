/**
 * The fields of a scheme, stated once as data. The form, completion, hover, validation, documentation, import and
 * export all read these lists.
 */

/**
 * - `text`: one line
 * - `secret`: one line, masked wherever it is shown
 * - `choice`: one of `choices`
 * - `flag`: `true` or `false`
 * - `multiline`: several lines (keys, certificates, JSON); `secret: true` where it is one
 * - `pairs`: `name=value` list, separated by `&` or by commas
 * - `number`: a whole number
 * - `duration`: `30 s`, `5 m`, `1 h`; a bare number is seconds
 */
export type FieldKind = 'text' | 'secret' | 'choice' | 'flag' | 'multiline' | 'pairs' | 'number' | 'duration';

export interface Choice {
  readonly value: string;
  readonly label?: string;
  readonly help?: string;
}

/** Shows and validates a field only while another has one of these values. */
export interface Condition {
  readonly field: string;
  readonly is: readonly string[];
}

/** One condition, or several of which all or any must be met. */
export type When = Condition | { readonly all: readonly When[] } | { readonly any: readonly When[] };

/** The conditions that one is made of. */
export function conditionsOf(when: When): readonly Condition[] {
  if ('field' in when) return [when];
  return ('all' in when ? when.all : when.any).flatMap(conditionsOf);
}

export function isMet(when: When, condition: (single: Condition) => boolean): boolean {
  if ('all' in when) return when.all.every(part => isMet(part, condition));
  if ('any' in when) return when.any.some(part => isMet(part, condition));
  return condition(when);
}

/** `“a” is “x” or “y”, and “b” is “z”`, with names and values as `quote` puts them. */
export function conditionText(when: When, quote: (text: string) => string): string {
  if ('field' in when) return `${quote(when.field)} is ${when.is.map(quote).join(' or ')}`;
  if ('all' in when) return when.all.map(part => conditionText(part, quote)).join(', and ');
  return when.any.map(part => conditionText(part, quote)).join('; or ');
}

export interface Field {
  readonly name: string;
  /** As people know it from other tools, in sentence case. */
  readonly label: string;
  readonly kind: FieldKind;
  /** One sentence, shown in the form, on hover and in the documentation. */
  readonly help: string;
  readonly required?: boolean;
  /** Must be given, though it may be empty or hidden. */
  readonly default?: string;
  readonly choices?: readonly Choice[];
  readonly when?: When;
  /** Folded away in the form. */
  readonly advanced?: boolean;
  /** True for a `multiline` that holds a secret; `secret` fields are so by kind. */
  readonly secret?: boolean;
  /** The text is the path of a file: relative to the file that states it, or from the home folder with `~/`. */
  readonly path?: true;
  readonly placeholder?: string;
  /** Address of the section that defines it. */
  readonly specification?: string;
  /** False: left out of the snippet for its scheme, though it is neither advanced nor has a default. */
  readonly snippet?: false;
}

export type Fields = readonly Field[];

type ValueOf<F extends Field> = F['kind'] extends 'flag'
  ? boolean
  : F['kind'] extends 'number' | 'duration'
    ? number
    : F['kind'] extends 'pairs'
      ? readonly (readonly [string, string])[]
      : F['kind'] extends 'choice'
        ? F extends { readonly choices: readonly { readonly value: infer V }[] }
          ? V
          : string
        : string;

/**
 * What a scheme receives: a field that is required or has a default is always there, any other may be undefined.
 * Flags are booleans, numbers numbers, durations seconds, pairs lists.
 */
export type Values<F extends Fields> = {
  readonly [K in F[number] as K['name']]: K extends { readonly required: true } | { readonly default: string }
    ? ValueOf<K>
    : ValueOf<K> | undefined;
};

export function isSecret(field: Field): boolean {
  return field.kind === 'secret' || field.secret === true;
}
