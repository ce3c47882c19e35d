import type { TokenModel } from '../../features/presentation/token-model.ts';
import { isRecord, isString, oneOf, validMessage } from '../shared/shape.ts';

/** What the host tells the page. */
export type ToTokenPage =
  | { readonly type: 'token'; readonly model: TokenModel }
  /** The token is no longer kept. */
  | { readonly type: 'gone' };

const tokenActions = ['use', 'get', 'refresh', 'copy', 'copyAsHeader', 'rename', 'revoke', 'delete', 'share'] as const;
export type TokenAction = (typeof tokenActions)[number];

/** What the page tells the host. */
export type FromTokenPage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: TokenAction }
  | { readonly type: 'open'; readonly file: string };

export function toTokenPage(value: unknown): ToTokenPage | undefined {
  return validMessage<ToTokenPage>(value, { token: { model: isRecord }, gone: {} });
}

export function fromTokenPage(value: unknown): FromTokenPage | undefined {
  return validMessage<FromTokenPage>(value, {
    ready: {},
    action: { action: oneOf(...tokenActions) },
    open: { file: isString },
  });
}
