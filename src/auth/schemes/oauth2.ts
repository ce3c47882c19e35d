import { asCountersignError, CountersignError } from '../../core/errors.ts';
import { type Edit, MASK, requestUrl } from '../../core/request.ts';
import { oauth2Check } from '../oauth2/check.ts';
import { oauth2Fields } from '../oauth2/fields.ts';
import { type AuthContext, type AuthResponse, defineScheme, type Outcome } from '../scheme.ts';
import { tokenHeader } from '../token-header.ts';
import type { Token, TokenRequest } from '../token-source.ts';

/** OAuth 2.0: applies a token that the token source obtains. @see RFC 6749, RFC 6750, RFC 9449 */
export const oauth2 = defineScheme({
  id: 'oauth2',
  label: 'OAuth 2.0',
  summary: 'Gets an access token from an authorization server, renews it, and sends it.',
  specification: 'https://www.rfc-editor.org/rfc/rfc6749',
  obtainsTokens: ({ token }) => token === undefined || token === '',
  provesElsewhere: true,
  fields: oauth2Fields,
  check: oauth2Check,
  headers({ addTo, dpop, headerName = 'Authorization' }) {
    if (dpop) return ['Authorization', 'DPoP'];
    return addTo === 'header' ? [headerName] : [];
  },
  async *authorize(values, context) {
    const way: Way = {
      addTo: values.addTo,
      prefix: values.prefix,
      headerName: values.headerName,
      queryKey: values.queryKey,
    };
    if (values.token !== undefined && values.token !== '') {
      const response = yield { edits: await tokenEdits({ accessToken: values.token, tokenType: '' }, way, context) };
      return response.status === 401
        ? refused(response, 'The server refused the access token that is given.')
        : undefined;
    }
    const { baseFile: usedBy, request } = context;
    const wanted: TokenRequest = { scheme: 'oauth2', values, request, usedBy };
    if (context.preview) {
      const state = await context.tokens.peek(wanted);
      const token = state.kind === 'available' ? state.token : { accessToken: MASK, tokenType: '' };
      const edits = await tokenEdits(token, way, context);
      yield state.kind === 'available' ? { edits } : { edits, pending: state.pending };
      return undefined;
    }

    const startedAt = context.clock.now();
    let token = await context.tokens.get(wanted, context.signal);
    let response = yield { edits: await tokenEdits(token, way, context) };
    if (noteNonce(response, context) && response.status === 401 && asksForNonce(response)) {
      response = yield { edits: await tokenEdits(token, way, context) };
      noteNonce(response, context);
    }
    if (response.status !== 401) return undefined;
    if (token.obtainedAt !== undefined && token.obtainedAt >= startedAt) {
      return refused(
        response,
        'The server refused an access token that was fetched just now: check scope and audience.',
      );
    }
    await context.tokens.reject(wanted, token);
    const { accessToken: first } = token;
    try {
      token = await context.tokens.get(wanted, context.signal);
    } catch (error) {
      const { code, message } = asCountersignError(error);
      if (code === 'cancelled') throw error;
      return refused(response, `The server refused the access token, and there is no other: ${message}`);
    }
    if (token.accessToken === first) return refused(response, 'The server refused the access token.');
    response = yield { edits: await tokenEdits(token, way, context) };
    noteNonce(response, context);
    return response.status === 401
      ? refused(response, 'The server refused the access token, and the one that was fetched in its place too.')
      : undefined;
  },
});

interface Way {
  readonly addTo: 'header' | 'query';
  readonly prefix: string;
  readonly headerName: string;
  readonly queryKey: string;
}

/** @see RFC 6750 §2, RFC 9449 §7.1 */
async function tokenEdits(
  token: Token,
  { addTo, prefix, headerName, queryKey }: Way,
  context: AuthContext,
): Promise<readonly Edit[]> {
  const { accessToken } = token;
  if (/[\r\n]/.test(accessToken) || accessToken === '') {
    throw new CountersignError('invalid-value', 'The access token is empty or contains a line break.');
  }
  const bound = token.tokenType === 'DPoP' && token.dpopKey !== undefined;
  const edits: Edit[] = [];
  if (addTo === 'query' && !bound) {
    edits.push({ in: 'query', name: queryKey, value: accessToken, masked: MASK });
  } else {
    const word = bound ? 'DPoP' : prefix;
    edits.push({ ...tokenHeader(word, accessToken), ...(bound ? {} : { name: headerName }) });
  }
  if (bound && token.dpopKey) {
    const url = requestUrl(context.request);
    const nonce = context.memory.get<string>('dpop-nonce');
    // Loaded where it is wanted: few tokens are bound to a key.
    const { dpopProof } = await import('../oauth2/dpop.ts');
    const proof = await dpopProof(
      token.dpopKey,
      { method: context.request.method, url, accessToken, ...(nonce === undefined ? {} : { nonce }) },
      context,
    );
    edits.push({ in: 'header', name: 'DPoP', value: proof, masked: MASK });
  }
  return edits;
}

function header({ headers }: Pick<AuthResponse, 'headers'>, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** True where the server sent a nonce. @see RFC 9449 §9 */
function noteNonce(response: AuthResponse, context: AuthContext): boolean {
  const nonce = header(response, 'dpop-nonce');
  if (nonce !== undefined) context.memory.set('dpop-nonce', nonce);
  return nonce !== undefined;
}

const asksForNonce = (response: AuthResponse): boolean =>
  /\buse_dpop_nonce\b/.test(header(response, 'www-authenticate') ?? '');

/** @see RFC 6750 §3 */
function refused(response: AuthResponse, explanation: string): Outcome {
  const challenge = header(response, 'www-authenticate') ?? '';
  const said = ['error', 'error_description'].map(name => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1]);
  const words = said.filter(Boolean).join(': ');
  return { verdict: 'refused', explanation: words ? `${explanation} It says: ${words}.` : explanation };
}
