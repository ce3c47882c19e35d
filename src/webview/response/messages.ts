import type { RequestModel, ResponseFields, ResponseModel } from '../../features/presentation/response-model.ts';
import type { Check } from '../shared/shape.ts';
import {
  arrayOf,
  isBoolean,
  isBytes,
  isNumber,
  isRecord,
  isString,
  oneOf,
  optional,
  shape,
  validMessage,
} from '../shared/shape.ts';

export const tabs = ['body', 'headers', 'cookies', 'request', 'timeline'] as const;
export type Tab = (typeof tabs)[number];

/** What the host tells the response panel. */
export type ToPanel =
  | {
      readonly type: 'response';
      readonly id: number;
      readonly model: ResponseModel;
      /** Place in the history: 1 is the oldest. */
      readonly position: number;
      readonly count: number;
      readonly pinned: boolean;
    }
  | {
      readonly type: 'body';
      readonly id: number;
      readonly bytes: Uint8Array;
      readonly charset: string;
      /** Whether secrets of the person stand in it, and how they look here. */
      readonly secrets: 'none' | 'masked' | 'shown';
      /** False where only the start was sent. */
      readonly whole: boolean;
    }
  | {
      readonly type: 'running';
      readonly title: string;
      readonly startedAt: number;
      readonly attempts: number;
      /** Bytes of the body so far. */
      readonly received: number;
    }
  /** The run ended without anything to show; what was there before stays. */
  | { readonly type: 'idle' }
  | ({ readonly type: 'revealed'; readonly id: number; readonly request: RequestModel } & ResponseFields)
  | { readonly type: 'pinned'; readonly pinned: boolean }
  /** Whether long lines of a body are wrapped, as the setting says. */
  | { readonly type: 'wrap'; readonly wraps: boolean };

/** What a person can do about an error. */
const errorActions = ['resend', 'console', 'trust', 'settings', 'goto'] as const;
export type ErrorAction = (typeof errorActions)[number];

/** What the response panel tells the host. */
export type FromPanel =
  | { readonly type: 'ready'; readonly state?: PanelState }
  | { readonly type: 'body'; readonly id: number; readonly reveal: boolean }
  | { readonly type: 'reveal'; readonly id: number }
  | { readonly type: 'save' | 'copy' | 'open'; readonly id: number }
  | { readonly type: 'copy-text'; readonly text: string }
  | { readonly type: 'resend' }
  | { readonly type: 'cancel' }
  | { readonly type: 'pin'; readonly pinned: boolean }
  | { readonly type: 'wrap'; readonly wraps: boolean }
  | { readonly type: 'history'; readonly step: number }
  | { readonly type: 'pick-history' }
  | { readonly type: 'goto'; readonly file: string; readonly line: number }
  | { readonly type: 'action'; readonly action: ErrorAction }
  /** Asks for a secret, keeps it, and sends again. */
  | { readonly type: 'set-secret'; readonly name: string };

/** What survives a reload of the window: enough to say what was shown and to send it again, nothing secret. */
export interface PanelState {
  readonly tab: Tab;
  readonly raw: boolean;
  readonly subject?: {
    readonly title: string;
    readonly method: string;
    readonly url: string;
    readonly file: string;
    readonly line: number;
    readonly status?: number;
  };
}

export const isPanelState: Check = shape({
  tab: oneOf(...tabs),
  raw: isBoolean,
  subject: optional(
    shape({
      title: isString,
      method: isString,
      url: isString,
      file: isString,
      line: isNumber,
      status: optional(isNumber),
    }),
  ),
});

/** A message to the host, or undefined where it isn't one. */
export function fromPanel(value: unknown): FromPanel | undefined {
  return validMessage<FromPanel>(value, {
    ready: { state: optional(isPanelState) },
    body: { id: isNumber, reveal: isBoolean },
    reveal: { id: isNumber },
    save: { id: isNumber },
    copy: { id: isNumber },
    open: { id: isNumber },
    'copy-text': { text: isString },
    resend: {},
    cancel: {},
    pin: { pinned: isBoolean },
    wrap: { wraps: isBoolean },
    history: { step: isNumber },
    'pick-history': {},
    goto: { file: isString, line: isNumber },
    action: { action: oneOf(...errorActions) },
    'set-secret': { name: isString },
  });
}

const isRequest = shape({
  method: isString,
  url: isString,
  query: Array.isArray,
  headers: Array.isArray,
  cookies: Array.isArray,
  overridden: Array.isArray,
  hasSecrets: isBoolean,
});

const isModel = shape({
  title: isString,
  method: isString,
  url: isString,
  file: isString,
  line: isNumber,
  durationMs: isNumber,
  status: optional(isNumber),
  headers: arrayOf(Array.isArray),
  cookies: arrayOf(isRecord),
  fieldsMasked: isBoolean,
  tests: arrayOf(isRecord),
  attempts: arrayOf(isRecord),
  request: isRequest,
});

/** A message to the panel, or undefined where it isn't one. */
export function toPanel(value: unknown): ToPanel | undefined {
  return validMessage<ToPanel>(value, {
    response: { id: isNumber, model: isModel, position: isNumber, count: isNumber, pinned: isBoolean },
    body: {
      id: isNumber,
      bytes: isBytes,
      charset: isString,
      secrets: oneOf('none', 'masked', 'shown'),
      whole: isBoolean,
    },
    running: { title: isString, startedAt: isNumber, attempts: isNumber, received: isNumber },
    idle: {},
    revealed: {
      id: isNumber,
      request: isRequest,
      headers: arrayOf(Array.isArray),
      cookies: arrayOf(isRecord),
      fieldsMasked: isBoolean,
    },
    pinned: { pinned: isBoolean },
    wrap: { wraps: isBoolean },
  });
}
