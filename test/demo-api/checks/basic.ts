import { timingSafeEqual } from 'node:crypto';
import { type Check, headerOf } from '../check.ts';
import { credentials } from '../credentials.ts';

const challenge = [['WWW-Authenticate', 'Basic realm="demo", charset="UTF-8"']] as const;
const accepted = Buffer.from(`${credentials.user}:${credentials.password}`);

/** @see RFC 7617 §2 */
export const check: Check = request => {
  const sent = headerOf(request, 'authorization');
  if (sent === undefined) return { ok: false, detail: 'no Authorization header', headers: challenge };
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(sent)?.[1];
  if (encoded === undefined) return { ok: false, detail: 'not Basic credentials', headers: challenge };
  const received = Buffer.from(encoded, 'base64');
  if (received.toString('base64') !== encoded) return { ok: false, detail: 'not canonical base64', headers: challenge };
  if (received.length !== accepted.length || !timingSafeEqual(received, accepted)) {
    return { ok: false, detail: 'wrong user name or password', headers: challenge };
  }
  return { ok: true, user: credentials.user, detail: 'user name and password' };
};
