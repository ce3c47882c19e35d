import hawkCrypto from 'hawk/lib/crypto.js';
import { asCountersignError } from '../../core/errors.ts';
import { headerValue, MASK } from '../../core/request.ts';
import { findChallenge, parseChallenges, schemeNames } from '../challenges.ts';
import { requestHost, requestTarget } from '../request-target.ts';
import { type AuthContext, type AuthResponse, defineScheme, type Outcome } from '../scheme.ts';

/** What an attribute's value may hold: there is no way to write a quote or a backslash. */
const attributePattern = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Hawk: requests and responses signed with a shared key. @see https://github.com/mozilla/hawk/blob/main/API.md */
export const hawk = defineScheme({
  id: 'hawk',
  label: 'Hawk',
  summary: 'Signs each request with a shared key, and checks the signature of the response.',
  specification: 'https://github.com/mozilla/hawk/blob/main/API.md',
  fields: [
    { name: 'authId', label: 'Hawk auth ID', kind: 'text', required: true, help: 'Names the key.' },
    { name: 'authKey', label: 'Hawk auth key', kind: 'secret', required: true, help: 'The key itself.' },
    {
      name: 'algorithm',
      label: 'Algorithm',
      kind: 'choice',
      default: 'sha256',
      choices: [
        { value: 'sha256', label: 'SHA-256' },
        { value: 'sha1', label: 'SHA-1' },
      ],
      help: 'The hash that belongs to the key.',
    },
    { name: 'user', label: 'User', kind: 'text', advanced: true, help: 'Whose key it is; a note that is not sent.' },
    { name: 'nonce', label: 'Nonce', kind: 'text', advanced: true, help: 'In place of a random one.' },
    {
      name: 'extraData',
      label: 'Extra data (ext)',
      kind: 'text',
      advanced: true,
      help: 'Anything the application wants signed along.',
    },
    {
      name: 'app',
      label: 'App',
      kind: 'text',
      advanced: true,
      help: 'The application that the key was issued to (Oz).',
    },
    {
      name: 'delegation',
      label: 'Delegation (dlg)',
      kind: 'text',
      advanced: true,
      help: 'The application that delegated its right to `app` (Oz).',
    },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'number',
      advanced: true,
      help: 'Seconds since 1970 in place of the clock, which is then not corrected.',
    },
    {
      name: 'includePayloadHash',
      label: 'Include payload hash',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Signs body and content type too.',
    },
  ],
  check({ authId, nonce, extraData, app, delegation }) {
    const problems = Object.entries({ authId, nonce, extraData, app, delegation })
      .filter(([, text]) => text !== undefined && !attributePattern.test(text))
      .map(([field]) => ({ field, message: `“${field}” may only hold ASCII without quotes and backslashes.` }));
    if (delegation && !app) problems.push({ field: 'delegation', message: '“delegation” only counts with “app”.' });
    return problems;
  },
  async *authorize(values, context) {
    const { clock, memory, random, request } = context;
    const { authId, algorithm, app, delegation: dlg, extraData: ext } = values;
    const credentials = { key: values.authKey, algorithm };
    const hash = values.includePayloadHash ? await payloadHash(algorithm, context) : undefined;
    const target = { method: request.method, resource: requestTarget(request), ...requestHost(request) };

    for (let corrected = false; ; corrected = true) {
      const offset = memory.get<number>('offset') ?? 0;
      const artifacts = {
        ...target,
        ...{ hash, ext, app, dlg },
        ts: values.timestamp ?? Math.floor((clock.now() + offset) / 1000),
        nonce: values.nonce ?? Buffer.from(random.bytes(6)).toString('base64url'),
      };
      const mac = hawkCrypto.calculateMac('header', credentials, artifacts);
      const header = (shown: string): string =>
        `Hawk id="${authId}", ts="${artifacts.ts}", nonce="${artifacts.nonce}"${attribute('hash', hash)}${attribute('ext', ext)}` +
        `, mac="${shown}"${attribute('app', app)}${app ? attribute('dlg', dlg) : ''}`;
      const response = yield {
        edits: [{ in: 'header', name: 'Authorization', value: header(mac), masked: header(MASK) }],
      };
      if (response.status !== 401) return verify(credentials, artifacts, response);

      const challenges = parseChallenges(response.headers);
      const challenge = findChallenge(challenges, 'Hawk');
      if (!challenge) {
        return refused(
          challenges.length === 0
            ? 'The server refused the request without saying how to log in.'
            : `The server does not offer Hawk; it offers ${schemeNames(challenges)}.`,
        );
      }
      const ts = challenge.params.get('ts');
      if (ts === undefined) return refused(cause(challenge.params.get('error'), authId));
      if (challenge.params.get('tsm') !== hawkCrypto.calculateTsMac(ts, credentials)) {
        return refused(
          'The server calls the timestamp stale, but its own time is not signed with this key: the key or the algorithm is wrong, or the response was changed on the way. The clock was not corrected.',
        );
      }
      const seconds = Number(ts) - artifacts.ts;
      const late = `${Math.abs(seconds)} seconds ${seconds > 0 ? 'behind' : 'ahead of'} the server’s clock`;
      if (values.timestamp !== undefined) return refused(`The field “timestamp” is ${late}.`);
      if (corrected)
        return refused(
          'The server calls the timestamp stale even after the clock was corrected from its own: it may be several servers whose clocks differ.',
        );
      memory.set('offset', Number(ts) * 1000 - clock.now());
    }
  },
});

function attribute(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : `, ${name}="${value}"`;
}

async function payloadHash(algorithm: 'sha1' | 'sha256', { request }: AuthContext): Promise<string> {
  const hash = hawkCrypto.initializePayloadHash(algorithm, headerValue(request, 'content-type'));
  if (request.body) for await (const chunk of request.body.open()) hash.update(chunk);
  return hawkCrypto.finalizePayloadHash(hash);
}

function refused(explanation: string): Outcome {
  return { verdict: 'refused', explanation };
}

/** The words of the `hawk` package, which most servers are, in ours. */
function cause(error: string | undefined, id: string): string {
  switch (error?.toLowerCase()) {
    case 'bad mac':
      return 'The server computes another signature: the key or the algorithm is wrong, or something on the way changed method, address, host or port.';
    case 'unknown credentials':
      return `The server knows no key “${id}”.`;
    case 'invalid nonce':
      return 'The server has seen this nonce before: it takes the request for a replay.';
    case 'bad payload hash':
      return 'The body or its content type did not arrive as it was signed.';
    case 'missing required payload hash':
      return 'The server wants the body signed: set “includePayloadHash”.';
    default:
      return error
        ? `The server refused the signature: ${error}.`
        : `The server refused the signature: the key “${id}” is unknown or wrong.`;
  }
}

/** Checks what the server signed. @see https://github.com/mozilla/hawk/blob/main/API.md#response-payload-validation */
async function verify(
  credentials: Parameters<typeof hawkCrypto.calculateMac>[1],
  artifacts: Parameters<typeof hawkCrypto.calculateMac>[2],
  response: AuthResponse,
): Promise<Outcome | undefined> {
  const params = findChallenge(parseChallenges(response.headers, 'server-authorization'), 'Hawk')?.params;
  if (!params) {
    return headerOf(response, 'server-authorization') === undefined
      ? undefined
      : { verdict: 'unverified', explanation: 'The server’s “Server-Authorization” is not Hawk.' };
  }
  const hash = params.get('hash');
  const signed = { ...artifacts, ext: params.get('ext'), hash };
  if (params.get('mac') !== hawkCrypto.calculateMac('response', credentials, signed)) {
    return {
      verdict: 'unverified',
      explanation: 'The server’s signature is wrong: it does not know the key, or the response was changed on the way.',
    };
  }
  if (hash === undefined) {
    return { verdict: 'accepted', explanation: 'The server’s signature is right; it does not cover the body.' };
  }
  const running = hawkCrypto.initializePayloadHash(credentials.algorithm, headerOf(response, 'content-type'));
  try {
    running.update(await response.bytes());
  } catch (error) {
    const { code, message } = asCountersignError(error);
    if (code !== 'too-large') throw error;
    return { verdict: 'unverified', explanation: `The server’s signature of the body was not checked: ${message}` };
  }
  if (hawkCrypto.finalizePayloadHash(running) === hash) {
    return { verdict: 'accepted', explanation: 'The server’s signature is right, for the body too.' };
  }
  if (headerOf(response, 'content-encoding') !== undefined) {
    const explanation =
      'The server’s signature is right; that of the body may cover its compressed form, and was not checked.';
    return { verdict: 'accepted', explanation };
  }
  return { verdict: 'unverified', explanation: 'The body is not the one that the server signed.' };
}

function headerOf(response: AuthResponse, name: string): string | undefined {
  return response.headers.find(header => header[0].toLowerCase() === name)?.[1];
}
