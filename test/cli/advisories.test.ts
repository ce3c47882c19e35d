import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createNtlmServer } from '../auth/ntlm-server.ts';
import { countersign, folderWith } from './countersign.ts';

/** Faults that curl, Bruno and others published in 2026 and before, tried on this engine from end to end. */
describe('what befell other clients', function () {
  this.timeout(60_000);
  const servers: Server[] = [];
  let project: ReturnType<typeof folderWith> | undefined;

  const listen = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const run = async (text: string, ...args: readonly string[]) => {
    project = folderWith({ 'a.http': text });
    return countersign(project.folder, ['run', 'a.http', '--json', ...args]);
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    project?.remove();
  });

  it('a connection that NTLM authenticated is used for nobody else, and not for requests without authorization', async () => {
    const { listener } = createNtlmServer({ password: 'lovelace' });
    const seen: { readonly socket: Socket; readonly authorization: string | undefined }[] = [];
    const url = await listen((request, response) => {
      seen.push({ socket: request.socket, authorization: request.headers.authorization });
      return listener(request, response);
    });
    await run(
      `### ada\n# @auth ntlm username=ada password=lovelace\nGET ${url}/\n\n### nobody\n# @auth none\nGET ${url}/\n\n### bob\n# @auth ntlm username=bob password=lovelace\nGET ${url}/\n`,
    );
    const bare = seen.findIndex(({ authorization }) => authorization === undefined);
    assert.ok(bare > 0, 'ada comes first');
    const ofAda = new Set(seen.slice(0, bare).map(({ socket }) => socket));
    assert.ok(!ofAda.has(seen[bare]?.socket as Socket));
    assert.ok(seen.slice(bare + 1).every(({ socket }) => !ofAda.has(socket)));
  });

  it('the state of a Digest login at one origin is not sent to another', async () => {
    const digest =
      (seen: (string | undefined)[]): RequestListener =>
      (request, response) => {
        seen.push(request.headers.authorization);
        if (request.headers.authorization) return void response.end('ok');
        response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="abc", qop="auth"' }).end();
      };
    const [first, second]: [(string | undefined)[], (string | undefined)[]] = [[], []];
    const [one, other] = [await listen(digest(first)), await listen(digest(second))];
    const auth = '# @auth digest username=ada password=lovelace\n';
    const { status } = await run(
      `### 1\n${auth}GET ${one}/\n\n### 2\n${auth}GET ${one}/\n\n### 3\n${auth}GET ${other}/\n`,
    );
    assert.equal(status, 0);
    assert.deepEqual(
      first.map(each => each !== undefined),
      [false, true, true],
    );
    assert.equal(second[0], undefined);
    assert.match(second[1] ?? '', /nc=00000001/);
  });

  it('nothing of an AWS signature goes along to another origin, and nothing is left of an earlier one', async () => {
    const elsewhere: IncomingHttpHeaders[] = [];
    const target = await listen((request, response) => {
      elsewhere.push(request.headers);
      response.end();
    });
    const signed: IncomingHttpHeaders[] = [];
    const source = await listen((request, response) => {
      signed.push(request.headers);
      response.writeHead(302, { Location: `${target}/there` }).end();
    });
    await run(
      `### signed\n# @auth awsv4 accessKey=AKIAEXAMPLE secretKey=secret sessionToken=session-token region=eu-west-1 service=s3\nGET ${source}/\n\n### bare\n# @auth none\nGET ${source}/\n`,
    );
    assert.match(signed[0]?.authorization ?? '', /^AWS4-HMAC-SHA256 /);
    for (const headers of [elsewhere[0], elsewhere[1], signed[1]]) {
      const left = Object.keys(headers ?? { none: '' }).filter(name => /^(?:authorization|x-amz-.*)$/.test(name));
      assert.deepEqual(left, []);
    }
  });

  it('a cookie of one host is not sent to its port’s neighbour over another scheme, nor a secure one in the clear', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers.cookie);
      response.setHeader('Set-Cookie', ['__Host-a=1; Secure; Path=/', 'b=2; Domain=com', 'c=3']);
      response.end();
    });
    await run(`### 1\nGET ${url}/\n\n### 2\nGET ${url}/\n`);
    assert.equal(seen[0], undefined);
    assert.ok(!(seen[1] ?? '').includes('b=2'));
  });
});
