import { createSecretKey } from 'node:crypto';
import type { Check } from '../check.ts';
import { credentials } from '../credentials.ts';
import { demoPublicKey } from '../demo-key.ts';
import { arrived } from '../verifiers/arrived.ts';
import { verifyJwt } from '../verifiers/jwt.ts';

const shared = createSecretKey(credentials.jwtSecret, 'utf8');
const verify = verifyJwt(alg => (alg === 'HS256' ? shared : alg === 'ES256' ? demoPublicKey : undefined));

/** Takes HS256 with the shared secret, and ES256 with the key of the examples; wants `exp` and a `jti` of its own. */
export const check: Check = async request => {
  const wrong = await verify(arrived(request)).catch(() => 'no token');
  if (!wrong) return { ok: true, user: credentials.user, detail: 'a token with a good signature' };
  const error = `Bearer realm="demo", error="invalid_token", error_description="${wrong}"`;
  return { ok: false, detail: wrong, headers: [['WWW-Authenticate', error]] };
};
