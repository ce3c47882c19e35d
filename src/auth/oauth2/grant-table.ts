/** What is known of a grant; `oauth2-flow.ts` says how it runs, `field-conditions.ts` follows from this. */
interface GrantFacts {
  readonly label: string;
  readonly help: string;
  /** `browser`: a person is sent to the authorization endpoint; `device`: a person signs in elsewhere. */
  readonly person?: 'browser' | 'device';
  /** The endpoints that it asks, for which the issuer's metadata may stand. */
  readonly endpoints: readonly ('authUrl' | 'deviceUrl' | 'tokenUrl')[];
  /** The fields that it can't do without, besides the endpoints. */
  readonly needs?: readonly ('clientId' | 'username' | 'refreshToken')[];
  /** The field with the assertion that it is made of, unless that is made here or by the CI job. */
  readonly assertion?: 'assertion' | 'subjectToken';
}

/** The grants, in the order of choosing. @see RFC 6749 §1.3, RFC 7523 §2.1, RFC 7636, RFC 8628, RFC 8693 */
const grantTable = {
  authorization_code_pkce: {
    label: 'Authorization Code (With PKCE)',
    help: 'You sign in with your browser; the safest for people.',
    person: 'browser',
    endpoints: ['authUrl', 'tokenUrl'],
    needs: ['clientId'],
  },
  authorization_code: {
    label: 'Authorization Code',
    help: 'For servers that refuse PKCE.',
    person: 'browser',
    endpoints: ['authUrl', 'tokenUrl'],
    needs: ['clientId'],
  },
  implicit: {
    label: 'Implicit',
    help: 'Outdated: the token comes through the browser.',
    person: 'browser',
    endpoints: ['authUrl'],
    needs: ['clientId'],
  },
  password: {
    label: 'Password Credentials',
    help: 'Outdated: the client sees your password.',
    endpoints: ['tokenUrl'],
    needs: ['username'],
  },
  client_credentials: {
    label: 'Client Credentials',
    help: 'For programs; nobody signs in.',
    endpoints: ['tokenUrl'],
  },
  device_code: {
    label: 'Device Code',
    help: 'You sign in on another device and enter a code.',
    person: 'device',
    endpoints: ['deviceUrl', 'tokenUrl'],
    needs: ['clientId'],
  },
  refresh_token: {
    label: 'Refresh Token',
    help: 'Starts from a refresh token that you have.',
    endpoints: ['tokenUrl'],
    needs: ['refreshToken'],
  },
  jwt_bearer: {
    label: 'JWT Bearer',
    help: 'A signed assertion is exchanged for a token.',
    endpoints: ['tokenUrl'],
    assertion: 'assertion',
  },
  token_exchange: {
    label: 'Token Exchange',
    help: 'Another token is exchanged for this one.',
    endpoints: ['tokenUrl'],
    assertion: 'subjectToken',
  },
} as const satisfies Readonly<Record<string, GrantFacts>>;

export type GrantType = keyof typeof grantTable;

export function grantFacts(grant: GrantType): GrantFacts {
  return grantTable[grant];
}

/** The names of the grants of which that is true. */
export function grantsWhere(is: (facts: GrantFacts) => boolean): readonly GrantType[] {
  return (Object.keys(grantTable) as GrantType[]).filter(grant => is(grantTable[grant]));
}
