import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countersign, folderWith } from './countersign.ts';

describe('names of requests, headers and methods', () => {
  let server: Server;
  let base = '';
  let seen: string[] = [];
  let remove = (): void => {};
  before(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['x-custom'] ?? ''}`.trim());
      response.setHeader('Content-Type', 'application/json').end('{"id": 7}');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen = [];
  });
  afterEach(() => remove());
  after(() => server.close());

  async function run(text: string, ...args: readonly string[]) {
    const made = folderWith({ 'a.http': text });
    remove = made.remove;
    return await countersign(made.folder, ['run', 'a.http', ...args]);
  }

  it('reads the response of a request by its title, where that is one word', async () => {
    const { status, stderr } = await run(
      `### create\nPOST ${base}/things\n\n### use\nGET ${base}/things/{{create.response.body.id}}\n`,
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(seen, ['POST /things', 'GET /things/7']);
  });

  it('sends what has that title first, where one is chosen', async () => {
    const { status } = await run(
      `### use\nGET ${base}/things/{{create.response.body.id}}\n\n### create\nPOST ${base}/things\n`,
      ...['--name', 'use'],
    );
    assert.equal(status, 0);
    assert.deepEqual(seen, ['POST /things', 'GET /things/7']);
  });

  it('prefers what “# @name” says to the title', async () => {
    const { stderr } = await run(
      `### create\n# @name made\nPOST ${base}/things\n\n### use\nGET ${base}/{{create.response.body.id}}\n`,
    );
    assert.doesNotMatch(stderr, /Error/);
    assert.deepEqual(seen, ['POST /things']);
  });

  it('takes the name of a header and the method from variables', async () => {
    const { status, stderr } = await run(
      `@name = X-Custom\n@method = PATCH\n\n###\n{{method}} ${base}/x\n{{name}}: one\n`,
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(seen, ['PATCH /x one']);
  });

  it('still takes a whole header from one variable', async () => {
    const { status, stderr } = await run(`@line = X-Custom: whole\n\n###\nGET ${base}/x\n{{line}}\n`);
    assert.equal(status, 0, stderr);
    assert.deepEqual(seen, ['GET /x whole']);
  });
});
