import { type Check, headerOf } from '../check.ts';
import { userOfToken } from '../issued-tokens.ts';

/** @see RFC 6750 §2.1, §3 */
export const check: Check = request => {
  const sent = headerOf(request, 'authorization');
  if (sent === undefined) {
    return { ok: false, detail: 'no Authorization header', headers: [['WWW-Authenticate', 'Bearer realm="demo"']] };
  }
  const token = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(sent)?.[1];
  if (token === undefined) {
    const error = 'Bearer realm="demo", error="invalid_request"';
    return { ok: false, status: 400, detail: 'not a Bearer token', headers: [['WWW-Authenticate', error]] };
  }
  const user = userOfToken(token);
  if (user === undefined) {
    const error = 'Bearer realm="demo", error="invalid_token", error_description="The token is unknown"';
    return { ok: false, detail: 'unknown token', headers: [['WWW-Authenticate', error]] };
  }
  return { ok: true, user, detail: 'token' };
};
