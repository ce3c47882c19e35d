import type { Check } from '../check.ts';
import { credentials } from '../credentials.ts';
import { arrived } from '../verifiers/arrived.ts';
import { type HawkError, hawkServer } from '../verifiers/hawk.ts';

const { id: demoId, key } = credentials.hawk;
const nonces = new Set<string>();

/** Takes every nonce once, checks the payload where its hash was sent, and signs the response. */
export const check: Check = async request => {
  const { method, target: url, headers, body, secure } = arrived(request);
  try {
    const { credentials: found, artifacts } = await hawkServer.authenticate(
      { method, url, headers, connection: { encrypted: secure } },
      id => (id === demoId ? { key, algorithm: 'sha256' } : null),
      {
        nonceFunc(_key: string, nonce: string) {
          if (nonces.has(nonce)) throw new Error('a used nonce');
          nonces.add(nonce);
        },
      },
    );
    if (artifacts.hash) hawkServer.authenticatePayload(body, found, artifacts, headers['content-type']);
    const signature = hawkServer.header(found, artifacts, { ext: 'demo' });
    return {
      ok: true,
      user: credentials.user,
      detail: artifacts.hash ? 'a good signature, of the body too' : 'a good signature',
      headers: [['Server-Authorization', signature]],
    };
  } catch (error) {
    const { message, output } = error as HawkError;
    return { ok: false, status: output.statusCode, detail: message, headers: Object.entries(output.headers) };
  }
};
