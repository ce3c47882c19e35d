import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { credentials } from './credentials.ts';

/** An authorization server (oidc-provider) below `/oauth2/`; it starts with the first request that wants it. */
export interface AuthorizationServer {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whom an access token stands for; undefined where it is unknown or has expired. */
  userOf(accessToken: string): Promise<string | undefined>;
}

const prefix = '/oauth2';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const { oauth2 } = credentials;

export function authorizationServer(origin: string): AuthorizationServer {
  let provider: Promise<Provider> | undefined;
  const open = (): Promise<Provider> => {
    provider ??= createProvider(`${origin}${prefix}`);
    return provider;
  };
  return {
    async handle(request, response) {
      const opened = await open();
      const path = request.url ?? '';
      // The provider knows its place by the difference between these two.
      (request as IncomingMessage & { originalUrl: string }).originalUrl = path;
      request.url = path.slice(prefix.length) || '/';
      if (request.url.startsWith('/sign-in/')) await signIn(opened, request, response);
      else await opened.callback()(request, response);
    },
    async userOf(accessToken) {
      const opened = await open();
      const token = (await opened.AccessToken.find(accessToken)) ?? (await opened.ClientCredentials.find(accessToken));
      if (!token?.isValid) return undefined;
      return 'accountId' in token && token.accountId ? String(token.accountId) : token.clientId;
    },
  };
}

async function createProvider(issuer: string): Promise<Provider> {
  const { default: OidcProvider } = await import('oidc-provider');
  const provider = quietly(
    () =>
      new OidcProvider(issuer, {
        clients: [
          {
            client_id: oauth2.clientId,
            client_secret: oauth2.clientSecret,
            grant_types: ['client_credentials', 'password', 'refresh_token'],
            response_types: [],
            redirect_uris: [],
          },
          {
            client_id: oauth2.publicClientId,
            token_endpoint_auth_method: 'none',
            application_type: 'native',
            grant_types: ['authorization_code', 'refresh_token', deviceGrant],
            response_types: ['code'],
            redirect_uris: ['http://127.0.0.1/callback', 'https://app.example.com/callback'],
          },
        ],
        cookies: { keys: ['demo'] },
        scopes: ['openid', 'offline_access', 'read', 'write'],
        rotateRefreshToken: true,
        issueRefreshToken: async () => true,
        findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
        interactions: { url: (_ctx, { uid }) => `${prefix}/sign-in/${uid}` },
        ttl: {
          Interaction: 600,
          IdToken: 600,
          DeviceCode: 600,
          AuthorizationCode: 60,
          AccessToken: 600,
          ClientCredentials: 600,
          RefreshToken: 86_400,
          Grant: 86_400,
          Session: 86_400,
        },
        features: {
          devInteractions: { enabled: false },
          clientCredentials: { enabled: true },
          deviceFlow: { enabled: true },
          introspection: { enabled: true },
          revocation: {
            enabled: true,
            allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
          },
        },
      }),
  );
  provider.registerGrantType('password', ctx => passwordGrant(provider, ctx), ['username', 'password', 'scope']);
  return provider;
}

/** A grant that the provider leaves to its users. @see RFC 6749 §4.3 */
async function passwordGrant(provider: Provider, ctx: KoaContextWithOIDC): Promise<void> {
  const { client, params } = ctx.oidc;
  if (!client || params?.username !== credentials.user || params.password !== credentials.password) {
    ctx.status = 400;
    ctx.body = { error: 'invalid_grant', error_description: 'wrong user name or password' };
    return;
  }
  const scope = String(params.scope ?? 'openid');
  const grant = new provider.Grant({ accountId: credentials.user, clientId: client.clientId });
  grant.addOIDCScope(`openid ${scope}`);
  const common = { accountId: credentials.user, client, grantId: await grant.save(), gty: 'password', scope };
  const access = await new provider.AccessToken(common as never).save();
  const refresh = await new provider.RefreshToken({ ...common, rotations: 0 } as never).save();
  ctx.body = { access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: 600, scope };
}

/** A page on which a person signs in and consents at once. */
async function signIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params, grantId } = await provider.interactionDetails(request, response);
  const client = String(params.client_id);
  const scope = String(params.scope ?? '');
  const form = request.method === 'POST' ? await formOf(request) : undefined;
  if (form?.get('deny')) {
    const denial = { error: 'access_denied', error_description: 'You did not allow it.' };
    await provider.interactionFinished(request, response, denial, { mergeWithLastSubmission: false });
    return;
  }
  const known = form?.get('username') === credentials.user && form.get('password') === credentials.password;
  if (!known) {
    response.writeHead(form ? 401 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(signInPage(client, scope, form !== undefined));
    return;
  }
  const grant =
    (grantId ? await provider.Grant.find(grantId) : undefined) ??
    new provider.Grant({ accountId: credentials.user, clientId: client });
  grant.addOIDCScope(scope);
  await provider.interactionFinished(request, response, {
    login: { accountId: credentials.user },
    consent: { grantId: await grant.save() },
  });
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return new URLSearchParams(text);
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);

function signInPage(client: string, scope: string, again: boolean): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to the demo</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 24rem; margin: 12vh auto; padding: 0 1rem; }
  label { display: block; margin: 0.75rem 0; }
  input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: 0.3rem; }
  button { font: inherit; padding: 0.3rem 1rem; margin-right: 0.5rem; }
</style>
<main>
  <h1>Sign in to the demo</h1>
  <p><b>${escaped(client)}</b> asks for <b>${escaped(scope) || 'nothing in particular'}</b>.</p>
  ${again ? '<p role="alert">Wrong user name or password.</p>' : ''}
  <form method="post">
    <label>User name <input name="username" value="${credentials.user}" autocomplete="off"></label>
    <label>Password <input name="password" type="password" autocomplete="off" autofocus></label>
    <button>Sign in</button><button name="deny" value="yes">Deny</button>
  </form>
</main>
</html>
`;
}

/** The provider warns about its development defaults, which are what a demo wants. */
function quietly<T>(make: () => T): T {
  const { warn, info } = console;
  console.warn = console.info = () => {};
  try {
    return make();
  } finally {
    Object.assign(console, { warn, info });
  }
}
