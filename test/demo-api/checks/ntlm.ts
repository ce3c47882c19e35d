import { type Check, headerOf } from '../check.ts';
import { credentials } from '../credentials.ts';
import { createAcceptor } from '../verifiers/ntlm.ts';

const { user: username, password } = credentials;
const acceptor = createAcceptor({ username, password, domain: 'DEMO', timestamp: true });

/** Authenticates the connection, with an integrity code over the three messages. */
export const check: Check = request => {
  const authorization = headerOf(request, 'authorization');
  const { status, challenge, user, wrong } = acceptor.judge(request.socket, authorization, request.body.length);
  if (user !== undefined) return { ok: true, user, detail: 'an authenticated connection' };
  return {
    ok: false,
    status,
    detail: wrong ?? 'refused',
    ...(challenge === undefined ? {} : { headers: [['WWW-Authenticate', challenge]] }),
  };
};
