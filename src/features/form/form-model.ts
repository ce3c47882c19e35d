import { basename } from 'node:path';
import { effectiveAuth } from '../../auth/inheritance.ts';
import { findScheme } from '../../auth/schemes/index.ts';
import type { Choice } from '../../core/fields.ts';
import type { Origin } from '../../core/request.ts';
import { type AuthDecision, authInForce } from '../../sending/auth-in-force.ts';
import { type ExplainedPart, explainRequest } from '../../sending/explain.ts';
import { requestTitle } from '../../sending/request-title.ts';
import { authLevels } from '../../sending/scopes.ts';
import {
  type FormField,
  type FormProblem,
  formFields,
  type SecretNames,
  schemeChoices,
  specificationLabel,
  type UnknownField,
} from './form-fields.ts';
import type { AddedPart, FormContext } from './form-preview.ts';
import { type FormPart, foreseen, formPart, type RequestForm, requestForm } from './form-request.ts';
import { type FormLevel, type FormTarget, formAuth, formBlock } from './form-target.ts';

/** All that the Authorization panel shows of a request, a file, a folder or a collection. Holds no secret. */
export interface FormModel {
  readonly level: FormLevel;
  readonly file: string;
  /** Line (from 1) to show in the text. */
  readonly line: number;
  /** What it is called: a request's title, the name of a file or folder. */
  readonly title: string;
  readonly type: FormType;
  readonly fields: readonly FormField[];
  readonly unknown: readonly UnknownField[];
  readonly problems: readonly FormProblem[];
  readonly effect: FormEffect;
  /** Of a request. */
  readonly request?: RequestForm;
}

/** The choice of a scheme. */
export interface FormType {
  /** `inherit`, `none`, or what stands in the text, known or not. */
  readonly selected: string;
  readonly choices: readonly Choice[];
  /** What holds where this level says nothing; undefined for a collection, which has no parent. */
  readonly parent?: FormParent;
  readonly scheme?: {
    readonly label: string;
    readonly summary: string;
    readonly specification: string;
    readonly specificationLabel: string;
    /** A token can be obtained apart from sending. */
    readonly obtainsTokens: boolean;
  };
}

export interface FormParent {
  /** What it states, named: `Basic Auth`. */
  readonly label: string;
  /** Where, for people: `collection.http, line 3`; absent where no parent says anything. */
  readonly where?: string;
  readonly level?: FormLevel;
  readonly file?: string;
  readonly line?: number;
}

/** What the authorization does to the request. */
export interface FormEffect {
  /** Which parts of the request the data are put in, one sentence. */
  readonly sentence: string;
  readonly parts: readonly FormPart[];
  readonly pending: readonly string[];
  /** Why the request can't be sent as it stands. */
  readonly error?: { readonly message: string; readonly hint?: string; readonly file?: string; readonly line?: number };
  /** Something that a person should know about where the authorization comes from. */
  readonly note?: string;
}

/** The model of a form. Pure: the same for the same documents, variables and preview. */
export function formModel(target: FormTarget, context: FormContext, secrets: SecretNames): FormModel {
  const { level, file, tree, block } = target;
  const { scopes, variables, preview } = context;
  const decision = authInForce(file, tree, block, scopes);
  const placed = formBlock(target);
  const auth = formAuth(target);
  const explained = preview.request && explainRequest(preview.request, { file, line: (placed?.line ?? 0) + 1 }, false);
  const request = block === undefined ? undefined : requestForm(target, decision, context, explained);
  const line = auth ? auth.line : (placed?.block.request?.line ?? 0);
  return {
    ...{ level, file, line: (placed?.line ?? 0) + line + 1, title: titleOf(target) },
    type: typeOf(target, context),
    ...formFields(auth, variables, file, secrets),
    effect: effectOf(target, decision, context),
    ...(request ? { request } : {}),
  };
}

function titleOf({ level, file, tree, block }: FormTarget): string {
  const placed = block === undefined ? undefined : tree.blocks[block];
  if (placed) return requestTitle(placed);
  return level === 'file' ? basename(file) : basename(file.slice(0, -basename(file).length - 1)) || basename(file);
}

function typeOf(target: FormTarget, { scopes }: FormContext): FormType {
  const { level } = target;
  const auth = formAuth(target);
  const stated = auth?.scheme.text;
  const isRoot = level === 'collection';
  const selected = stated ?? (isRoot ? 'none' : 'inherit');
  const scheme = findScheme(selected);
  const special: Choice[] = [
    ...(isRoot ? [] : [{ value: 'inherit', label: 'Inherit auth from parent' }]),
    { value: 'none', label: 'No Auth' },
  ];
  const known = [...special, ...schemeChoices];
  const unknown = known.some(({ value }) => value === selected)
    ? []
    : [{ value: selected, label: `${selected} (unknown)` }];
  return {
    selected,
    choices: [...unknown, ...known],
    ...(isRoot ? {} : { parent: parentOf(target, scopes) }),
    ...(scheme
      ? {
          scheme: {
            label: scheme.label,
            summary: scheme.summary,
            specification: scheme.specification,
            specificationLabel: specificationLabel(scheme.specification),
            obtainsTokens: scheme.obtainsTokens !== undefined,
          },
        }
      : {}),
  };
}

/** What would be in force if this level said nothing. */
function parentOf({ file, tree, block }: FormTarget, scopes: FormContext['scopes']): FormParent {
  const levels = authLevels(file, tree, block === undefined ? undefined : tree.blocks[block], scopes);
  const { statement, from } = effectiveAuth(levels.slice(1));
  if (!from) return { label: 'No Auth' };
  return {
    label: statement ? (findScheme(statement.scheme)?.label ?? statement.scheme) : 'No Auth',
    where: from.file === file ? `this file, line ${from.line}` : `${basename(from.file)}, line ${from.line}`,
    level: from.level,
    file: from.file,
    line: from.line,
  };
}

function effectOf({ file }: FormTarget, decision: AuthDecision, context: FormContext): FormEffect {
  const { preview } = context;
  const { statement, from } = decision;
  const { added, pending, error } = preview;
  const label = statement && (findScheme(statement.scheme)?.label ?? statement.scheme);
  const note =
    decision.shorthand && from
      ? `The Authorization header or the URL in line ${from.line} is read as ${label}. Choosing a type here takes its place.`
      : undefined;
  return {
    sentence:
      label === undefined
        ? 'No authorization is added to the request.'
        : sentenceOf(label, added, pending, error && foreseen(decision, context)),
    parts: added.map(({ in: place, part }) => ({ ...formPart(explained(part), file), in: place })),
    pending,
    ...(error
      ? {
          error: {
            message: error.message,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
            ...(error.place ? { file: error.place.file, line: error.place.line } : {}),
          },
        }
      : {}),
    ...(note === undefined ? {} : { note }),
  };
}

function explained({ name, value, masked, origin }: AddedPart['part']): ExplainedPart {
  return { name, value: masked ?? value, hidden: true, secret: masked !== undefined, origin: origin satisfies Origin };
}

const places: readonly (readonly [AddedPart['in'], string, string])[] = [
  ['header', 'the header', 'the headers'],
  ['query', 'the query parameter', 'the query parameters'],
  ['form', 'the form field', 'the form fields'],
  ['cookie', 'the cookie', 'the cookies'],
];

/** Says where the data go, from the parts that the scheme really added. */
function sentenceOf(
  label: string,
  added: readonly AddedPart[],
  pending: readonly string[],
  failed: readonly string[] | undefined,
): string {
  const groups = places.flatMap(([place, one, several]) => {
    const names = [...new Set(added.filter(part => part.in === place).map(({ part }) => part.name))];
    return names.length === 0 ? [] : [`${names.length === 1 ? one : several} ${listed(names)}`];
  });
  if (groups.length > 0) return `${label} puts the authorization data into ${listed(groups)} of the request.`;
  if (pending.length > 0) return `${label} adds nothing to the first request: the server is asked first.`;
  if (failed === undefined) return `${label} adds nothing to the request as it stands.`;
  const later = 'once the problem shown here is fixed';
  if (failed.length === 0) return `${label} adds its data to the request ${later}.`;
  const where = `${failed.length === 1 ? 'the header' : 'the headers'} ${listed(failed)}`;
  return `${label} puts the authorization data into ${where} ${later}.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
