import type { Check } from '../check.ts';
import { credentials } from '../credentials.ts';
import { arrived } from '../verifiers/arrived.ts';
import { createDigestVerifier } from '../verifiers/digest.ts';

const { user: username, password } = credentials;
const shared = { username, password, realm: 'demo', qop: 'auth, auth-int', proof: 'right' } as const;
const weak = createDigestVerifier(shared);
const strong = createDigestVerifier({ ...shared, algorithm: 'SHA-256', extra: 'charset=UTF-8' });

/** Offers SHA-256 and MD5, and proves that it knows the password too. */
export const check: Check = request => {
  const seen = arrived(request);
  const { authorization } = seen.headers;
  const { status, headers, wrong } = (authorization?.includes('SHA-256') ? strong : weak).judge(seen);
  if (wrong === undefined) return { ok: true, user: username, detail: 'a good answer to the challenge', headers };
  const challenges = authorization === undefined ? [...strong.judge(seen).headers, ...headers] : headers;
  return { ok: false, status, detail: wrong, headers: challenges };
};
