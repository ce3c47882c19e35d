import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createOAuth2Flow } from '../../src/auth/oauth2/oauth2-flow.ts';
import { MemoryTokenStore } from '../../src/auth/tokens/memory-store.ts';
import { createTokenSource } from '../../src/auth/tokens/stored-token-source.ts';
import type { TokenRecord } from '../../src/auth/tokens/token-record.ts';
import { parseCall } from '../../src/cli/arguments.ts';
import { createOutput } from '../../src/cli/output.ts';
import { reportedRequest, shownOf } from '../../src/cli/reported-request.ts';
import { createReporter, reporterNames } from '../../src/cli/reporters.ts';
import { toCurl } from '../../src/convert/curl/curl.ts';
import { wireToCurl } from '../../src/convert/curl/wire-curl.ts';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { type Answer, type Decision, Permissions } from '../../src/core/permission.ts';
import type { ReceivedResponse, Transport } from '../../src/core/ports.ts';
import { bodyBytes, type HttpRequest, originOf, requestUrl } from '../../src/core/request.ts';
import { recognizedSecrets } from '../../src/core/secrets.ts';
import { literalLayer } from '../../src/core/variable-layer.ts';
import type { WireRecord } from '../../src/core/wire-record.ts';
import { harText } from '../../src/features/presentation/har.ts';
import { previewText } from '../../src/features/presentation/preview-text.ts';
import { recordTransport } from '../../src/http/recorded-transport.ts';
import { parse } from '../../src/language/parser.ts';
import { nodeRandom } from '../../src/node/random.ts';
import { EngineParts } from '../../src/sending/engine-parts.ts';
import { type Preview, previewRequest } from '../../src/sending/preview.ts';
import { type RunResult, runRequest } from '../../src/sending/runner.ts';
import type { RunnerPorts } from '../../src/sending/runner-ports.ts';

const secret = 'zq7/Marker+0815';
const token = 'kept-token-4711';
const bound = 'https://api.acme.test';

const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const awsFile = '[default]\naws_access_key_id=AKID\naws_secret_access_key=ambient-aws-secret\n';
const edgercFile =
  '[default]\nclient_token=akab-c\naccess_token=akab-a\nclient_secret=ambient-edge-secret\nhost=api.acme.test\n';

/** What must not be seen: the credentials in the forms in which they go out. */
const marks = [secret, token, 'ambient-aws-secret', 'ambient-edge-secret'].flatMap(mark => [
  mark,
  encodeURIComponent(mark),
  Buffer.from(mark).toString('base64'),
  Buffer.from(`ada:${mark}`).toString('base64'),
]);
marks.push(privateKey.slice(30, 60), JSON.stringify(privateKey).slice(40, 70));

/** Kind of credential and its way out: the text of a request to `{{at}}`, and what the credential is called. */
const ways: Readonly<Record<string, readonly [text: string, credential: string]>> = {
  'secret, path': ['GET {{at}}/x/{{$secret s}}', 's'],
  'secret, query': ['GET {{at}}/x?k={{$secret s}}', 's'],
  'secret, percent-encoded query': ['GET {{at}}/x?k={{%$secret s}}', 's'],
  'secret, header': ['GET {{at}}/x\nX-Custom: before {{$secret s}} after', 's'],
  'secret, cookie': ['GET {{at}}/x\nCookie: a=1; k={{$secret s}}', 's'],
  'secret, through a variable': ['@v = {{$secret s}}\nGET {{at}}/x\nX-Custom: {{v}}', 's'],
  'secret, JSON body': ['POST {{at}}/x\nContent-Type: application/json\n\n{"k":"{{$secret s}}"}', 's'],
  'secret, form body': ['POST {{at}}/x\nContent-Type: application/x-www-form-urlencoded\n\nk={{$secret s}}', 's'],
  'secret, multipart body': [
    'POST {{at}}/x\nContent-Type: multipart/form-data; boundary=b\n\n--b\nContent-Disposition: form-data; name="k"\n\n{{$secret s}}\n--b--',
    's',
  ],
  'secret, user information': ['GET {{scheme}}ada:{{%$secret s}}@{{host}}/x', 's'],
  'secret, shorthand': ['GET {{at}}/x\nAuthorization: Basic ada {{$secret s}}', 's'],
  basic: ['# @auth basic username=ada password={{$secret s}}\nGET {{at}}/x', 's'],
  bearer: ['# @auth bearer token={{$secret s}}\nGET {{at}}/x', 's'],
  'apikey, header': ['# @auth apikey key=X-Key value={{$secret s}}\nGET {{at}}/x', 's'],
  'apikey, query': ['# @auth apikey key=k value={{$secret s}} in=query\nGET {{at}}/x', 's'],
  'apikey, cookie': ['# @auth apikey key=k value={{$secret s}} in=cookie\nGET {{at}}/x', 's'],
  digest: ['# @auth digest username=ada password={{$secret s}}\nGET {{at}}/x', 's'],
  ntlm: ['# @auth ntlm username=ada password={{$secret s}}\nGET {{at}}/x', 's'],
  hawk: ['# @auth hawk authId=a authKey={{$secret s}}\nGET {{at}}/x', 's'],
  'oauth1, signature': [
    '# @auth oauth1 consumerKey=c consumerSecret={{$secret s}} token=t tokenSecret=u\nGET {{at}}/x',
    's',
  ],
  'jwt, signature': ['# @auth jwt algorithm=HS256 secret={{$secret s}} payload={}\nGET {{at}}/x', 's'],
  'awsv4, secret': ['# @auth awsv4 accessKey=A secretKey={{$secret s}} region=r service=x\nGET {{at}}/x', 's'],
  'awsv4, presigned': [
    '# @auth awsv4 accessKey=A secretKey={{$secret s}} region=r service=x addTo=query\nGET {{at}}/x',
    's',
  ],
  'awsv4, profile': ['# @auth awsv4 region=r service=x\nGET {{at}}/x', 'aws:default'],
  'edgegrid, secret': ['# @auth edgegrid accessToken=a clientToken=c clientSecret={{$secret s}}\nGET {{at}}/x', 's'],
  'edgegrid, section': ['# @auth edgegrid section=default\nGET {{at}}/x', 'edgegrid:default'],
  'asap, key': ['# @auth asap alg=ES256 iss=i aud=a kid=i/k privateKey={{$secret pem}}\nGET {{at}}/x', 'pem'],
  'token by its name': ['GET {{at}}/x\nX-Token: {{$token kept}}', 'token:kept'],
  'kept oauth2 token': [
    '# @auth oauth2 grantType=authorization_code_pkce tokenName=kept issuer=https://login.acme.test clientId=c\nGET {{at}}/x',
    'token:kept',
  ],
  'oauth2, given token': ['# @auth oauth2 token={{$secret s}}\nGET {{at}}/x', 's'],
};

/** Origins that only look like the one that is allowed, and some that do not. */
const origins: readonly string[] = [
  'http://api.acme.test',
  'https://api.acme.test:8443',
  'https://evil.api.acme.test',
  'https://acme.test',
  'https://api.acme.test.',
  'https://api.acme.test.evil.test',
  'https://api.acmе.test', // A Cyrillic letter: punycode.
  'https://[::1]:8443',
  'https://127.0.0.1',
  'https://evil.test',
];

interface World {
  readonly sent: HttpRequest[];
  readonly asked: string[];
  send(text: string, at: string): Promise<RunResult>;
  preview(text: string, at: string): Promise<Preview>;
  /** What the console and an archive keep of what was sent. */
  readonly records: WireRecord[];
  redact(text: string): string;
}

const answered = (
  status: number,
  headers: readonly (readonly [string, string])[] = [],
  text = '',
): ReceivedResponse => ({
  ...{ status, statusText: '', httpVersion: '1.1', headers },
  body: (async function* () {
    yield new TextEncoder().encode(text);
  })(),
  bytes: async () => new TextEncoder().encode(text),
  discard: async () => {},
  timing: () => ({ total: 0 }),
});

/** The engine as the hosts put it together, over a network that only remembers what was sent. */
async function world(
  decisions: readonly Decision[],
  answer: Answer | undefined,
  respond: (request: HttpRequest) => ReceivedResponse = () => answered(200),
): Promise<World> {
  const sent: HttpRequest[] = [];
  const asked: string[] = [];
  const records: WireRecord[] = [];
  let variables: Readonly<Record<string, string>> = {};
  const parts = new EngineParts({
    version: 'test',
    workspace: { tree: () => undefined, root: () => '/w' },
    random: nodeRandom,
    environment: () => undefined,
    variables: { environment: () => [literalLayer('environment', Object.entries(variables))] },
  });
  const { ambient, clock } = parts;
  const permissions = new Permissions({
    decisions: () => decisions,
    keep: async () => {},
    async ask(permission) {
      assert.equal(permission.kind, 'credential');
      if (permission.kind === 'credential') asked.push(`${permission.credential.name} ${permission.origin}`);
      return answer;
    },
    advice: () => 'advice',
  });
  const permit = permissions.askingFor({});
  const network: Transport = {
    async send(request) {
      sent.push(request);
      return respond(request);
    },
  };
  const recorded = recordTransport(network, { bodyLimit: 4096, record: record => void records.push(record) });
  const transport = parts.guarded(recorded, permit);
  const store = new MemoryTokenStore();
  const oauth2 = createOAuth2Flow({ transport, clock, random: nodeRandom, env: {}, ambient, wait: async () => {} });
  const source = createTokenSource({ store, flows: [oauth2], clock, ambient });
  const config = {
    ...{ grantType: 'authorization_code_pkce', tokenName: 'kept', issuer: 'https://login.acme.test', clientId: 'c' },
  };
  const { key } = oauth2.identity(config, undefined);
  const record: TokenRecord = {
    ...{ key, name: 'kept', scheme: 'oauth2', issuer: 'https://login.acme.test', tokenType: 'Bearer', config },
    ...{ accessToken: token, obtainedAt: Date.now(), usedBy: [] },
  };
  await store.set(record);
  const secrets: Readonly<Record<string, string>> = {
    s: secret,
    pem: privateKey,
  };
  const files = {
    read: async (path: string) => {
      const text = path.endsWith('.edgerc') ? edgercFile : path.endsWith('credentials') ? awsFile : undefined;
      if (text === undefined) throw new CountersignError('missing-file', 'There is none.');
      return new TextEncoder().encode(text);
    },
    size: async () => 0,
    open: async function* () {},
  };
  const ports = (at: string): RunnerPorts => {
    variables = { at, host: new URL(at).host, scheme: `${new URL(at).protocol}//` };
    const values = parts.variables({
      projectRoot: '/w',
      secrets: recognizedSecrets({ get: async name => secrets[name] }, ambient),
      permitEnvironment: async () => {},
      async token(name) {
        const named = await source.named(name, undefined, new AbortController().signal);
        ambient.add(named.token.accessToken, named.credential);
        return parts.seen(named.token).accessToken;
      },
    });
    const assembled = parts.ports(values, {
      ...{ file: '/w/a.http', files, keyFiles: files, permit, transport: recorded },
      tokens: parts.tokenSource(async () => source.in(undefined, permit)),
      cookies: createCookieJar(),
      async storeBody(response) {
        const bytes = await response.bytes(1_000_000);
        const start = async (limit: number) => bytes.subarray(0, limit);
        const open = () => response.body;
        return { size: bytes.length, bytes, start, open, dispose: async () => {} };
      },
      defaults: {},
    });
    return { ...assembled, driver: { ...assembled.driver, env: { HOME: '/home/ada' } } };
  };
  const target = (text: string) => {
    const tree = parse(text);
    return { file: '/w/a.http', tree, block: tree.blocks.findIndex(placed => placed.block.request) };
  };
  const { signal } = new AbortController();
  return {
    ...{ sent, asked, records },
    redact: parts.redactor.redact,
    send: (text, at) => runRequest(target(text), ports(at), { signal }),
    preview: (text, at) => previewRequest(target(text), ports(at), signal),
  };
}

const errorOf = async (sending: Promise<RunResult>): Promise<CountersignError | undefined> =>
  sending.then(
    ({ error }) => error,
    error => error,
  );

const holds = async (request: HttpRequest, ...marks: readonly string[]): Promise<boolean> => {
  const parts = [...request.headers, ...request.cookies].map(({ value }) => value);
  const body = new TextDecoder().decode(await bodyBytes(request.body));
  const texts = [requestUrl(request), ...parts, body].flatMap(text => [
    text,
    decodeURIComponent(
      text
        .replaceAll('%', '%25')
        .replace(/%25([\dA-F]{2})/gi, '%$1')
        .replaceAll(/%(?![\dA-F]{2})/gi, ''),
    ),
    Buffer.from(/Basic (\S+)/.exec(text)?.[1] ?? '', 'base64').toString(),
  ]);
  return texts.some(text => marks.some(mark => text.includes(mark)));
};

/** What a reporter makes of a result when everything there is to show was asked for. */
async function reportOf(name: string, result: RunResult, redact: (text: string) => string): Promise<string> {
  let text = '';
  const output = createOutput(part => {
    text += part;
  }, false);
  const call = parseCall(['run', '.', '--verbose', '--show', 'all', '--with-response']);
  const context = { call, current: '/w', redact };
  const { shown, response, exchange } = await shownOf(result, true, context);
  const tree = parse('GET {{at}}/x');
  const report = reportedRequest(
    { file: '/w/a.http', tree, block: 0 },
    result,
    result.decision,
    result.error,
    0,
    context,
  );
  const reporter = await createReporter(name, output);
  reporter.request({ ...report, ...(response ? { response } : {}) }, shown, exchange);
  reporter.end({ requests: 1, failed: report.ok ? 0 : 1, durationMs: 0 });
  assert.ok(text.length > 0, name);
  return text;
}

describe('credentials of this machine', () => {
  let cells = 0;
  after(() => console.log(`      ${cells} cells: credential × way out × origin`));

  for (const [way, [text, credential]] of Object.entries(ways)) {
    describe(way, () => {
      it('goes where it is allowed, without a question', async () => {
        const allowed: Decision = { kind: 'credential', subject: credential, origin: bound, allowed: true };
        const { send, sent, asked } = await world([allowed], 'never');
        const error = await errorOf(send(text, bound));
        assert.equal(error, undefined);
        assert.ok(sent.length > 0);
        assert.deepEqual(asked, []);
        cells++;
      });

      for (const at of origins) {
        it(`is asked for at ${at}, and stays here where it is refused or nobody answers`, async () => {
          const allowed: Decision = { kind: 'credential', subject: credential, origin: bound, allowed: true };
          const { origin } = new URL(at);
          for (const answer of ['never', undefined] as const) {
            const { send, sent, asked } = await world([allowed], answer);
            const error = await errorOf(send(text, at));
            assert.deepEqual(asked, [`${credential} ${origin}`]);
            assert.equal(error?.code, answer === 'never' ? 'not-allowed' : 'cancelled', error?.message);
            assert.deepEqual(sent.map(originOf), []);
            cells++;
          }
          const { send, sent } = await world([allowed], 'once');
          assert.equal(await errorOf(send(text, at)), undefined);
          assert.ok(sent.length > 0);
          cells++;
        });
      }

      it('is refused with what can be done where nobody can be asked', async () => {
        const { send, sent, asked } = await world([], undefined);
        await send(text, bound).catch(() => {});
        assert.deepEqual([sent.length, asked.length], [0, 1]);
        cells++;
      });

      it('stands masked in what is shown, copied and exported of it, answers that echo it included', async () => {
        const allowed: Decision = { kind: 'credential', subject: credential, origin: bound, allowed: true };
        const { send, preview, records, redact, sent } = await world([allowed], 'never', request => {
          const echo = `${requestUrl(request)} ${request.headers.map(({ value }) => value).join(' ')}`;
          return answered(200, [['X-Echo', echo]], JSON.stringify({ echo, body: request.body?.text }));
        });
        const previewed = await preview(text, bound);
        const shell = 'sh';
        const showing = { reveal: false, redact };
        const shown: Record<string, string> = {
          preview: previewText(previewed, '', '/w/a.http', false).text,
          cURL: toCurl(previewed.request, { shell, secrets: false }),
        };
        assert.equal(sent.length, 0, 'a preview sends nothing');
        const { response } = await send(text, bound);
        shown.response = redact(new TextDecoder().decode(response?.body.bytes));
        shown.headers = redact((response?.headers ?? []).flat().join(' '));
        shown['HTTP archive'] = harText(records, showing, 'test');
        for (const record of records) shown['cURL of the console'] = wireToCurl(record, { shell, secrets: false });
        const refused = await world([allowed], 'never', request => {
          const echo = `${requestUrl(request)} ${request.headers.map(({ value }) => value).join(' ')}`;
          const challenge = `Bearer error="invalid_token", error_description="${echo.replaceAll('"', '')}"`;
          return answered(401, [['WWW-Authenticate', challenge]], JSON.stringify({ error: echo }));
        });
        for (const [world, what] of [
          [{ send, redact }, 'answered'],
          [refused, 'refused'],
        ] as const) {
          const result = await world.send(text, bound);
          for (const name of reporterNames)
            shown[`${name} report, ${what}`] = await reportOf(name, result, world.redact);
        }
        for (const [where, content] of Object.entries(shown)) {
          for (const mark of marks) assert.ok(!content.includes(mark), `${where} holds ${mark}: ${content}`);
          cells++;
        }
        assert.ok(records.length > 0);
      });

      for (const status of [301, 302, 303, 307, 308]) {
        it(`does not follow a ${status} to another origin`, async () => {
          const allowed: Decision = { kind: 'credential', subject: credential, origin: bound, allowed: true };
          const { send, sent, asked } = await world([allowed], 'never', request => {
            if (originOf(request) !== bound) return answered(200);
            const echoed = new URL(requestUrl(request)).search;
            return answered(status, [['Location', `https://evil.test/landed${echoed}`]]);
          });
          await send(text, bound).catch(() => {});
          for (const request of sent) {
            if (originOf(request) === bound) continue;
            assert.equal(await holds(request, secret, token, privateKey), false, requestUrl(request));
          }
          assert.deepEqual(asked, []);
          cells++;
        });
      }
    });
  }

  it('the client secret asks for the token endpoint, and the token for the server', async () => {
    const text =
      '# @auth oauth2 grantType=client_credentials tokenUrl=https://login.evil.test/token clientId=c clientSecret={{$secret s}}\nGET {{at}}/x';
    const grants = answered(
      200,
      [['Content-Type', 'application/json']],
      '{"access_token":"fresh","token_type":"Bearer"}',
    );
    const respond = (request: HttpRequest) => (request.url.includes('/token') ? grants : answered(200));
    const all = await world([], 'always', respond);
    assert.equal(await errorOf(all.send(text, bound)), undefined);
    assert.deepEqual(all.asked, [`token:c ${bound}`, 's https://login.evil.test']);
    const none = await world(
      [{ kind: 'credential', subject: 'token:c', origin: bound, allowed: true }],
      'never',
      respond,
    );
    assert.equal((await errorOf(none.send(text, bound)))?.code, 'not-allowed');
    assert.deepEqual(none.sent, []);
  });

  it('a key that signs the assertion asks for the token endpoint, though it is not seen there', async () => {
    const text =
      '# @auth oauth2 grantType=client_credentials tokenUrl=https://login.evil.test/token clientId=c clientAuthentication=private_key_jwt privateKey={{$secret pem}}\nGET {{at}}/x';
    const { send, sent, asked } = await world(
      [{ kind: 'credential', subject: 'token:c', origin: bound, allowed: true }],
      'never',
    );
    assert.equal((await errorOf(send(text, bound)))?.code, 'not-allowed');
    assert.deepEqual([asked, sent.length], [['pem https://login.evil.test'], 0]);
  });

  for (const [name, text] of [
    ['AWS profile', '# @auth awsv4 region=r service=x\nGET {{at}}/x\nHost: other.acme.test'],
    ['EdgeGrid section, Host', '# @auth edgegrid section=default\nGET {{at}}/x\nHost: other.acme.test'],
    ['EdgeGrid section, baseUrl', '# @auth edgegrid section=default baseUrl=https://other.acme.test\nGET {{at}}/x'],
  ] as const) {
    it(`${name}: does not sign for another host than that of the URL`, async () => {
      const { send, sent } = await world([], 'always');
      const error = await errorOf(send(text, bound));
      assert.match(error?.message ?? '', /does not sign for other\.acme\.test in a request to api\.acme\.test/);
      assert.deepEqual(sent, []);
    });
  }

  it('are allowed for the hosts below one, and for that one alone', async () => {
    const allowed: Decision = { kind: 'credential', subject: 's', origin: 'https://*.acme.test', allowed: true };
    for (const [at, free] of [
      ['https://api.acme.test', true],
      ['https://a.b.acme.test', true],
      ['https://acme.test', false],
      ['http://api.acme.test', false],
      ['https://api.acme.test:444', false],
      ['https://notacme.test', false],
    ] as const) {
      const { send, asked } = await world([allowed], 'once');
      await send('GET {{at}}/{{$secret s}}', at);
      assert.equal(asked.length === 0, free, at);
    }
  });

  it('once refused stay here whatever else allows them', async () => {
    const { send, sent, asked } = await world(
      [
        { kind: 'credential', subject: 's', origin: 'https://*.acme.test', allowed: true },
        { kind: 'credential', subject: 'secret:s', origin: bound, allowed: false },
      ],
      'always',
    );
    assert.equal((await errorOf(send('GET {{at}}/{{$secret s}}', bound)))?.code, 'not-allowed');
    assert.deepEqual([sent.length, asked.length], [0, 0]);
  });
});
