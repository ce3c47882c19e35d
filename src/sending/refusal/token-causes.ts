import { originOf } from '../../core/request.ts';
import { type Cause, challengesOf, credentialsOf, headerOf, quoted, type Refusal, type Rule, span } from './refusal.ts';

/** What a token says about itself, where it can be read: a JWT. @see RFC 7519, RFC 9068 */
export const tokenCauses: readonly Rule[] = [claims, opaque, clock];

type Claims = Readonly<Record<string, unknown>>;

/** Clocks may differ by this, in milliseconds. */
const leeway = 60_000;

/** Further apart than this, signatures with a time in them are refused. Milliseconds. */
const skew = 4 * 60_000;

function claims(refusal: Refusal): Cause[] {
  const token = tokenOf(refusal);
  const [head, payload] = token === undefined ? [] : token.split('.').map(json);
  if (!head || !payload) return [];
  return [
    ...times(payload, refusal.now),
    ...audience(payload, refusal),
    ...kind(head, payload),
    ...scopes(payload, refusal),
    ...(head.alg === 'none'
      ? [
          {
            id: 'unsigned-token',
            text: 'The token is not signed.',
            evidence: 'Its header: alg = none.',
            fix: 'Get a signed one.',
          },
        ]
      : []),
  ];
}

/** The token of the request: what follows `Bearer` or `DPoP`, or stands in `access_token`. */
function tokenOf(refusal: Refusal): string | undefined {
  const stated = credentialsOf(refusal);
  if (stated && /^(?:bearer|dpop|token|jwt)$/i.test(stated.scheme)) return stated.credential.trim();
  return refusal.request.query.find(({ name }) => name === 'access_token')?.value;
}

function json(part: string): Claims | undefined {
  if (!/^[\w-]+$/.test(part) || part.length > 65_536) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

function times({ exp, nbf, iat }: Claims, now: number): Cause[] {
  const moment = (seconds: number): string => new Date(seconds * 1000).toISOString();
  if (isTime(exp) && exp * 1000 < now) {
    return [
      {
        id: 'expired-token',
        text: `The token expired ${span(now - exp * 1000)} ago.`,
        evidence: `Its claim exp: ${moment(exp)}.`,
        fix: 'Get a new one.',
      },
    ];
  }
  if (isTime(nbf) && nbf * 1000 > now + leeway) {
    return [
      {
        id: 'early-token',
        text: `The token is not valid before ${moment(nbf)}.`,
        evidence: 'Its claim nbf.',
        fix: 'Wait until then, or set the clock of this machine right.',
      },
    ];
  }
  if (isTime(iat) && iat * 1000 > now + skew) {
    return [
      {
        id: 'future-token',
        text: `By this machine’s clock the token was issued in ${span(iat * 1000 - now)}.`,
        evidence: `Its claim iat: ${moment(iat)}.`,
        fix: 'Set the clock right.',
      },
    ];
  }
  return [];
}

/** Seconds since the epoch that are a date. */
const isTime = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 8e12;

function audience({ aud }: Claims, { request }: Refusal): Cause[] {
  const named = (Array.isArray(aud) ? aud : [aud]).filter(each => typeof each === 'string');
  const hosts = named.map(each => (/^https?:\/\//i.test(each) ? URL.parse(each)?.hostname : undefined));
  const host = URL.parse(request.url)?.hostname ?? '';
  // An audience that is no address says nothing about one.
  if (named.length === 0 || hosts.some(each => each === undefined || each === host)) return [];
  const related = hosts.some(each => each && (host.endsWith(`.${each}`) || each.endsWith(`.${host}`)));
  if (related) return [];
  return [
    {
      id: 'other-audience',
      text: `The token is meant for ${quoted(named.join(', '))}, and the request goes to ${originOf(request)}.`,
      evidence: 'Its claim aud.',
      fix: 'Get a token whose audience or resource is that server.',
    },
  ];
}

function kind(head: Claims, payload: Claims): Cause[] {
  const type = typeof payload.typ === 'string' ? payload.typ : '';
  if (/^refresh$/i.test(type)) {
    return [
      {
        id: 'refresh-token',
        text: 'This is a refresh token, not an access token.',
        evidence: 'Its claim typ.',
        fix: 'Use the access token.',
      },
    ];
  }
  const isAccess =
    /^(?:application\/)?at\+jwt$/i.test(String(head.typ ?? '')) || 'scope' in payload || 'scp' in payload;
  const isId = /^id$/i.test(type) || (!isAccess && ('nonce' in payload || 'at_hash' in payload));
  if (!isId) return [];
  return [
    {
      id: 'id-token',
      text: 'This is an ID token, which tells the client who signed in; servers want an access token.',
      evidence: `Its claims: ${['typ', 'nonce', 'at_hash'].filter(name => name in payload).join(', ')}.`,
      fix: 'Use the access token.',
    },
  ];
}

function scopes(payload: Claims, refusal: Refusal): Cause[] {
  const has = wordsOf(payload.scope ?? payload.scp);
  if (!has) return [];
  for (const { params } of challengesOf(refusal)) {
    const wanted = wordsOf(params.get('scope'));
    const missing = wanted?.filter(scope => !has.includes(scope)) ?? [];
    // A challenge may name all that the server knows: any one of them may do.
    if (missing.length > 0 && missing.length === wanted?.length) {
      return [
        {
          id: 'missing-scope',
          text: `The token has ${has.length === 0 ? 'no scope' : `the scopes ${quoted(has.join(' '))}`}, and the server names ${quoted(missing.join(' '))}.`,
          evidence: 'Its claim scope, and WWW-Authenticate.',
          fix: `Get a token with scope=${quoted(missing.join(' '))}.`,
        },
      ];
    }
  }
  return [];
}

function wordsOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.filter(each => typeof each === 'string');
  return typeof value === 'string' ? value.split(/[\s,]+/).filter(word => word !== '') : undefined;
}

function opaque(refusal: Refusal): Cause | undefined {
  const token = tokenOf(refusal);
  if (!token || token.split('.').length >= 3) return undefined;
  const said = [...challengesOf(refusal)].map(({ params }) => params.get('error_description') ?? '').join(' ');
  const words = /\b(?:JWTs?|JWS|IDX\d{5}|segments|jwt malformed|compact serialization)\b/i;
  const found = words.exec(said) ?? words.exec(refusal.body.slice(0, 4096));
  if (!found) return undefined;
  return {
    id: 'opaque-token',
    text: 'The server wants a token that is a JWT, and this one is not.',
    evidence: `Its answer speaks of ${quoted(found[0])}.`,
    fix: 'Get one for this server: name its audience or resource.',
  };
}

/** Schemes whose signature holds for some minutes. */
const timed = new Set(['awsv4', 'oauth1', 'hawk', 'edgegrid', 'jwt', 'asap']);

function clock(refusal: Refusal): Cause | undefined {
  const date = Date.parse(headerOf(refusal, 'date') ?? '');
  const apart = refusal.now - date;
  if (Number.isNaN(date) || Math.abs(apart) < skew) return undefined;
  if (!timed.has(refusal.decision.statement?.scheme ?? '') && !tokenOf(refusal)?.startsWith('eyJ')) return undefined;
  return {
    id: 'clock-skew',
    text: `This machine’s clock is ${span(apart)} ${apart > 0 ? 'ahead of' : 'behind'} the server’s.`,
    evidence: `Date: ${new Date(date).toISOString()}, here ${new Date(refusal.now).toISOString()}.`,
    fix: 'Set the clock right: signatures and tokens hold for a time only.',
  };
}
