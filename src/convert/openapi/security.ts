import type { AuthStatement } from '../../language/auth-printer.ts';
import { type JsonRecord, record, text } from '../json-shape.ts';
import type { Resolve } from './schema-example.ts';

export interface ReadSecurity {
  readonly auth?: AuthStatement;
  readonly findings: readonly string[];
}

const none: AuthStatement = { scheme: 'none', fields: [] };

/** In the order in which a flow is chosen, by its names in 3.x and 2.0. */
const flows = [
  [['authorizationCode', 'accessCode'], 'authorization_code_pkce'],
  [['clientCredentials', 'application'], 'client_credentials'],
  [['deviceAuthorization'], 'device_code'],
  [['password'], 'password'],
  [['implicit'], 'implicit'],
] as const;

/**
 * The first of the requirements as an `@auth` statement; undefined where nothing is stated. Credentials are variables and
 * secrets that are asked for when they are needed.
 * @param prefix of the names of secrets
 * @see https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object
 */
export function readSecurity(
  requirements: unknown,
  schemes: JsonRecord,
  resolve: Resolve,
  prefix: string,
): ReadSecurity {
  if (!Array.isArray(requirements)) return { findings: [] };
  const [first] = requirements.map(record);
  if (first === undefined || Object.keys(first).length === 0) return { auth: none, findings: [] };
  const [[name, scopes], ...also] = Object.entries(first) as [[string, unknown], ...[string, unknown][]];
  const others = requirements.slice(1).flatMap(each => Object.keys(record(each)));
  const findings = [
    ...also.map(([other]) => `the security scheme “${other}”, which is wanted beside “${name}”`),
    ...others.map(other => `the security scheme “${other}”, which would do instead of “${name}”`),
  ];
  const scheme = resolve(schemes[name]);
  const auth = statementOf(
    scheme,
    Array.isArray(scopes) ? scopes.map(String) : [],
    `${prefix}-${name.replace(/[^\w.-]+/g, '-')}`,
  );
  return auth ? { auth, findings } : { auth: none, findings: [...findings, `the security scheme “${name}”`] };
}

function statementOf(scheme: JsonRecord, scopes: readonly string[], name: string): AuthStatement | undefined {
  const secret = `{{$secret ${name}}}`;
  const fields = (given: Readonly<Record<string, string | undefined>>): AuthStatement['fields'] =>
    Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [{ name: field, value }]));
  const type = text(scheme.type);
  const http = type === 'basic' ? 'basic' : (text(scheme.scheme)?.toLowerCase() ?? '');
  if (type === 'apiKey') {
    const place = text(scheme.in) ?? 'header';
    return {
      scheme: 'apikey',
      fields: fields({ key: text(scheme.name) ?? '', value: secret, ...(place === 'header' ? {} : { in: place }) }),
    };
  }
  if (type === 'basic' || type === 'http') {
    if (http === 'bearer') return { scheme: 'bearer', fields: fields({ token: secret }) };
    if (http !== 'basic' && http !== 'digest') return undefined;
    return { scheme: http, fields: fields({ username: '{{username}}', password: secret }) };
  }
  const scope = scopes.length > 0 ? scopes.join(' ') : undefined;
  if (type === 'openIdConnect') {
    const issuer = (text(scheme.openIdConnectUrl) ?? '').replace(/\/\.well-known\/openid-configuration$/, '');
    return {
      scheme: 'oauth2',
      fields: fields({ grantType: 'authorization_code_pkce', issuer, clientId: '{{clientId}}', scope }),
    };
  }
  if (type !== 'oauth2') return undefined;
  const stated = record(scheme.flows);
  for (const [names, grant] of flows) {
    const flow = names
      .map(each => (scheme.flow === each ? scheme : stated[each]))
      .map(record)
      .find(each => each.tokenUrl || each.authorizationUrl);
    if (!flow) continue;
    return {
      scheme: 'oauth2',
      fields: fields({
        grantType: grant,
        authUrl: text(flow.authorizationUrl),
        deviceUrl: text(flow.deviceAuthorizationUrl),
        tokenUrl: text(flow.tokenUrl),
        refreshUrl: text(flow.refreshUrl),
        clientId: '{{clientId}}',
        ...(grant === 'client_credentials' || grant === 'password' ? { clientSecret: secret } : {}),
        ...(grant === 'password' ? { username: '{{username}}', password: `{{$secret ${name}-password}}` } : {}),
        scope,
      }),
    };
  }
  return undefined;
}
