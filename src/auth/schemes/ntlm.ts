import { CountersignError } from '../../core/errors.ts';
import { requestUrl } from '../../core/request.ts';
import { type Challenge, findChallenge, parseChallenges, schemeNames } from '../challenges.ts';
import { channelBindings, endPointHash } from '../ntlm/channel-binding.ts';
import {
  authenticateMessage,
  type ChallengeMessage,
  type Credential,
  negotiateMessage,
  pairId,
  pairText,
  parseChallengeMessage,
} from '../ntlm/messages.ts';
import { type Attempt, type AuthContext, type AuthResponse, defineScheme, type Outcome } from '../scheme.ts';

/** NTLM version 2 over HTTP, which authenticates a connection. @see MS-NLMP, MS-NTHT, RFC 4559 */
export const ntlm = defineScheme({
  id: 'ntlm',
  label: 'NTLM',
  summary: 'Proves a Windows password without sending it, in three legs on one connection.',
  specification: 'https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp/',
  fields: [
    {
      name: 'username',
      label: 'Username',
      kind: 'text',
      required: true,
      placeholder: 'DOMAIN\\user',
      help: 'The user name; `DOMAIN\\user` and `user@domain` name the domain with it.',
    },
    { name: 'password', label: 'Password', kind: 'secret', required: true, help: 'The password of that user.' },
    {
      name: 'domain',
      label: 'Domain',
      kind: 'text',
      default: '',
      help: 'The domain of the user, where the user name does not give it.',
    },
    {
      name: 'workstation',
      label: 'Workstation',
      kind: 'text',
      default: '',
      advanced: true,
      help: 'The name of this computer as the server is told it; empty tells none.',
    },
    {
      name: 'disableRetry',
      label: 'Disable retrying the request',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Stops after the server’s challenge, and does not answer it.',
    },
    {
      name: 'challenge',
      label: 'Challenge',
      kind: 'text',
      advanced: true,
      help: 'A challenge message (type 2, base64) to answer at once, in place of asking the server for one.',
      specification:
        'https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp/801a4681-8809-4be9-ab0d-61dcfe762786',
    },
    {
      name: 'clientChallenge',
      label: 'Client challenge',
      kind: 'text',
      advanced: true,
      help: 'Eight bytes in hexadecimal in place of random ones.',
    },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'number',
      advanced: true,
      help: 'Seconds since 1970 in place of the clock; a server that sends its own time goes before it.',
    },
    {
      name: 'sessionKey',
      label: 'Session key',
      kind: 'text',
      advanced: true,
      help: 'Sixteen bytes in hexadecimal in place of random ones, for servers that ask for a key exchange.',
    },
  ],
  check({ username, domain, challenge, clientChallenge, sessionKey }) {
    const problems: { field: string; message: string }[] = [];
    const named = username?.includes('\\') ? username.slice(0, username.indexOf('\\')) : '';
    if (named && domain && named.toLowerCase() !== domain.toLowerCase()) {
      const message = `The user name says domain “${named}”, the field says “${domain}”: leave one of them out.`;
      problems.push({ field: 'domain', message });
    }
    if (clientChallenge && !/^[0-9a-f]{16}$/i.test(clientChallenge)) {
      problems.push({ field: 'clientChallenge', message: 'The client challenge is 16 hexadecimal digits.' });
    }
    if (sessionKey && !/^[0-9a-f]{32}$/i.test(sessionKey)) {
      problems.push({ field: 'sessionKey', message: 'The session key is 32 hexadecimal digits.' });
    }
    if (challenge && !parseChallengeMessage(Buffer.from(challenge, 'base64'))) {
      problems.push({ field: 'challenge', message: 'This is no NTLM challenge message (type 2) in base64.' });
    }
    return problems;
  },
  async *authorize(values, context) {
    const credential = credentialOf(values);
    const answer = async (
      challenge: ChallengeMessage,
      word: string,
      continues: boolean,
      binding?: Uint8Array,
    ): Promise<Attempt> => {
      const message = await authenticateMessage(challenge, credential, {
        clientChallenge: fixedOrRandom(values.clientChallenge, 8, context),
        sessionKey: fixedOrRandom(values.sessionKey, 16, context),
        now: values.timestamp === undefined ? context.clock.now() : values.timestamp * 1000,
        service: `HTTP/${new URL(context.request.url).hostname}`,
        negotiate: negotiateMessage(),
        channelBindings: binding,
      });
      return { edits: [header(word, message, true)], sameConnection: true, continues };
    };

    if (values.challenge !== undefined) {
      const challenge = parseChallengeMessage(Buffer.from(values.challenge, 'base64'));
      if (!challenge) throw new CountersignError('invalid-value', 'This is no NTLM challenge message (type 2).');
      return finish(yield await answer(challenge, 'NTLM', false), credential, challenge, false, context);
    }

    let word = context.memory.get<string>('word') ?? 'NTLM';
    if (context.memory.get<boolean>('authenticated')) {
      const response = yield {
        edits: [],
        sameConnection: true,
        pending: 'nothing is added while the connection that is already authenticated stays open',
      };
      if (response.status !== 401) return undefined;
      context.memory.delete('authenticated');
    }

    const holdBack = context.request.body !== undefined && context.request.body.length !== 0;
    const ask = (): Attempt => ({
      edits: [header(word, negotiateMessage(), false)],
      sameConnection: true,
      withoutBody: holdBack,
      pending: `the server will be asked for a challenge, and its answer follows on the same connection${holdBack ? ' with the body' : ''}`,
    });
    let response = yield ask();
    let challenges = parseChallenges(response.headers);
    if (response.status === 401 && !findChallenge(challenges, word) && findChallenge(challenges, 'Negotiate')) {
      word = 'Negotiate';
      response = yield ask();
      challenges = parseChallenges(response.headers);
    }
    if (response.status !== 401) {
      const redirected = response.status >= 300 && response.status < 400;
      if (holdBack && !redirected) yield { edits: [], sameConnection: true };
      return undefined;
    }
    if (values.disableRetry) {
      return refused('The server sent its challenge, which is not answered because “disableRetry” is true.');
    }

    const challenge = challengeMessage(findChallenge(challenges, word));
    if (!challenge) return refused(withoutChallenge(challenges, word));
    context.memory.set('word', word);
    const endPoint = response.serverCertificate && endPointHash(response.serverCertificate);
    const binding = endPoint && channelBindings(endPoint);
    const last = yield await answer(challenge, word, !closes(response), binding);
    if (last.status === 401 && closes(response)) {
      return refused('The server, or a proxy before it, closes the connection after each response; NTLM needs one.');
    }
    return finish(last, credential, challenge, binding !== undefined, context);
  },
});

function header(word: string, message: Uint8Array, secret: boolean): Attempt['edits'][number] {
  const value = `${word} ${Buffer.from(message).toString('base64')}`;
  return { in: 'header', name: 'Authorization', value, ...(secret ? { masked: `${word} •••` } : {}) };
}

/** `DOMAIN\user` is split; `user@domain` goes as it is, for the domain to resolve. */
function credentialOf(values: { username: string; password: string; domain: string; workstation: string }): Credential {
  const { username, password, domain, workstation } = values;
  const at = username.indexOf('\\');
  return at < 0
    ? { username, password, domain, workstation }
    : { username: username.slice(at + 1), password, domain: username.slice(0, at), workstation };
}

function fixedOrRandom(hex: string | undefined, length: number, context: AuthContext): Uint8Array {
  return hex === undefined ? context.random.bytes(length) : Buffer.from(hex, 'hex');
}

function challengeMessage(challenge: Challenge | undefined): ChallengeMessage | undefined {
  return challenge?.token68 === undefined ? undefined : parseChallengeMessage(Buffer.from(challenge.token68, 'base64'));
}

function refused(explanation: string): Outcome {
  return { verdict: 'refused', explanation };
}

function withoutChallenge(challenges: readonly Challenge[], word: string): string {
  const offered = findChallenge(challenges, word);
  if (!offered) {
    return challenges.length === 0
      ? 'The server refused the request without offering any way to log in.'
      : `The server does not offer NTLM; it offers ${schemeNames(challenges)}.`;
  }
  return offered.token68 === undefined
    ? 'The server did not answer with a challenge: it may not allow NTLM, or something on the way broke the connection.'
    : `The server answered ${word} with something other than an NTLM challenge; it may only accept Kerberos.`;
}

function finish(
  response: AuthResponse,
  credential: Credential,
  challenge: ChallengeMessage,
  bound: boolean,
  context: AuthContext,
): Outcome | undefined {
  const user = credential.domain ? `${credential.domain}\\${credential.username}` : credential.username;
  if (response.status === 401) {
    const domain = pairText(challenge, pairId.domain) || challenge.targetName;
    const named = credential.domain !== '' || credential.username.includes('@');
    const advice = named
      ? 'the user name, the password or the domain is wrong, or the account is locked'
      : `the user name or the password is wrong, or the domain is missing${domain ? ` (the server belongs to “${domain}”)` : ''}`;
    const secure = !context.request.url.startsWith('https:')
      ? ''
      : bound
        ? ' Where something on the way opens the encryption (a proxy that inspects it), a server with Extended Protection refuses too.'
        : ' A server that demands Extended Protection (channel binding) refuses too.';
    return refused(`The server did not accept “${user}”: ${advice}. It was tried once only.${secure}`);
  }
  if (response.status === 403) {
    return refused(`The server forbids this to “${user}”: the password may be wrong, or the user may lack the right.`);
  }
  if (staysAuthenticated(response)) context.memory.set('authenticated', true);
  return {
    verdict: 'accepted',
    explanation: `The server accepted “${user}” at ${new URL(requestUrl(context.request)).host}.`,
  };
}

/** IIS says `Persistent-Auth: false` where each request has to authenticate anew. */
function staysAuthenticated(response: AuthResponse): boolean {
  return !closes(response) && !says(response, 'persistent-auth', /false/i);
}

function closes(response: AuthResponse): boolean {
  return says(response, 'connection', /\bclose\b/i);
}

function says({ headers }: AuthResponse, name: string, pattern: RegExp): boolean {
  return headers.some(header => header[0].toLowerCase() === name && pattern.test(header[1]));
}
