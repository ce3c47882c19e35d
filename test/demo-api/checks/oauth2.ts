import { type Check, headerOf } from '../check.ts';

/** @see RFC 6750 §2.1, §2.3, §3 */
export const check: Check = async (request, server) => {
  const sent = headerOf(request, 'authorization');
  const token =
    sent === undefined
      ? request.url.searchParams.get('access_token')
      : /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(sent)?.[1];
  if (!token) {
    return { ok: false, detail: 'no access token', headers: [['WWW-Authenticate', 'Bearer realm="demo"']] };
  }
  const user = await server?.userOf(token);
  if (user === undefined) {
    const error = 'Bearer realm="demo", error="invalid_token", error_description="Unknown, expired or revoked"';
    return { ok: false, detail: 'unknown token', headers: [['WWW-Authenticate', error]] };
  }
  return { ok: true, user, detail: 'an access token of the demo’s authorization server' };
};
