import { createHash } from 'node:crypto';
import type { Arrived } from './arrived.ts';

/**
 * A digest server after RFC 7616 with everything that the servers on npm lack: SHA-256 and SHA-512/256, auth-int, userhash,
 * rspauth, nextnonce, stale nonces and replay protection. Shares no code with the scheme.
 */
export interface DigestOptions {
  readonly username?: string;
  readonly password?: string;
  readonly realm?: string;
  readonly algorithm?: string;
  readonly qop?: string;
  /** More parameters of the challenge. */
  readonly extra?: string;
  /** Requests that a nonce is good for; then it is stale. */
  readonly uses?: number;
  readonly nextNonce?: boolean;
  readonly proof?: 'right' | 'wrong';
  /** Never says `stale`. */
  readonly silent?: boolean;
}

export interface DigestJudgement {
  readonly status: 200 | 400 | 401;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What is wrong, as a clause. */
  readonly wrong?: string;
}

export interface DigestVerifier {
  /** @param text what the response will hold; where that is unknown there is no proof that covers it */
  judge(request: Arrived, text?: string): DigestJudgement;
  /** The parameters of every Authorization header, and `body` length. */
  readonly seen: Record<string, string>[];
  forgetNonces(): void;
}

export function createDigestVerifier(options: DigestOptions = {}): DigestVerifier {
  const { username = 'Mufasa', password = 'Circle of Life', realm = 'test', algorithm, qop = 'auth' } = options;
  const seen: Record<string, string>[] = [];
  const nonces = new Map<string, number>();
  let counter = 0;
  const newNonce = (): string => {
    const nonce = `nonce/${++counter}==`;
    nonces.set(nonce, 0);
    return nonce;
  };
  const name = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }[
    (algorithm ?? 'MD5').replace('-sess', '')
  ];
  const h = (...parts: (string | Buffer)[]): string => {
    const hash = createHash(name ?? 'md5');
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };

  return {
    seen,
    forgetNonces: () => nonces.clear(),
    judge({ method, target, headers, body }, text) {
      const header = Buffer.from(headers.authorization ?? '', 'latin1').toString();
      const given = Object.fromEntries(
        [...header.matchAll(/([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(match => [
          match[1] ?? '',
          match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '',
        ]),
      );
      seen.push({ ...given, body: String(body.length) });
      const refuse = (wrong: string, stale = false): DigestJudgement => {
        const challenge = [
          `Digest realm="${realm}", nonce="${newNonce()}"`,
          ...(qop === '' ? [] : [`qop="${qop}"`]),
          ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
          ...(stale && !options.silent ? ['stale=true'] : []),
          ...(options.extra === undefined ? [] : [options.extra]),
        ].join(', ');
        return { status: 401, headers: [['WWW-Authenticate', Buffer.from(challenge).toString('latin1')]], wrong };
      };
      if (header === '') return refuse('no Authorization header');

      const { nonce = '', cnonce, nc, uri, response } = given;
      const used = nonces.get(nonce);
      const count = nc === undefined ? 1 : Number.parseInt(nc, 16);
      if (uri !== target) return { status: 400, headers: [], wrong: 'the uri is not that of the request' };
      if (used === undefined || (nc !== undefined && count <= used) || count > (options.uses ?? 1000)) {
        return refuse('an unknown or used nonce', true);
      }
      nonces.set(nonce, count);
      let ha1 = h(`${username}:${realm}:${password}`);
      if (algorithm?.endsWith('-sess')) ha1 = h(`${ha1}:${nonce}:${cnonce}`);
      const middle = given.qop ? `${nonce}:${nc}:${cnonce}:${given.qop}` : nonce;
      const expect = (verb: string, entity: string | Buffer): string =>
        h(`${ha1}:${middle}:${h(`${verb}:${uri}${given.qop === 'auth-int' ? `:${h(entity)}` : ''}`)}`);
      const extended = decodeURIComponent((given['username*'] ?? '').slice("UTF-8''".length));
      const known = [username, h(`${username}:${realm}`)].includes(given.username ?? '') || extended === username;
      if (!known || response !== expect(method, body)) return refuse('a wrong user name or password');

      const info = [
        ...(options.nextNonce ? [`nextnonce="${newNonce()}"`] : []),
        ...(options.proof === undefined || (text === undefined && given.qop === 'auth-int')
          ? []
          : [
              `qop=${given.qop}`,
              `rspauth="${options.proof === 'wrong' ? h('no') : expect('', text ?? '')}"`,
              `cnonce="${cnonce}"`,
              `nc=${nc}`,
            ]),
      ];
      return { status: 200, headers: info.length === 0 ? [] : [['Authentication-Info', info.join(', ')]] };
    },
  };
}
