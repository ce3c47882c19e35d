import type { FormChange } from '../../features/form/form-edits.ts';
import type { FormModel } from '../../features/form/form-model.ts';
import type { FormVariable } from '../../features/form/form-text.ts';
import { rowLists } from '../../features/form/row-list.ts';
import type { Check } from '../shared/shape.ts';
import {
  arrayOf,
  isBoolean,
  isNumber,
  isRecord,
  isString,
  oneOf,
  optional,
  shape,
  validMessage,
} from '../shared/shape.ts';

export const tabs = ['authorization', 'params', 'headers', 'body', 'preview'] as const;
export type Tab = (typeof tabs)[number];

/** One line of the request as it will go out. */
export interface PreviewRow {
  readonly text: string;
  readonly kind: 'written' | 'hidden' | 'overridden' | 'remark';
  readonly origin?: string;
  readonly file?: string;
  readonly line?: number;
}

export interface SendStatus {
  readonly running: boolean;
  /** Of the last response: `200 OK`, or what went wrong. */
  readonly last?: { readonly text: string; readonly kind: 'success' | 'redirect' | 'refused' | 'error' };
}

/** What the host tells the Authorization panel. */
export type ToPanel =
  | {
      readonly type: 'model';
      /** The last change of the panel's that is in it. */
      readonly edit: number;
      readonly model: FormModel;
      /** The document has changes that aren't saved. */
      readonly unsaved: boolean;
    }
  | { readonly type: 'variables'; readonly variables: readonly FormVariable[] }
  | { readonly type: 'status'; readonly status: SendStatus }
  | {
      readonly type: 'preview';
      readonly rows: readonly PreviewRow[];
      readonly hasSecrets: boolean;
      readonly revealed: boolean;
    }
  | { readonly type: 'revealed'; readonly field: string; readonly value: string }
  /** A change can't be written. */
  | { readonly type: 'refused'; readonly edit: number; readonly message: string }
  /** The request is no longer in its file, or the file is gone. */
  | { readonly type: 'gone'; readonly message: string };

/** What the Authorization panel tells the host. */
export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'change'; readonly edit: number; readonly change: FormChange }
  /** A value typed into a secret field: kept in the secret store, the text names it. */
  | { readonly type: 'secret'; readonly edit: number; readonly field: string; readonly value: string }
  /** Moves a value from the file to the secret store, or back. */
  | { readonly type: 'keep-secret'; readonly edit: number; readonly field: string; readonly keep: boolean }
  | { readonly type: 'reveal'; readonly field: string }
  | { readonly type: 'choose-file'; readonly edit: number; readonly field: string }
  | { readonly type: 'watch-preview'; readonly shown: boolean; readonly reveal: boolean }
  | { readonly type: 'undo' | 'redo' }
  | { readonly type: 'save' | 'open-parent' | 'show-text' }
  | { readonly type: 'send' | 'cancel' | 'copy-curl' | 'get-token' }
  | { readonly type: 'goto'; readonly file: string; readonly line: number };

/** What survives a reload of the window. */
export interface PanelState {
  readonly tab: Tab;
  readonly subject?: PanelSubject;
}

/** Enough to find again what a panel showed. */
export interface PanelSubject {
  readonly file: string;
  readonly level: 'request' | 'file' | 'folder' | 'collection';
  readonly title: string;
  /** From 1. */
  readonly line: number;
}

const isSubject = shape({
  file: isString,
  level: oneOf('request', 'file', 'folder', 'collection'),
  title: isString,
  line: isNumber,
});

export const isPanelState: Check = shape({ tab: oneOf(...tabs), subject: optional(isSubject) });

const isIndex: Check = value => Number.isInteger(value) && (value as number) >= 0;
const row = { name: isString, value: isString };
const isList = oneOf(...rowLists);

const isChange: Check = value =>
  validMessage<FormChange>(value, {
    scheme: { scheme: isString },
    field: { ...row, fromFile: optional(isBoolean) },
    pairs: { name: isString, pairs: arrayOf(arrayOf(isString)) },
    'remove-field': { index: isIndex },
    'set-row': { list: isList, index: isIndex, ...row },
    'add-row': { list: isList, ...row },
    'remove-row': { list: isList, index: isIndex },
    'enable-row': { list: isList, index: isIndex, enabled: isBoolean },
    'move-row': { list: isList, index: isIndex, to: isIndex },
    method: { method: isString },
    url: { url: isString },
    body: { text: isString },
  }) !== undefined;

/** A message to the host, or undefined where it isn't one. */
export function fromPanel(value: unknown): FromPanel | undefined {
  return validMessage<FromPanel>(value, {
    ready: {},
    change: { edit: isIndex, change: isChange },
    secret: { edit: isIndex, field: isString, value: isString },
    'keep-secret': { edit: isIndex, field: isString, keep: isBoolean },
    reveal: { field: isString },
    'choose-file': { edit: isIndex, field: isString },
    'watch-preview': { shown: isBoolean, reveal: isBoolean },
    undo: {},
    redo: {},
    save: {},
    send: {},
    cancel: {},
    'copy-curl': {},
    'get-token': {},
    'open-parent': {},
    'show-text': {},
    goto: { file: isString, line: isIndex },
  });
}

const isText = shape({ text: isString, references: arrayOf(isRecord) });
const isRow = shape({ name: isString, value: isText, disabled: isBoolean, overridden: optional(isString) });
const isPart = shape({ name: isString, value: optional(isString), origin: isString });
const isField = shape({ name: isString, label: isString, kind: isString, content: isString, value: isText });

const isModel = shape({
  level: isString,
  file: isString,
  line: isNumber,
  title: isString,
  type: shape({ selected: isString, choices: arrayOf(isRecord) }),
  fields: arrayOf(isField),
  unknown: arrayOf(shape({ index: isIndex, name: isString, problem: isString })),
  problems: arrayOf(isRecord),
  effect: shape({ sentence: isString, parts: arrayOf(isPart), pending: arrayOf(isString) }),
  request: optional(
    shape({
      method: isString,
      url: isText,
      params: arrayOf(isRow),
      headers: arrayOf(isRow),
      addedParams: arrayOf(isPart),
      hiddenHeaders: arrayOf(isPart),
      body: shape({ text: isText, files: arrayOf(isString), rows: optional(arrayOf(isRow)) }),
    }),
  ),
});

/** A message to the panel, or undefined where it isn't one. */
export function toPanel(value: unknown): ToPanel | undefined {
  return validMessage<ToPanel>(value, {
    model: { edit: isIndex, model: isModel, unsaved: isBoolean },
    variables: { variables: arrayOf(shape({ name: isString, origin: isString, detail: isString })) },
    status: { status: shape({ running: isBoolean, last: optional(shape({ text: isString, kind: isString })) }) },
    preview: { rows: arrayOf(shape({ text: isString, kind: isString })), hasSecrets: isBoolean, revealed: isBoolean },
    revealed: { field: isString, value: isString },
    refused: { edit: isIndex, message: isString },
    gone: { message: isString },
  });
}
