import { CountersignError } from '../../core/errors.ts';
import { MASK, requestUrl } from '../../core/request.ts';
import { type Challenge, parseAuthParams, parseChallenges, schemeNames } from '../challenges.ts';
import { controlCharacterProblems } from '../control-character.ts';
import {
  type Algorithm,
  algorithms,
  bodyDigest,
  digestOf,
  findAlgorithm,
  isSession,
  type ResponseInput,
  responseDigest,
  userDigest,
} from '../digest/response.ts';
import {
  forgetSession,
  openSession,
  rememberedSession,
  rememberSession,
  type Session,
  takeClientNonce,
} from '../digest/session.ts';
import { requestTarget } from '../request-target.ts';
import {
  type Attempt,
  type AuthContext,
  type AuthResponse,
  defineScheme,
  type FieldProblem,
  type Outcome,
} from '../scheme.ts';

/** A longer body, or one of unknown length, is not sent before there is a challenge to answer. */
const longBody = 1_048_576;

/** Digest access authentication. @see RFC 7616, RFC 2617, RFC 2069 */
export const digest = defineScheme({
  id: 'digest',
  label: 'Digest Auth',
  summary: 'Proves a password without sending it, by answering the server’s challenge.',
  specification: 'https://www.rfc-editor.org/rfc/rfc7616',
  fields: [
    { name: 'username', label: 'Username', kind: 'text', required: true, help: 'The user name.' },
    { name: 'password', label: 'Password', kind: 'secret', required: true, help: 'The password of that user.' },
    {
      name: 'realm',
      label: 'Realm',
      kind: 'text',
      advanced: true,
      help: 'With a nonce, the realm to answer at once; otherwise the server names it.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7616#section-3.3',
    },
    {
      name: 'nonce',
      label: 'Nonce',
      kind: 'text',
      advanced: true,
      help: 'A nonce of the server’s to answer at once, in place of asking for one.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7616#section-3.3',
    },
    {
      name: 'algorithm',
      label: 'Algorithm',
      kind: 'choice',
      advanced: true,
      choices: algorithms.map(value => ({ value })),
      help: 'The only algorithm to answer with; empty takes the strongest that the server offers.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7616#section-6.1',
    },
    {
      name: 'qop',
      label: 'Quality of protection',
      kind: 'choice',
      advanced: true,
      choices: [
        { value: 'auth', help: 'Protects method and address.' },
        { value: 'auth-int', help: 'Protects the body too.' },
      ],
      help: 'The only protection to answer with; empty takes what the server offers, `auth` first.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7616#section-3.4',
    },
    {
      name: 'nonceCount',
      label: 'Nonce count',
      kind: 'text',
      advanced: true,
      placeholder: '00000001',
      help: 'How often the nonce has been used with this request, in hexadecimal; counted where empty.',
    },
    {
      name: 'clientNonce',
      label: 'Client nonce',
      kind: 'text',
      advanced: true,
      help: 'In place of a random one.',
    },
    {
      name: 'opaque',
      label: 'Opaque',
      kind: 'text',
      advanced: true,
      help: 'With a nonce, the string that goes back to the server as it is.',
    },
    {
      name: 'disableRetry',
      label: 'Disable retrying the request',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Stops after the server’s challenge, and does not answer it.',
    },
  ],
  check({ username, nonceCount, realm, nonce, opaque, clientNonce }) {
    const problems: FieldProblem[] = [];
    if (username?.includes(':')) {
      const message = 'A user name with a colon may be cut there by the server.';
      problems.push({ field: 'username', message, severity: 'warning' });
    }
    problems.push(...controlCharacterProblems({ username, realm, nonce, opaque, clientNonce }));
    if (nonceCount && !/^[0-9a-f]{1,8}$/i.test(nonceCount)) {
      problems.push({ field: 'nonceCount', message: 'The nonce count is a hexadecimal number of up to eight digits.' });
    }
    if (nonce && realm === undefined) {
      problems.push({ field: 'nonce', message: 'A nonce can only be answered with its realm: give “realm” too.' });
    }
    return problems;
  },
  async *authorize(values, context) {
    const { memory, request } = context;
    const url = requestUrl(request);
    const newClientNonce = (): string => values.clientNonce ?? hex(context.random.bytes(16));
    const open = (challenges: readonly Challenge[]): Session | string =>
      openSession(challenges, { algorithm: values.algorithm, qop: values.qop }, url, newClientNonce());

    const remembered = rememberedSession(memory, url);
    let session: Session | string | undefined = remembered;
    if (remembered?.nonce !== values.nonce) session = statedSession(values, newClientNonce) ?? remembered;
    /** Whether the nonce is one that the server has just given. */
    let fresh = false;
    if (!session) {
      const length = request.body ? (request.body.length ?? Number.POSITIVE_INFINITY) : 0;
      const holdBack = length > longBody;
      const pending = `the server will be asked for a challenge${holdBack ? ', without the body' : ''}, and its answer computed from that`;
      const response = yield { edits: [], pending, withoutBody: holdBack };
      if (response.status !== 401) {
        const redirected = response.status >= 300 && response.status < 400;
        if (holdBack && !redirected) yield { edits: [] };
        return undefined;
      }
      if (values.disableRetry) {
        return refused('The server sent its challenge, which is not answered because “disableRetry” is true.');
      }
      const challenges = parseChallenges(response.headers);
      session = open(challenges);
      if (typeof session === 'string') return refused(unanswerable(session, challenges));
      fresh = true;
    }

    for (let stale = 0; ; ) {
      const entity = session.qop === 'auth-int' ? await bodyDigest(session.algorithm, request.body) : '';
      const { attempt, input } = answer(session, values, context, entity, newClientNonce);
      const response = yield attempt;
      if (response.status !== 401) {
        rememberSession(memory, session);
        return verify(session, input, response);
      }
      forgetSession(memory, session);
      const challenges = parseChallenges(response.headers);
      const next = open(challenges);
      const isStale = challenges.some(challenge => challenge.params.get('stale')?.toLowerCase() === 'true');
      // A kept nonce that the server has forgotten says nothing of the password; a fresh one that it refuses does.
      const another =
        typeof next === 'object' && next.nonce !== session.nonce && (fresh ? isStale && stale === 0 : true);
      if (!another || values.disableRetry) return refused(refusal(session, values.username, next, challenges, isStale));
      if (fresh) stale++;
      session = next;
      fresh = true;
    }
  },
});

function hex({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}

interface DigestValues {
  readonly username: string;
  readonly password: string;
  readonly realm: string | undefined;
  readonly nonce: string | undefined;
  readonly algorithm: Algorithm | undefined;
  readonly qop: 'auth' | 'auth-int' | undefined;
  readonly nonceCount: string | undefined;
  readonly opaque: string | undefined;
}

/** The session that the advanced fields describe. */
function statedSession(values: DigestValues, newClientNonce: () => string): Session | undefined {
  const { realm, nonce, algorithm, qop, opaque } = values;
  if (nonce === undefined || realm === undefined) return undefined;
  return {
    realm,
    nonce,
    qop,
    opaque,
    algorithm: findAlgorithm(algorithm) ?? 'MD5',
    algorithmName: algorithm,
    userhash: false,
    utf8: false,
    space: [],
    count: 0,
    clientNonce: newClientNonce(),
  };
}

/**
 * The attempt that answers with a session, which counts it unless it is only shown.
 * @param entity `H(entity-body)`, for auth-int
 */
function answer(
  session: Session,
  values: DigestValues,
  context: AuthContext,
  entity: string,
  newClientNonce: () => string,
): { readonly attempt: Attempt; readonly input: ResponseInput } {
  const { request, preview } = context;
  const { realm, algorithm, qop, nonce, opaque } = session;
  const normal = (text: string): string => (session.utf8 ? text.normalize('NFC') : text);
  const username = normal(values.username);
  const password = normal(values.password);
  const count = values.nonceCount === undefined ? session.count + 1 : Number.parseInt(values.nonceCount, 16);
  const clientNonce = preview ? session.clientNonce : takeClientNonce(session, newClientNonce);
  if (!preview) session.count = count;
  session.userDigest ??= userDigest(algorithm, { username, realm, password }, nonce, clientNonce);

  const input: ResponseInput = {
    algorithm,
    nonce,
    qop,
    clientNonce,
    userDigest: session.userDigest,
    nonceCount: count.toString(16).padStart(8, '0'),
    method: request.method,
    uri: requestTarget(request),
    bodyDigest: entity,
  };
  const lead =
    `Digest ${userParam(session, username)}, realm=${quoted(realm)}, nonce=${quoted(nonce)}, uri=${quoted(input.uri)}` +
    (session.algorithmName === undefined ? '' : `, algorithm=${session.algorithmName}`) +
    (qop === undefined ? '' : `, qop=${qop}, nc=${input.nonceCount}`) +
    (qop === undefined && !isSession(algorithm) ? '' : `, cnonce=${quoted(clientNonce)}`);
  const rest = (opaque === undefined ? '' : `, opaque=${quoted(opaque)}`) + (session.userhash ? ', userhash=true' : '');
  const header = (response: string): string => `${lead}, response="${response}"${rest}`;
  const value = header(responseDigest(input));
  return { attempt: { edits: [{ in: 'header', name: 'Authorization', value, masked: header(MASK) }] }, input };
}

/** @see RFC 7616 §3.4.3, §3.4.4 */
function userParam({ algorithm, realm, userhash, utf8 }: Session, username: string): string {
  if (userhash) return `username="${digestOf(algorithm, `${username}:${realm}`)}"`;
  if (utf8 && /[^\x20-\x7e]/.test(username)) {
    const encoded = encodeURIComponent(username.toWellFormed()).replace(
      /['()*]/g,
      c => `%${c.charCodeAt(0).toString(16)}`,
    );
    return `username*=UTF-8''${encoded}`;
  }
  return `username=${quoted(username)}`;
}

function quoted(text: string): string {
  if (!/[\0-\x08\x0a-\x1f\x7f"\\]/.test(text)) return `"${text}"`;
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(text)) {
    throw new CountersignError('auth-failed', 'The server’s challenge contains a control character.');
  }
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** What the server says of itself, and the nonce it wants next. @see RFC 7616 §3.5 */
async function verify(session: Session, input: ResponseInput, response: AuthResponse): Promise<Outcome> {
  const info = parseAuthParams(headerOf(response, 'authentication-info') ?? '');
  const nextNonce = info.get('nextnonce');
  if (nextNonce !== undefined && nextNonce !== session.nonce) {
    session.nonce = nextNonce;
    session.count = 0;
  }
  const accepted: Outcome = {
    verdict: 'accepted',
    explanation: `The server accepted the answer (${session.algorithm}).`,
  };
  const proof = info.get('rspauth');
  if (proof === undefined) return accepted;
  const qop = info.get('qop')?.toLowerCase();
  if (qop === 'auth-int' && headerOf(response, 'content-encoding') !== undefined) {
    const explanation = 'The server’s proof covers the compressed body, which is not at hand; it was not checked.';
    return { verdict: 'accepted', explanation };
  }
  const expected = responseDigest({
    ...input,
    qop: qop === 'auth' || qop === 'auth-int' ? qop : input.qop,
    method: '',
    bodyDigest: qop === 'auth-int' ? digestOf(session.algorithm, await response.bytes()) : input.bodyDigest,
  });
  const echoes = (info.get('cnonce') ?? input.clientNonce) === input.clientNonce;
  if (echoes && proof.toLowerCase() === expected) {
    return {
      verdict: 'accepted',
      explanation: `The server accepted the answer and proved that it knows the password.`,
    };
  }
  return {
    verdict: 'unverified',
    explanation:
      'The server’s “rspauth” is wrong: it does not know the password, or the response was changed on the way.',
  };
}

function headerOf(response: AuthResponse, name: string): string | undefined {
  return response.headers.find(header => header[0].toLowerCase() === name)?.[1];
}

function refused(explanation: string): Outcome {
  return { verdict: 'refused', explanation };
}

function unanswerable(reason: string, challenges: readonly Challenge[]): string {
  if (challenges.length === 0) return 'The server refused the request without offering any way to log in.';
  const offers = reason.includes('does not offer') ? `; it offers ${schemeNames(challenges)}` : '';
  return `The server’s challenge cannot be answered: ${reason}${offers}.`;
}

function refusal(
  session: Session,
  username: string,
  next: Session | string,
  challenges: readonly Challenge[],
  stale: boolean,
): string {
  if (typeof next === 'string') return unanswerable(next, challenges);
  if (stale) {
    return 'The server calls even a fresh nonce stale: it may be several servers that do not share their nonces, or it takes the request for a replay.';
  }
  const realm = next.realm === session.realm ? '' : ` (the server now asks for the realm “${next.realm}”)`;
  return `The server did not accept “${username}” in the realm “${session.realm}”: the user name or the password is wrong${realm}. It was tried once only.`;
}
