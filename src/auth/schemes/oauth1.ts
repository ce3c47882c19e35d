import { CountersignError } from '../../core/errors.ts';
import { controlCharacterProblems } from '../control-character.ts';
import { explainOAuth1Refusal, problemOf } from '../oauth1/refusal.ts';
import { signOAuth1 } from '../oauth1/sign.ts';
import { defineScheme } from '../scheme.ts';
import type { Token } from '../token-source.ts';

const HMAC = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'PLAINTEXT'];
const RSA = ['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'];
const BODY_HASH = 'https://datatracker.ietf.org/doc/html/draft-eaton-oauth-bodyhash-00';
const section = (number: string): string => `https://www.rfc-editor.org/rfc/rfc5849#section-${number}`;

/** OAuth 1.0. @see RFC 5849 */
export const oauth1 = defineScheme({
  id: 'oauth1',
  label: 'OAuth 1.0',
  summary: 'Signs the request with a consumer key and a token, which a sign-in may provide.',
  specification: 'https://www.rfc-editor.org/rfc/rfc5849',
  obtainsTokens: ({ requestTokenUrl, token }) => Boolean(requestTokenUrl) && !token,
  fields: [
    {
      name: 'signatureMethod',
      label: 'Signature method',
      kind: 'choice',
      default: 'HMAC-SHA1',
      choices: [
        { value: 'HMAC-SHA1' },
        { value: 'HMAC-SHA256' },
        { value: 'HMAC-SHA512' },
        { value: 'RSA-SHA1' },
        { value: 'RSA-SHA256' },
        { value: 'RSA-SHA512' },
        { value: 'PLAINTEXT', help: 'Sends the secrets themselves: only over HTTPS.' },
      ],
      help: 'How the request is signed.',
      specification: section('3.4'),
    },
    { name: 'consumerKey', label: 'Consumer key', kind: 'text', required: true, help: 'The key of the client.' },
    {
      name: 'consumerSecret',
      label: 'Consumer secret',
      kind: 'secret',
      when: { field: 'signatureMethod', is: HMAC },
      help: 'The secret that belongs to the consumer key.',
    },
    {
      name: 'token',
      label: 'Access token',
      kind: 'text',
      help: 'The token that stands for the person; left out for two-legged requests, or obtained from the URLs below.',
    },
    {
      name: 'tokenSecret',
      label: 'Token secret',
      kind: 'secret',
      when: { field: 'signatureMethod', is: HMAC },
      help: 'The secret that belongs to the token.',
    },
    {
      name: 'privateKey',
      label: 'Private key',
      kind: 'multiline',
      secret: true,
      when: { field: 'signatureMethod', is: RSA },
      placeholder: '-----BEGIN PRIVATE KEY-----',
      help: 'RSA private key, as PEM or JWK.',
      specification: section('3.4.3'),
    },
    {
      name: 'addTo',
      label: 'Add to',
      kind: 'choice',
      default: 'header',
      choices: [
        { value: 'header', label: 'Request headers' },
        {
          value: 'body-or-url',
          label: 'Request body or URL',
          help: 'The body of POST and PUT requests with a form, otherwise the URL.',
        },
      ],
      help: 'Where the parameters are sent.',
      specification: section('3.5'),
    },
    {
      name: 'requestTokenUrl',
      label: 'Request token URL',
      kind: 'text',
      placeholder: 'https://api.example.com/oauth/request_token',
      help: 'Where the sign-in begins; with the next two URLs and without an access token, one is obtained.',
      specification: section('2.1'),
    },
    {
      name: 'authorizeUrl',
      label: 'Authorize URL',
      kind: 'text',
      placeholder: 'https://api.example.com/oauth/authorize',
      help: 'The page on which the person agrees.',
      specification: section('2.2'),
    },
    {
      name: 'accessTokenUrl',
      label: 'Access token URL',
      kind: 'text',
      placeholder: 'https://api.example.com/oauth/access_token',
      help: 'Where the access token is fetched.',
      specification: section('2.3'),
    },
    {
      name: 'callback',
      label: 'Callback URL',
      kind: 'text',
      advanced: true,
      help: 'Sent as oauth_callback; in a sign-in, where the server sends the person back to (oob: the verifier is pasted).',
    },
    { name: 'verifier', label: 'Verifier', kind: 'text', advanced: true, help: 'Sent as oauth_verifier.' },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'text',
      advanced: true,
      help: 'Seconds since 1970; now where it is not given.',
      specification: section('3.3'),
    },
    {
      name: 'nonce',
      label: 'Nonce',
      kind: 'text',
      advanced: true,
      help: 'A random text of its own for each request where it is not given.',
      specification: section('3.3'),
    },
    {
      name: 'version',
      label: 'Version',
      kind: 'text',
      default: '1.0',
      advanced: true,
      help: 'Left out where it is empty.',
    },
    {
      name: 'realm',
      label: 'Realm',
      kind: 'text',
      advanced: true,
      when: { field: 'addTo', is: ['header'] },
      help: 'Sent in the header, and not signed.',
    },
    {
      name: 'includeBodyHash',
      label: 'Include body hash',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Signs bodies other than forms by their hash, which follows the signature method.',
      specification: BODY_HASH,
    },
    {
      name: 'addEmptyParamsToSign',
      label: 'Add empty parameters to signature',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Sends and signs the parameters of the protocol that are empty as well.',
    },
    {
      name: 'encodeHeader',
      label: 'Encode the header’s parameters',
      kind: 'flag',
      default: 'true',
      advanced: true,
      when: { field: 'addTo', is: ['header'] },
      help: 'Percent-encodes the values in the header, as the specification asks; few servers want them plain.',
      specification: section('3.5.1'),
    },
  ],
  check(values) {
    const { realm, consumerSecret, tokenSecret } = values;
    const problems = controlCharacterProblems({ realm, consumerSecret, tokenSecret });
    const urls = ['requestTokenUrl', 'authorizeUrl', 'accessTokenUrl'] as const;
    const missing = urls.filter(name => !values[name]);
    for (const field of missing.length < 3 ? missing : []) {
      problems.push({ field, message: 'A sign-in needs all three URLs.' });
    }
    if (RSA.includes(values.signatureMethod ?? '') && !values.privateKey) {
      problems.push({ field: 'privateKey', message: `${values.signatureMethod} needs a private key.` });
    }
    if (values.timestamp && !/^\d+$/.test(values.timestamp)) {
      problems.push({ field: 'timestamp', message: 'The timestamp is a number of seconds since 1970.' });
    }
    return problems;
  },
  headers({ addTo }) {
    return addTo === 'header' ? ['Authorization'] : [];
  },
  async *authorize(values, context) {
    if (values.timestamp && !/^\d+$/.test(values.timestamp)) {
      throw new CountersignError('invalid-value', 'The field “timestamp” is not a number of seconds since 1970.');
    }
    const signsIn = !values.token && Boolean(values.requestTokenUrl && values.authorizeUrl && values.accessTokenUrl);
    const wanted = { scheme: 'oauth1', values, request: context.request, usedBy: context.baseFile };
    let obtained: Token | undefined;
    if (signsIn) {
      const state = context.preview ? await context.tokens.peek(wanted) : undefined;
      if (state?.kind === 'pending') {
        yield { edits: [], pending: state.pending };
        return undefined;
      }
      obtained = state?.token ?? (await context.tokens.get(wanted, context.signal));
    }
    // The callback and the verifier belong to the sign-in, where there is one.
    const settings = obtained
      ? { ...values, token: obtained.accessToken, tokenSecret: obtained.tokenSecret, callback: '', verifier: '' }
      : values;
    const { edits } = await signOAuth1(context.request, settings, context);
    const response = yield { edits };
    const signedAt = values.timestamp ? Number(values.timestamp) * 1000 : context.clock.now();
    const outcome = await explainOAuth1Refusal(response, signedAt);
    if (obtained && outcome && /^token_(rejected|expired|revoked)$/.test((await problemOf(response)) ?? '')) {
      await context.tokens.reject(wanted, obtained);
      return { ...outcome, explanation: `${outcome.explanation} It is forgotten: sending again signs in anew.` };
    }
    return outcome;
  },
});
