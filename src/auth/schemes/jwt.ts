import { CountersignError } from '../../core/errors.ts';
import { MASK } from '../../core/request.ts';
import { controlCharacterProblems } from '../control-character.ts';
import { jsonProblem, parseJsonObject, withMembers } from '../jwt/claims.ts';
import { explainJwtRefusal } from '../jwt/refusal.ts';
import { ASYMMETRIC, privateKeyFor, SYMMETRIC, secretKey, signJwt } from '../jwt/sign.ts';
import { defineScheme, type FieldProblem } from '../scheme.ts';
import { parseTimestamp, requireTimestamp } from '../timestamp.ts';
import { tokenHeader } from '../token-header.ts';

const claim = (number: string): string => `https://www.rfc-editor.org/rfc/rfc7519#section-4.1.${number}`;

/** A JSON Web Token made for each request. @see RFC 7519 */
export const jwt = defineScheme({
  id: 'jwt',
  label: 'JWT Bearer',
  summary: 'Makes and signs a JSON Web Token, and sends it with the request.',
  specification: 'https://www.rfc-editor.org/rfc/rfc7519',
  fields: [
    {
      name: 'algorithm',
      label: 'Algorithm',
      kind: 'choice',
      default: 'HS256',
      choices: [
        ...([{ value: 'HS256' }, { value: 'HS384' }, { value: 'HS512' }] as const),
        ...([{ value: 'RS256' }, { value: 'RS384' }, { value: 'RS512' }] as const),
        ...([{ value: 'PS256' }, { value: 'PS384' }, { value: 'PS512' }] as const),
        ...([{ value: 'ES256' }, { value: 'ES384' }, { value: 'ES512' }] as const),
        { value: 'EdDSA' },
      ],
      help: 'How the token is signed.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7518#section-3.1',
    },
    {
      name: 'secret',
      label: 'Secret',
      kind: 'secret',
      required: true,
      when: { field: 'algorithm', is: SYMMETRIC },
      help: 'The secret that the server shares.',
    },
    {
      name: 'secretBase64',
      label: 'Secret is Base64 encoded',
      kind: 'flag',
      default: 'false',
      when: { field: 'algorithm', is: SYMMETRIC },
      help: 'Decodes the secret first.',
    },
    {
      name: 'privateKey',
      label: 'Private key',
      kind: 'multiline',
      secret: true,
      required: true,
      when: { field: 'algorithm', is: ASYMMETRIC },
      placeholder: '-----BEGIN PRIVATE KEY-----',
      help: 'PEM (PKCS #8, PKCS #1, SEC 1) or JWK; “< ./key.pem” reads it from a file.',
    },
    {
      name: 'payload',
      label: 'Payload',
      kind: 'multiline',
      default: '{}',
      placeholder: '{"sub": "ada"}',
      help: 'The claims, as JSON.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7519#section-4',
    },
    {
      name: 'expiresIn',
      label: 'Expires in',
      kind: 'duration',
      placeholder: '5 m',
      help: 'Adds iat and exp to the payload, unless it states them.',
      specification: claim('4'),
    },
    {
      name: 'addTo',
      label: 'Add to',
      kind: 'choice',
      default: 'header',
      choices: [
        { value: 'header', label: 'Request header' },
        { value: 'query', label: 'Query parameter' },
      ],
      help: 'Where the token is sent.',
    },
    {
      name: 'prefix',
      label: 'Prefix',
      kind: 'text',
      default: 'Bearer',
      advanced: true,
      when: { field: 'addTo', is: ['header'] },
      help: 'The word before the token; may be empty.',
    },
    {
      name: 'queryKey',
      label: 'Query parameter',
      kind: 'text',
      default: 'token',
      advanced: true,
      when: { field: 'addTo', is: ['query'] },
      help: 'Name of the query parameter.',
    },
    {
      name: 'headers',
      label: 'JWT headers',
      kind: 'multiline',
      default: '{}',
      advanced: true,
      placeholder: '{"kid": "key-1"}',
      help: 'More members of the token’s header, as JSON.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7515#section-4',
    },
    {
      name: 'includeIssuedAt',
      label: 'Add the time of issue',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Adds iat to the payload, unless it states it; expiresIn does as well.',
      specification: claim('6'),
    },
    {
      name: 'includeJwtId',
      label: 'Add a token id',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Adds a random jti to the payload, unless it states one.',
      specification: claim('7'),
    },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'text',
      advanced: true,
      help: 'Time of issue; now where it is not given.',
    },
  ],
  check({ payload, headers, timestamp, prefix, algorithm, secret, secretBase64 }) {
    const problems: FieldProblem[] = [];
    const json = { payload: jsonProblem(payload, 'payload'), headers: jsonProblem(headers, 'headers') };
    for (const [field, message] of Object.entries(json)) if (message) problems.push({ field, message });
    if (timestamp && parseTimestamp(timestamp) === undefined) {
      problems.push({ field: 'timestamp', message: 'This is not a time such as 2026-01-31T12:00:00Z.' });
    }
    problems.push(...controlCharacterProblems({ prefix }));
    const bytes = Buffer.byteLength(secret ?? '', secretBase64 ? 'base64' : 'utf8');
    if (secret && algorithm?.startsWith('HS') && bytes * 8 < Number(algorithm.slice(2))) {
      const message = `${algorithm} asks for a secret of ${Number(algorithm.slice(2)) / 8} bytes or more; strict servers refuse this one.`;
      problems.push({ field: 'secret', message, severity: 'warning' });
    }
    return problems;
  },
  headers({ addTo }) {
    return addTo === 'header' ? ['Authorization'] : [];
  },
  async *authorize(values, { clock, random }) {
    const { algorithm } = values;
    const symmetric = algorithm.startsWith('HS');
    if (!(symmetric ? values.secret : values.privateKey)) {
      throw new CountersignError(
        'missing-field',
        `${algorithm} needs a ${symmetric ? 'secret' : 'private key'}: give “${symmetric ? 'secret' : 'privateKey'}”.`,
      );
    }
    const signedAt = values.timestamp ? requireTimestamp(values.timestamp) : clock.now();
    const iat = Math.floor(signedAt / 1000);
    const payload = parseJsonObject(values.payload, 'payload');
    const headers = parseJsonObject(values.headers, 'headers');
    if (headers.value.alg !== undefined && headers.value.alg !== algorithm) {
      throw new CountersignError(
        'invalid-value',
        `The field “headers” says alg “${String(headers.value.alg)}”, and “algorithm” says ${algorithm}: leave “alg” out.`,
      );
    }
    const lifetime = values.expiresIn === undefined ? undefined : Math.round(values.expiresIn);
    const start = typeof payload.value.iat === 'number' ? payload.value.iat : iat;
    const exp = lifetime === undefined ? undefined : start + lifetime;
    const token = signJwt(
      withMembers(headers, { alg: algorithm, typ: 'JWT' }, 'front'),
      withMembers(
        payload,
        {
          iat: values.includeIssuedAt || lifetime !== undefined ? iat : undefined,
          exp,
          jti: values.includeJwtId ? Buffer.from(random.bytes(16)).toString('hex') : undefined,
        },
        'back',
      ),
      algorithm,
      symmetric ? secretKey(values.secret, values.secretBase64) : privateKeyFor(algorithm, values.privateKey),
    );
    const response = yield {
      edits: [
        values.addTo === 'query'
          ? { in: 'query', name: values.queryKey || 'token', value: token, masked: MASK }
          : tokenHeader(values.prefix, token),
      ],
    };
    return explainJwtRefusal(response, { expires: payload.value.exp ?? exp, signedAt });
  },
});
