import { MASK } from '../../core/request.ts';
import { jsonProblem, parseJsonObject, withMembers } from '../jwt/claims.ts';
import { explainJwtRefusal } from '../jwt/refusal.ts';
import { privateKeyFor, signJwt } from '../jwt/sign.ts';
import { defineScheme, type FieldProblem } from '../scheme.ts';
import { parseTimestamp, requireTimestamp } from '../timestamp.ts';

const SPECIFICATION = 'https://s2sauth.bitbucket.io/spec/';

/** Atlassian's service-to-service authentication. @see https://s2sauth.bitbucket.io/spec/ */
export const asap = defineScheme({
  id: 'asap',
  label: 'ASAP (Atlassian)',
  summary: 'Makes a short-lived token, signed with the key of a service, and sends it with the request.',
  specification: SPECIFICATION,
  fields: [
    {
      name: 'alg',
      label: 'Algorithm',
      kind: 'choice',
      default: 'RS256',
      choices: [
        ...([{ value: 'RS256' }, { value: 'RS384' }, { value: 'RS512' }] as const),
        ...([{ value: 'PS256' }, { value: 'PS384' }, { value: 'PS512' }] as const),
        ...([{ value: 'ES256' }, { value: 'ES384' }, { value: 'ES512' }] as const),
      ],
      help: 'How the token is signed.',
    },
    { name: 'iss', label: 'Issuer', kind: 'text', required: true, help: 'Name of the service that sends the request.' },
    {
      name: 'aud',
      label: 'Audience',
      kind: 'text',
      required: true,
      help: 'Name of the service that receives it; several are separated by commas.',
    },
    {
      name: 'kid',
      label: 'Key ID',
      kind: 'text',
      required: true,
      placeholder: 'issuer/key-1',
      help: 'Which of the issuer’s keys signs; begins with the issuer and a slash.',
    },
    {
      name: 'privateKey',
      label: 'Private key',
      kind: 'multiline',
      secret: true,
      required: true,
      placeholder: '-----BEGIN PRIVATE KEY-----',
      help: 'PEM, JWK or data: URI; “< ./key.pem” reads it from a file.',
    },
    {
      name: 'sub',
      label: 'Subject',
      kind: 'text',
      advanced: true,
      help: 'On whose behalf; the issuer where it is not given.',
    },
    {
      name: 'expiresIn',
      label: 'Expires in',
      kind: 'duration',
      default: '1 h',
      advanced: true,
      help: 'How long the token is good for; servers accept at most 1 hour.',
    },
    {
      name: 'claims',
      label: 'Additional claims',
      kind: 'multiline',
      default: '{}',
      advanced: true,
      help: 'More claims, as JSON; they win over those from the fields.',
    },
    {
      name: 'jwtId',
      label: 'Token id',
      kind: 'text',
      advanced: true,
      help: 'Sent as jti; random for each request where it is not given, since servers accept each once.',
    },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'text',
      advanced: true,
      help: 'Time of issue; now where it is not given.',
    },
  ],
  check({ claims, kid, iss, expiresIn, timestamp }) {
    const problems: FieldProblem[] = [];
    const message = jsonProblem(claims, 'claims');
    if (message) problems.push({ field: 'claims', message });
    if (timestamp && parseTimestamp(timestamp) === undefined) {
      problems.push({ field: 'timestamp', message: 'This is not a time such as 2026-01-31T12:00:00Z.' });
    }
    if (kid && iss && !kid.startsWith(`${iss}/`)) {
      problems.push({
        field: 'kid',
        message: `The key ID does not begin with “${iss}/”; servers refuse that.`,
        severity: 'warning',
      });
    }
    if (expiresIn !== undefined && expiresIn > 3600) {
      problems.push({ field: 'expiresIn', message: 'Servers accept at most 1 hour.', severity: 'warning' });
    }
    return problems;
  },
  async *authorize(values, { clock, random }) {
    const signedAt = values.timestamp ? requireTimestamp(values.timestamp) : clock.now();
    const iat = Math.floor(signedAt / 1000);
    const exp = iat + Math.round(values.expiresIn);
    const audiences = values.aud.split(',').map(part => part.trim());
    const claims = parseJsonObject(values.claims, 'claims');
    const payload = withMembers(
      claims,
      {
        iss: values.iss,
        sub: values.sub || values.iss,
        aud: audiences.length > 1 ? audiences : audiences[0],
        jti: values.jwtId || Buffer.from(random.bytes(16)).toString('hex'),
        iat,
        nbf: iat,
        exp,
      },
      'front',
    );
    const header = JSON.stringify({ typ: 'JWT', alg: values.alg, kid: values.kid });
    const token = signJwt(header, payload, values.alg, privateKeyFor(values.alg, values.privateKey));
    const response = yield {
      edits: [{ in: 'header', name: 'Authorization', value: `Bearer ${token}`, masked: `Bearer ${MASK}` }],
    };
    return explainJwtRefusal(response, { expires: claims.value.exp ?? exp, signedAt });
  },
});
