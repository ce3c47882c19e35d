import type { ConsoleDetail, ConsoleRow } from '../../features/presentation/console-model.ts';
import { arrayOf, isBoolean, isNumber, isRecord, isString, oneOf, validMessage } from '../shared/shape.ts';

/** What the host tells the page. */
export type ToConsole =
  /** New rows, and those that are others now; `fresh`: these are all. `gone` are kept no longer. */
  | {
      readonly type: 'rows';
      readonly rows: readonly ConsoleRow[];
      readonly gone: readonly number[];
      readonly fresh: boolean;
    }
  | { readonly type: 'detail'; readonly detail: ConsoleDetail }
  /** Those that pass the filter. */
  | { readonly type: 'found'; readonly text: string; readonly ids: readonly number[] };

const copies = ['raw', 'curl', 'har'] as const;
export type CopyAs = (typeof copies)[number];

/** What the page tells the host. */
export type FromConsole =
  | { readonly type: 'ready' }
  | { readonly type: 'show'; readonly id: number; readonly reveal: boolean }
  | { readonly type: 'copy'; readonly id: number; readonly as: CopyAs; readonly secrets: boolean }
  | { readonly type: 'filter'; readonly text: string }
  /** Saves the exchanges as an archive. */
  | { readonly type: 'save'; readonly ids: readonly number[] }
  | { readonly type: 'clear' }
  | { readonly type: 'log' };

export function toConsole(value: unknown): ToConsole | undefined {
  return validMessage<ToConsole>(value, {
    rows: { rows: arrayOf(isRecord), gone: arrayOf(isNumber), fresh: isBoolean },
    detail: { detail: isRecord },
    found: { text: isString, ids: arrayOf(isNumber) },
  });
}

export function fromConsole(value: unknown): FromConsole | undefined {
  return validMessage<FromConsole>(value, {
    ready: {},
    show: { id: isNumber, reveal: isBoolean },
    copy: { id: isNumber, as: oneOf(...copies), secrets: isBoolean },
    filter: { text: isString },
    save: { ids: arrayOf(isNumber) },
    clear: {},
    log: {},
  });
}
