import { findScheme } from '../../auth/schemes/index.ts';
import { parsePairs } from '../../auth/values.ts';
import type { AuthStatement } from '../../language/auth-printer.ts';
import { postmanNames } from './postman-auth.ts';

export interface WrittenAuth {
  readonly auth?: object;
  readonly findings: readonly string[];
}

interface Parameter {
  readonly key: string;
  readonly value: unknown;
  readonly type: string;
}

/** Grants that Postman has, by ours. */
const grants: Readonly<Record<string, string>> = {
  authorization_code_pkce: 'authorization_code_with_pkce',
  authorization_code: 'authorization_code',
  implicit: 'implicit',
  password: 'password_credentials',
  client_credentials: 'client_credentials',
};

/** An `@auth` statement as `auth` of a collection of the format 2.1; without `auth` where Postman has no such type. */
export function writePostmanAuth({ scheme: id, fields }: AuthStatement): WrittenAuth {
  if (id === 'none') return { auth: { type: 'noauth' }, findings: [] };
  const scheme = findScheme(id);
  if (!scheme) return { findings: [`“@auth ${id}”`] };
  const findings: string[] = [];
  const names = postmanNames(id);
  const parameters: Parameter[] = [];
  const add = (key: string, value: unknown, type = typeof value === 'boolean' ? 'boolean' : 'string'): void =>
    void parameters.push({ key, value, type });
  for (const { name, value } of fields) {
    const written = special(id, name, value);
    if (written) add(...written);
    else if (/^(?:auth|token|refresh)Params$/.test(name)) add(names.get(name) ?? name, rows(name, value), 'any');
    else if (id === 'oauth2' && name === 'grantType' && grants[value] === undefined) {
      findings.push(`the grant “${value}”`);
    } else if (!known(id, name)) findings.push(`“${name}” of “@auth ${id}”`);
    else {
      const isFlag = scheme.fields.find(field => field.name === name)?.kind === 'flag';
      add(names.get(name) ?? name, isFlag && /^(?:true|false)$/.test(value) ? value === 'true' : value);
    }
  }
  // What Postman does where nothing is said is something else.
  const has = (name: string): boolean => fields.some(field => field.name === name);
  if (id === 'oauth2' && !has('grantType') && !has('token')) add('grant_type', 'authorization_code_with_pkce');
  if (id === 'oauth2' && !has('addTo')) add('addTokenTo', 'header');
  if (id === 'oauth1' && !has('addTo')) add('addParamsToHeader', true);
  if (id === 'apikey' && !has('in')) add('in', 'header');
  return { auth: { type: id, [id]: parameters }, findings };
}

function special(scheme: string, name: string, value: string): [key: string, value: unknown] | undefined {
  switch (`${scheme} ${name}`) {
    case 'oauth2 grantType':
      return grants[value] === undefined ? undefined : ['grant_type', grants[value]];
    case 'oauth2 addTo':
      return ['addTokenTo', value === 'query' ? 'queryParams' : 'header'];
    case 'oauth2 codeChallengeMethod':
      return ['challengeAlgorithm', value === 'plain' ? 'plain' : 'S256'];
    case 'oauth1 addTo':
      return ['addParamsToHeader', value === 'header'];
    case 'oauth1 encodeHeader':
      return ['disableHeaderEncoding', value === 'false'];
    case 'awsv4 addTo':
      return ['addAuthDataToQuery', value === 'query'];
    case 'jwt addTo':
      return ['addTokenTo', value === 'query' ? 'queryParam' : 'header'];
    default:
      return undefined;
  }
}

/** Fields that Postman does not have. */
const ours: Readonly<Record<string, readonly string[]>> = {
  bearer: ['prefix'],
  oauth1: ['requestTokenUrl', 'authorizeUrl', 'accessTokenUrl'],
  awsv4: ['profile', 'expires', 'unsignedPayload', 'timestamp'],
  ntlm: ['challenge', 'clientChallenge', 'timestamp', 'sessionKey'],
  edgegrid: ['edgerc', 'section'],
  jwt: ['expiresIn', 'includeIssuedAt', 'includeJwtId', 'timestamp'],
  asap: ['jwtId', 'timestamp'],
  oauth2: [
    ...['issuer', 'deviceUrl', 'revokeUrl', 'assertionFrom', 'assertion', 'assertionClaims', 'subjectToken', 'dpop'],
    ...[
      'subjectTokenType',
      'actorToken',
      'actorTokenType',
      'requestedTokenType',
      'privateKey',
      'keyId',
      'par',
      'parUrl',
    ],
    ...['assertionAlgorithm', 'clientAssertionFrom', 'clientAssertion', 'assertionAudience', 'ciVariable', 'queryKey'],
    'refreshToken',
  ],
};

const known = (scheme: string, name: string): boolean => !(ours[scheme]?.includes(name) ?? false);

function rows(name: string, value: string): object[] {
  const place = name === 'authParams' ? 'request_url' : 'request_body';
  return parsePairs(value).map(([key, text]) => ({ key, value: text, enabled: true, send_as: place }));
}
