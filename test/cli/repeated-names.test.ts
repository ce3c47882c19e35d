import assert from 'node:assert/strict';
import { countersign, folderWith } from './countersign.ts';

describe('names that are stated twice', () => {
  let remove = (): void => {};
  afterEach(() => remove());

  async function call(text: string, ...args: readonly string[]) {
    const made = folderWith({ 'a.http': text });
    remove = made.remove;
    return await countersign(made.folder, args);
  }

  it('go out as one line where they are cookies', async () => {
    const { json } = await call(
      'GET http://x.test/\nCookie: FOO=BAR\nAccept: a/b\ncookie: BAR=BAZ\n',
      ...['preview', 'a.http', '--json'],
    );
    const [{ headers } = assert.fail()] = json() as { headers: { name: string; value: string }[] }[];
    assert.deepEqual(
      headers.filter(({ name }) => /^cookie$/i.test(name)).map(({ value }) => value),
      ['FOO=BAR; BAR=BAZ'],
    );
  });

  it('keep the secrets in them masked', async () => {
    const { stdout } = await call(
      'GET http://x.test/\nCookie: a=1\nCookie: s={{$secret s}}\n',
      ...['preview', 'a.http', '--secret', 's=very-secret'],
    );
    assert.match(stdout, /^Cookie: a=1; s=•••$/m);
  });

  it('are warned of where they are no list', async () => {
    const text = 'GET http://x.test/\nAuthorization: Bearer a\nAuthorization: Bearer b\nAccept: a\nAccept: b\n';
    const { stdout } = await call(text, 'parse', 'a.http', '--json');
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; line: number }[] };
    assert.deepEqual(
      diagnostics.filter(({ code }) => code === 'repeated-header').map(({ line }) => line),
      [3],
    );
  });

  it('leave a variable that names itself its value of the environment', async () => {
    const made = folderWith({
      'a.http': '@token = {{token}}\nGET http://x.test/?t={{token}}\n',
      'http-client.env.json': '{"dev":{"token":"abc"}}',
    });
    remove = made.remove;
    const { stdout } = await countersign(made.folder, ['preview', 'a.http', '--env', 'dev', '--show-secrets']);
    assert.match(stdout, /^GET http:\/\/x\.test\/\?t=abc$/m);
  });
});
