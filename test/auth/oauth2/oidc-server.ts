import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, jwtVerify } from 'jose';
import Provider, { type ClientMetadata, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';

/** An independent authorization server (oidc-provider) on loopback, with a client for every authentication method. */

export const asciiSecret = 'p@ss w0rd+&=%:e-long-enough-for-HS512-which-wants-sixty-four-bytes';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const privateKeyPem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const device = 'urn:ietf:params:oauth:grant-type:device_code';

const methods = {
  header: 'client_secret_basic',
  body: 'client_secret_post',
  private_key_jwt: 'private_key_jwt',
  client_secret_jwt: 'client_secret_jwt',
  none: 'none',
} as const;

export type Method = keyof typeof methods;

/** The client of that authentication method; its id has what must be encoded in Basic credentials. */
export const clientIdOf = (method: Method): string => `client of ${method}:100%+`;

function clientOf(method: Method): ClientMetadata {
  const { publicKey } = rsa;
  return {
    client_id: clientIdOf(method),
    ...(method === 'none' || method === 'private_key_jwt' ? {} : { client_secret: asciiSecret }),
    ...(method === 'private_key_jwt'
      ? { jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1' }] } }
      : {}),
    token_endpoint_auth_method: methods[method],
    grant_types: [
      ...['authorization_code', 'refresh_token', 'implicit', 'password', device, jwtBearer, tokenExchange],
      ...(method === 'none' ? [] : ['client_credentials']),
    ],
    response_types: ['code', 'id_token token'],
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback', 'com.example.app:/callback'],
  };
}

export interface OidcServer {
  readonly issuer: string;
  readonly provider: Provider;
  /** Requests to the token endpoint so far, by grant type. */
  readonly tokenRequests: string[];
  /** What the person at the browser does; accepts by default. */
  person: 'accepts' | 'denies';
  close(): Promise<void>;
}

export async function startOidcServer(configuration: Partial<Configuration> = {}): Promise<OidcServer> {
  const tokenRequests: string[] = [];
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = quietly(() => new Provider(issuer, { ...baseConfiguration(), ...configuration }));
  registerGrants(provider);
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token') {
      const { params } = (ctx as KoaContextWithOIDC).oidc ?? {};
      tokenRequests.push(String(params?.grant_type));
    }
  });
  const result: OidcServer = {
    issuer,
    provider,
    tokenRequests,
    person: 'accepts',
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const handle = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/')) void interact(provider, result, request, response);
    else void handle(request, response);
  });
  return result;
}

function baseConfiguration(): Configuration {
  return {
    clients: (Object.keys(methods) as Method[]).map(clientOf),
    jwks: { keys: [{ ...rsa.privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    responseTypes: ['code', 'id_token token'],
    clientAuthMethods: Object.values(methods),
    enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'HS512', 'RS256', 'PS256'] } as never,
    cookies: { keys: ['test only'] },
    pkce: { required: () => false },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    scopes: ['openid', 'offline_access', 'read', 'write'],
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: 600,
      ClientCredentials: 600,
      RefreshToken: 3600,
      Grant: 3600,
      Session: 3600,
      Interaction: 600,
      DeviceCode: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: async (ctx, form) => {
          ctx.body = form;
        },
        userCodeConfirmSource: async (ctx, form) => {
          ctx.body = form;
        },
        successSource: async ctx => {
          ctx.body = 'signed in';
        },
      },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => true },
      resourceIndicators: { enabled: false },
    },
  };
}

/** The provider warns about its development defaults, which are what a test wants. */
function quietly<T>(make: () => T): T {
  const { warn, info } = console;
  console.warn = console.info = () => {};
  try {
    return make();
  } finally {
    Object.assign(console, { warn, info });
  }
}

async function interact(
  provider: Provider,
  { person }: OidcServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (person === 'denies') {
    const denial = { error: 'access_denied', error_description: 'Ada said <no>' };
    await provider.interactionFinished(request, response, denial, { mergeWithLastSubmission: false });
    return;
  }
  const { params, grantId } = await provider.interactionDetails(request, response);
  const known = grantId ? await provider.Grant.find(grantId) : undefined;
  const grant = known ?? new provider.Grant({ accountId: 'ada', clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope ?? ''));
  await provider.interactionFinished(request, response, {
    login: { accountId: 'ada' },
    consent: { grantId: await grant.save() },
  });
}

/** Grants that the provider leaves to its users: it authenticates the client, these judge the rest. */
function registerGrants(provider: Provider): void {
  const issue = async (ctx: KoaContextWithOIDC, accountId: string): Promise<void> => {
    const { client } = ctx.oidc;
    if (!client) throw new Error('no client');
    const scope = String(ctx.oidc.params?.scope ?? 'openid');
    const grant = new provider.Grant({ accountId, clientId: client.clientId });
    grant.addOIDCScope(`openid ${scope}`);
    const grantId = await grant.save();
    const common = { accountId, client, grantId, gty: 'custom', scope };
    const access = await new provider.AccessToken(common as never).save();
    const refresh = await new provider.RefreshToken({ ...common, rotations: 0 } as never).save();
    ctx.body = { access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: 600, scope };
  };
  const refuse = (ctx: KoaContextWithOIDC, description: string): void => {
    ctx.status = 400;
    ctx.body = { error: 'invalid_grant', error_description: description };
  };
  provider.registerGrantType(
    'password',
    async ctx => {
      const { username, password } = ctx.oidc.params ?? {};
      if (password === 'swordfish') await issue(ctx, String(username));
      else refuse(ctx, 'wrong password');
    },
    ['username', 'password', 'scope'],
  );
  provider.registerGrantType(
    jwtBearer,
    async ctx => {
      try {
        const { payload } = await jwtVerify(String(ctx.oidc.params?.assertion), rsa.publicKey, {
          audience: [`${provider.issuer}/token`, 'custom'],
          requiredClaims: ['iss', 'sub', 'exp', 'jti'],
        });
        await issue(ctx, String(payload.sub));
      } catch (error) {
        refuse(ctx, error instanceof Error ? error.message : 'bad assertion');
      }
    },
    ['assertion', 'scope'],
  );
  provider.registerGrantType(
    tokenExchange,
    async ctx => {
      const { subject_token: subject, subject_token_type: type } = ctx.oidc.params ?? {};
      const jwt = type === 'urn:ietf:params:oauth:token-type:jwt';
      const found = jwt ? undefined : await provider.AccessToken.find(String(subject));
      const account = jwt ? decodeJwt(String(subject)).sub : found?.accountId;
      if (account) await issue(ctx, account);
      else refuse(ctx, 'unknown subject token');
    },
    [
      'subject_token',
      'subject_token_type',
      'actor_token',
      'actor_token_type',
      'requested_token_type',
      'scope',
      'audience',
    ],
    ['audience'],
  );
}
