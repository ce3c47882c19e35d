import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type CallResult, countersign, folderWith, listeningServer, type SeenRequest } from './countersign.ts';

describe('OAuth 2.0 as services bend it', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  /** What the token endpoint answers. */
  let answer: unknown = {};
  let status = 200;

  before(async () => {
    server = await listeningServer(({ url }, response) => {
      response.writeHead(url === '/token' ? status : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(url === '/token' ? answer : {}));
    });
  });
  beforeEach(() => {
    server.seen.length = 0;
    status = 200;
    answer = { access_token: 'plain', token_type: 'Bearer', expires_in: 60 };
  });
  afterEach(() => project.remove());
  after(() => server.close());

  const run = async (fields: string): Promise<CallResult> => {
    project = folderWith({
      'a.http': `# @auth oauth2 grantType=client_credentials tokenUrl=${server.url}/token clientId=c clientSecret=s\n${fields}GET ${server.url}/api\n`,
    });
    return countersign(project.folder, ['run', 'a.http', '--json'], {
      env: { XDG_CONFIG_HOME: join(project.folder, 'config'), COUNTERSIGN_KEYCHAIN: 'off' },
    });
  };
  const seen = (path: string): SeenRequest | undefined => server.seen.find(({ url }) => url === path);

  for (const [path, body, token] of [
    ['id_token', { access_token: 'a', id_token: 'the-id' }, 'the-id'],
    ['data.access_token', { data: { access_token: 'nested', expires_in: 9 } }, 'nested'],
    ['$.authed_user.access_token', { access_token: 'bot', authed_user: { access_token: 'user' } }, 'user'],
  ] as const) {
    it(`takes the token from ${path}`, async () => {
      answer = { token_type: 'Bearer', ...body };
      const { status: exit, stdout } = await run(`#   tokenPath = ${path}\n`);
      assert.equal(exit, 0, stdout);
      assert.equal(seen('/api')?.headers.authorization, `Bearer ${token}`);
    });
  }

  it('says so where there is none', async () => {
    const { stdout } = await run('#   tokenPath = data.token\n');
    assert.match(stdout, /The server’s answer holds no data\.token\..*Check tokenPath/);
    assert.equal(seen('/api'), undefined);
  });

  it('sends headers of the person’s own to the authorization server alone, and ours beside them', async () => {
    await run('#   tokenHeaders = "Origin=http://localhost:3000,X-Gateway-Key=g1"\n');
    assert.equal(seen('/token')?.headers.origin, 'http://localhost:3000');
    assert.equal(seen('/token')?.headers['x-gateway-key'], 'g1');
    assert.match(seen('/token')?.headers.authorization ?? '', /^Basic /);
    assert.equal(seen('/api')?.headers.origin, undefined);
  });

  it('names the header that Entra wants of a single-page application', async () => {
    status = 400;
    answer = {
      error: 'invalid_request',
      error_description:
        'AADSTS9002327: Tokens issued for the Single-Page Application client-type may only be redeemed via cross-origin requests.',
    };
    assert.match((await run('')).stdout, /tokenHeaders=.*Origin=http:\/\/localhost/);
  });

  it('sends the token in the header that is named, with the prefix or without', async () => {
    await run('#   headerName = X-Auth-Token\n#   prefix = ""\n');
    assert.equal(seen('/api')?.headers['x-auth-token'], 'plain');
    assert.equal(seen('/api')?.headers.authorization, undefined);
  });

  it('asks for authorization details, in one line', async () => {
    await run('#   authorizationDetails = "[{\\"type\\": \\"account\\",  \\"actions\\": [\\"read\\"]}]"\n');
    const form = new URLSearchParams(seen('/token')?.body);
    assert.equal(form.get('authorization_details'), '[{"type":"account","actions":["read"]}]');
    project.remove();
    const { stdout, stderr } = await run('#   authorizationDetails = "{}"\n');
    assert.match(stdout + stderr, /These are no authorization details/);
  });
});
