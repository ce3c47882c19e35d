import type { Challenge } from '../challenges.ts';
import type { AuthMemory } from '../scheme.ts';
import { type Algorithm, findAlgorithm, isSession, type Qop, strength } from './response.ts';

/** A nonce of the server and what goes with it, counted over the requests that use it. */
export interface Session {
  readonly realm: string;
  nonce: string;
  readonly algorithm: Algorithm;
  /** As the server wrote it; undefined where it named none, and then none is named to it. */
  readonly algorithmName: string | undefined;
  readonly qop: Qop | undefined;
  readonly opaque: string | undefined;
  readonly userhash: boolean;
  /** The server said that it reads UTF-8. */
  readonly utf8: boolean;
  /** Absolute URLs of what the nonce may be used for; none: the whole origin. */
  readonly space: readonly string[];
  /** How often the nonce was used. */
  count: number;
  /** What the next request will carry, so that a preview shows it. */
  clientNonce: string;
  /** `H(A1)`, once computed. */
  userDigest?: string;
}

export interface Wanted {
  readonly algorithm: Algorithm | undefined;
  readonly qop: Qop | undefined;
}

/**
 * The session that the strongest usable challenge opens, or why there is none, as a clause.
 * @param url of the request, which `domain` is relative to
 */
export function openSession(
  challenges: readonly Challenge[],
  wanted: Wanted,
  url: string,
  clientNonce: string,
): Session | string {
  const offered = challenges.filter(challenge => challenge.scheme.toLowerCase() === 'digest');
  const reasons: string[] = [];
  let best: Session | undefined;
  for (const { params } of offered) {
    const algorithmName = params.get('algorithm');
    const algorithm = findAlgorithm(algorithmName);
    const qops = listOf(params.get('qop'));
    const qop = chooseQop(qops, wanted.qop);
    const nonce = params.get('nonce');
    if (algorithm === undefined) {
      reasons.push(`it asks for the algorithm “${algorithmName}”, which is not known`);
    } else if (wanted.algorithm !== undefined && wanted.algorithm !== algorithm) {
      reasons.push(`it asks for ${algorithm}, and the field “algorithm” allows ${wanted.algorithm} only`);
    } else if (qop === null) {
      const allowed = wanted.qop === undefined ? '' : `, and the field “qop” allows ${wanted.qop} only`;
      reasons.push(`it asks for the quality of protection “${qops.join(', ') || 'none'}”${allowed}`);
    } else if (nonce === undefined) {
      reasons.push('its challenge has no nonce');
    } else if (!best || strength(algorithm) > strength(best.algorithm)) {
      best = {
        realm: params.get('realm') ?? '',
        nonce,
        algorithm,
        algorithmName,
        qop,
        opaque: params.get('opaque'),
        userhash: params.get('userhash')?.toLowerCase() === 'true',
        utf8: params.get('charset')?.toLowerCase() === 'utf-8',
        space: protectionSpace(params.get('domain'), url),
        count: 0,
        clientNonce,
      };
    }
  }
  return best ?? (reasons.join('; ') || 'it does not offer Digest');
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(word => word !== '');
}

/** `null` where the server offers nothing that is known and wanted. */
function chooseQop(offered: readonly string[], wanted: Qop | undefined): Qop | undefined | null {
  if (wanted !== undefined) return offered.includes(wanted) ? wanted : null;
  if (offered.length === 0) return undefined;
  return offered.includes('auth') ? 'auth' : offered.includes('auth-int') ? 'auth-int' : null;
}

/** @see RFC 7616 §3.3 `domain` */
function protectionSpace(domain: string | undefined, url: string): string[] {
  return (domain ?? '')
    .split(/\s+/)
    .filter(uri => uri !== '' && URL.canParse(uri, url))
    .map(uri => new URL(uri, url).href);
}

/** The session to use at once for a request, without asking. */
export function rememberedSession(memory: AuthMemory, url: string): Session | undefined {
  const sessions = sessionsIn(memory);
  const last = sessions.at(-1);
  if (!last || last.space.length === 0) return last;
  const { href } = new URL(url);
  return sessions.findLast(({ space }) => space.length === 0 || space.some(prefix => href.startsWith(prefix)));
}

/** Keeps a session that the server accepted; of a realm only the last, and of realms only the last eight. */
export function rememberSession(memory: AuthMemory, session: Session): void {
  const sessions = sessionsIn(memory);
  if (sessions.at(-1) === session) return;
  memory.set('sessions', [...sessions.filter(known => known.realm !== session.realm), session].slice(-8));
}

export function forgetSession(memory: AuthMemory, session: Session): void {
  memory.set(
    'sessions',
    sessionsIn(memory).filter(known => known !== session),
  );
}

function sessionsIn(memory: AuthMemory): readonly Session[] {
  return memory.get<readonly Session[]>('sessions') ?? [];
}

/** The client nonce of the next request, and a new one for the request after it; `-sess` keeps its own. */
export function takeClientNonce(session: Session, next: () => string): string {
  const taken = session.clientNonce;
  if (!isSession(session.algorithm)) session.clientNonce = next();
  return taken;
}
