import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countersign, folderWith } from './countersign.ts';

/** @see RFC 6265bis, sections 5.6 and 5.8.3 */
describe('a cookie without a name', () => {
  let server: Server;
  let base = '';
  let seen: (string | undefined)[] = [];
  let remove = (): void => {};
  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/set') response.setHeader('Set-Cookie', ['=noname', 'a=1']);
      else seen.push(request.headers.cookie);
      response.end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen = [];
  });
  afterEach(() => remove());
  after(() => server.close());

  it('goes out as its value alone, beside others and beside written ones', async () => {
    const written = ['', 'Cookie: x=1\n', 'Cookie: mine\n'].map(cookie => `###\nGET ${base}/echo\n${cookie}`);
    const made = folderWith({ 'a.http': `GET ${base}/set\n\n${written.join('\n')}` });
    remove = made.remove;
    const { status, stdout } = await countersign(made.folder, ['run', 'a.http']);
    assert.equal(status, 0, stdout);
    assert.deepEqual(seen, ['noname; a=1', 'x=1; noname; a=1', 'mine; a=1']);
  });
});
