import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { Arrived } from './arrived.ts';

/** Verifies what came over the wire with `jose`, which signs nothing here. */
export function verifyJwt(
  keyOf: (alg: string) => KeyObject | undefined,
  options: { audience?: string } = {},
  used = new Set<string>(),
) {
  return async ({ headers, target }: Arrived): Promise<string | undefined> => {
    const token =
      headers.authorization?.replace(/^Bearer /, '') || (new URL(`http://a${target}`).searchParams.get('token') ?? '');
    const { alg = '' } = decodeProtectedHeader(token);
    const key = keyOf(alg);
    try {
      const { payload } = await jwtVerify(token, key as KeyObject, { ...options, requiredClaims: ['exp', 'jti'] });
      if (used.has(payload.jti ?? '')) return 'replay';
      used.add(payload.jti ?? '');
      return undefined;
    } catch (error) {
      return error instanceof errors.JOSEError ? error.code : String(error);
    }
  };
}
