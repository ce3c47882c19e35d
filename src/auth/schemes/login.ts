import { asCountersignError, CountersignError } from '../../core/errors.ts';
import { type Edit, MASK } from '../../core/request.ts';
import { controlCharacterProblems } from '../control-character.ts';
import { defineScheme, type FieldProblem } from '../scheme.ts';
import type { TokenRequest } from '../token-source.ts';

/** Where a token goes that isn't sent in the Authorization header. */
const elsewhere = ['query', 'cookie'] as const;

/**
 * Any request of the collection that signs in is the source of a token: it is sent when the token is needed, once
 * however many ask, and again when the token has expired or was refused.
 */
export const login = defineScheme({
  id: 'login',
  label: 'Login Request',
  summary: 'Signs in by a request of yours, and sends the token that it answers with, or its cookies.',
  specification: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1',
  obtainsTokens: () => true,
  provesElsewhere: true,
  ofFile: true,
  fields: [
    {
      name: 'request',
      label: 'Login request',
      kind: 'text',
      required: true,
      placeholder: 'login',
      help: 'The name (# @name) of the request that signs in; “./auth.http#login” for one of another file.',
    },
    {
      name: 'token',
      label: 'Token',
      kind: 'text',
      placeholder: '$.data.token',
      help: 'Where the token stands in the answer: a JSONPath, an XPath, “headers.NAME” or “cookies.NAME”. Where it isn’t given, the first of access_token, accessToken, token, id_token, jwt; where none of them is there, or with “none”, its cookies are the login.',
    },
    {
      name: 'in',
      label: 'Add to',
      kind: 'choice',
      default: 'header',
      choices: [
        { value: 'header', label: 'Request header' },
        { value: 'query', label: 'Query parameter' },
        { value: 'cookie', label: 'Cookie' },
      ],
      help: 'Where the token is sent.',
    },
    {
      name: 'prefix',
      label: 'Prefix',
      kind: 'text',
      default: 'Bearer',
      advanced: true,
      when: { field: 'in', is: ['header'] },
      help: 'The word before the token; may be empty.',
    },
    {
      name: 'headerName',
      label: 'Header',
      kind: 'text',
      default: 'Authorization',
      advanced: true,
      when: { field: 'in', is: ['header'] },
      help: 'Name of the header.',
    },
    {
      name: 'parameter',
      label: 'Parameter or cookie',
      kind: 'text',
      default: 'token',
      advanced: true,
      when: { field: 'in', is: elsewhere },
      help: 'Name of the query parameter, or of the cookie.',
    },
    {
      name: 'expiresIn',
      label: 'Expires in',
      kind: 'duration',
      advanced: true,
      placeholder: '30 m',
      help: 'How long the token is good for. Where it isn’t given, the answer’s expires_in or the token’s exp tells.',
    },
    {
      name: 'expiryPath',
      label: 'Expiry in the answer',
      kind: 'text',
      advanced: true,
      placeholder: '$.data.expiresAt',
      help: 'A JSONPath: seconds from now, seconds or milliseconds since 1970, or a time such as 2026-01-31T12:00:00Z.',
    },
    {
      name: 'retryOn',
      label: 'Sign in again on',
      kind: 'text',
      default: '401',
      advanced: true,
      placeholder: '401, 403',
      help: 'The statuses on which the token counts as refused: the login is sent once more, and the request after it.',
    },
    {
      name: 'tokenName',
      label: 'Token name',
      kind: 'text',
      advanced: true,
      help: 'What the token is called in the token manager, and by {{$token name}}.',
    },
  ],
  check({ prefix, retryOn, headerName }) {
    const problems: FieldProblem[] = [...controlCharacterProblems({ prefix })];
    if (retryOn && !/^\s*[1-5]\d\d(?:[\s,]+[1-5]\d\d)*\s*$/.test(retryOn)) {
      problems.push({ field: 'retryOn', message: 'These are no statuses: write “401” or “401, 403”.' });
    }
    if (headerName && !/^[!#$%&'*+.^_`|~\w-]+$/.test(headerName)) {
      problems.push({ field: 'headerName', message: 'This is no header name.' });
    }
    return problems;
  },
  headers(values) {
    return values.in === 'header' ? [values.headerName ?? 'Authorization'] : [];
  },
  async *authorize(values, context) {
    const { baseFile: usedBy, request, signal, tokens } = context;
    const wanted: TokenRequest = { scheme: 'login', values: { ...values, file: usedBy }, request, usedBy };
    const edits = (token: string): readonly Edit[] => (token === '' ? [] : [edit(values, token)]);
    if (context.preview) {
      const state = await tokens.peek(wanted);
      if (state.kind === 'available') yield { edits: edits(state.token.accessToken) };
      else yield { edits: edits(MASK), pending: state.pending };
      return undefined;
    }
    const refusals = new Set(values.retryOn.split(/[\s,]+/).map(Number));
    const startedAt = context.clock.now();
    const token = await tokens.get(wanted, signal);
    let response = yield { edits: edits(token.accessToken) };
    if (!refusals.has(response.status)) return undefined;
    const refused = (explanation: string) => ({ verdict: 'refused', explanation }) as const;
    if (token.obtainedAt !== undefined && token.obtainedAt >= startedAt) {
      return refused(`The server refused what the login request “${values.request}” gave just now.`);
    }
    await tokens.reject(wanted, token);
    let again: string;
    try {
      again = (await tokens.get(wanted, signal)).accessToken;
    } catch (error) {
      const { code, message } = asCountersignError(error);
      if (code === 'cancelled') throw error;
      return refused(`The server refused the token, and there is no other: ${message}`);
    }
    response = yield { edits: edits(again) };
    return refusals.has(response.status)
      ? refused('The server refused the token, and the one of another login too.')
      : undefined;
  },
});

interface Placed {
  readonly in: 'header' | 'query' | 'cookie';
  readonly prefix: string;
  readonly headerName: string;
  readonly parameter: string;
}

function edit({ in: where, prefix, headerName, parameter }: Placed, token: string): Edit {
  if (/[\r\n]/.test(token)) {
    throw new CountersignError('invalid-value', 'The token of the login request contains a line break.');
  }
  if (where !== 'header') return { in: where, name: parameter, value: token, masked: MASK };
  const word = prefix.trim();
  // A header of another name holds the token alone, unless a prefix is stated for it.
  const lead = word === '' || (headerName.toLowerCase() !== 'authorization' && word === 'Bearer') ? '' : `${word} `;
  return { in: 'header', name: headerName, value: `${lead}${token.trim()}`, masked: `${lead}${MASK}` };
}
