import type { Check } from '../check.ts';
import { credentials } from '../credentials.ts';
import { demoPublicKey } from '../demo-key.ts';
import { arrived } from '../verifiers/arrived.ts';
import { verifyJwt } from '../verifiers/jwt.ts';

const verify = verifyJwt(alg => (alg === 'ES256' ? demoPublicKey : undefined), { audience: 'demo-api' });

export const check: Check = async request => {
  const wrong = await verify(arrived(request)).catch(() => 'no token');
  if (!wrong) return { ok: true, user: credentials.user, detail: 'a token for this service' };
  const error = `Bearer realm="demo", error="invalid_token", error_description="${wrong}"`;
  return { ok: false, detail: wrong, headers: [['WWW-Authenticate', error]] };
};
