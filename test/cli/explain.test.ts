import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countersign, folderWith } from './countersign.ts';

describe('explain on the command line', function () {
  this.timeout(60_000);
  let server: Server;
  let project: ReturnType<typeof folderWith>;

  before(async () => {
    server = createServer((request, response) => {
      if (request.headers.authorization === 'Basic YWRhOnBhNTU=') return void response.end('fine');
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"', 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ message: `wrong credential ${request.headers.authorization}` }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    project = folderWith({
      'a.http': `### right\n# @auth basic username=ada password=pa55\nGET ${url}/\n\n### bearer\n# @auth bearer token=secret-token-value\nGET ${url}/\n`,
    });
  });

  after(() => {
    server.close();
    project.remove();
  });

  const call = (...args: readonly string[]) => countersign(project.folder, args);

  it('says why, with the evidence and what to do, and shows no secret', async () => {
    const { status, stdout } = await call('explain', 'a.http', '--name', 'bearer');
    assert.equal(status, 1);
    assert.match(stdout, /^GET http:\/\/127\.0\.0\.1:\d+\/ {2}401\nAuthorization: bearer from a\.http:6\n/);
    assert.match(
      stdout,
      /The server asks for Basic, and the request used Bearer\.\n {2}WWW-Authenticate: Basic\n {2}Try “@auth basic”\./,
    );
    assert.match(stdout, /The server says: “wrong credential Bearer •••”/);
    assert.ok(!stdout.includes('secret-token-value'));
  });

  it('gives the causes as JSON, in reports of a run too', async () => {
    const [explained] = (await call('explain', 'a.http', '--name', 'bearer', '--json')).json() as {
      refused: boolean;
      causes: { id: string }[];
    }[];
    assert.equal(explained?.refused, true);
    assert.deepEqual(
      explained.causes.map(({ id }) => id),
      ['scheme-not-offered', 'server-says'],
    );
    const run = (await call('run', 'a.http', '--json')).json() as { causes?: { id: string }[] }[];
    assert.deepEqual(
      run.map(({ causes }) => causes?.length ?? 0),
      [0, 2, 0],
    );
    const junit = (await call('run', 'a.http', '--reporter', 'junit')).stdout;
    assert.match(junit, /<failure message="[^"]*">- The server asks for Basic/);
  });

  it('says of what is not refused that it is not', async () => {
    const { status, stdout } = await call('explain', 'a.http', '--name', 'right');
    assert.equal(status, 0);
    assert.match(stdout, /The server did not refuse it \(200\)\./);
  });
});
