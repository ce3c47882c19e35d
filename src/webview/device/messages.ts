import { isNumber, isString, validMessage } from '../shared/shape.ts';

/** What the host tells the page. */
export interface ToDevicePage {
  readonly type: 'code';
  readonly userCode: string;
  readonly verificationUri: string;
  /** The address with the code in it where the server gives one. */
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What the page tells the host. */
export interface FromDevicePage {
  readonly type: 'ready' | 'copy' | 'open' | 'cancel';
}

export function toDevicePage(value: unknown): ToDevicePage | undefined {
  const code = { userCode: isString, verificationUri: isString, address: isString, expiresAt: isNumber };
  return validMessage<ToDevicePage>(value, { code });
}

export function fromDevicePage(value: unknown): FromDevicePage | undefined {
  return validMessage<FromDevicePage>(value, { ready: {}, copy: {}, open: {}, cancel: {} });
}
