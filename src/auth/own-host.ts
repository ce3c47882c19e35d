import { CountersignError } from '../core/errors.ts';
import type { Credential } from '../core/permission.ts';

/**
 * Sees to it that a credential of this machine signs for no other host than the one that gets the request: what a file
 * states may not have it sign for somebody else.
 * @param host as it is signed, its port where one is written
 * @param url where the request goes
 * @throws CountersignError `invalid-value`
 */
export function requireOwnHost({ label }: Credential, host: string, url: string): void {
  const { protocol, host: own } = new URL(url);
  const signed = URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : host;
  if (signed === own) return;
  throw new CountersignError('invalid-value', `The ${label} does not sign for ${signed} in a request to ${own}.`, {
    hint: 'Remove what names the other host, or give the keys in the @auth statement.',
  });
}
