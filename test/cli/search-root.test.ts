import assert from 'node:assert/strict';
import { chownSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CountersignError } from '../../src/core/errors.ts';
import { isWithin } from '../../src/core/path-within.ts';
import { ownersOf } from '../../src/node/ownership.ts';
import { searchRoot } from '../../src/node/search-root.ts';
import { countersign, folderWith } from './countersign.ts';

const planted = '# @auth bearer token=planted\n';
const request = 'GET http://127.0.0.1:9/x\n';
const asking = 'GET http://127.0.0.1:9/x\nX-Who: {{who}}\n';
const dotenv = 'GET http://127.0.0.1:9/\nX-Who: {{$dotenv who}}\n';
const environment = '{"$shared":{"who":"planted"}}';

describe('where the search for collections and environments ends', function () {
  this.timeout(30_000);
  let remove = (): void => {};
  afterEach(() => remove());

  const preview = async (files: Readonly<Record<string, string>>, from: string, operand: string) => {
    const project = folderWith({ ...files, [join(from, dirname(operand), 'who.http')]: asking });
    remove = project.remove;
    const header = async (file: string, name: string): Promise<string | undefined> => {
      const { stdout } = await countersign(join(project.folder, from), ['preview', file, '--json', '--show-secrets']);
      // Without a value there is no preview.
      const shown = stdout === '' ? undefined : (JSON.parse(stdout) as { headers: { name: string; value: string }[] });
      return shown?.headers.find(one => one.name === name)?.value;
    };
    return {
      token: await header(operand, 'Authorization'),
      who: await header(join(dirname(operand), 'who.http'), 'X-Who'),
    };
  };
  const above = { 'collection.http': planted, 'http-client.env.json': environment, '.env': 'x=1' };

  it('is the current folder where there is no repository', async () => {
    const { token, who } = await preview({ ...above, 'mine/a.http': request }, 'mine', 'a.http');
    assert.deepEqual([token, who], [undefined, undefined]);
  });

  it('is the folder of the file that was named from elsewhere', async () => {
    const { token } = await preview({ ...above, 'mine/a.http': request, 'other/x': '' }, 'other', '../mine/a.http');
    assert.equal(token, undefined);
  });

  it('is the root of the repository, whatever stands above it', async () => {
    const files = { ...above, 'repo/.git/HEAD': 'ref: x', 'repo/in/a.http': request };
    const { token, who } = await preview(files, 'repo/in', 'a.http');
    assert.deepEqual([token, who], [undefined, undefined]);
  });

  it('reaches up to that root', async () => {
    const files = { '.git': 'gitdir: elsewhere', ...above, 'in/deep/a.http': request };
    const { token, who } = await preview(files, 'in/deep', 'a.http');
    assert.deepEqual([token, who], ['Bearer planted', 'planted']);
  });

  it('reaches up to the current folder', async () => {
    const { token } = await preview({ ...above, 'in/deep/a.http': request }, '.', 'in/deep/a.http');
    assert.equal(token, 'Bearer planted');
  });

  it('is no higher than the folder that is opened', () => {
    const project = folderWith({ '.git/HEAD': '', 'opened/clone/.git/HEAD': '', 'opened/in/a.http': '' });
    remove = project.remove;
    const at = (path: string) => join(project.folder, path);
    assert.equal(searchRoot(at('opened/in'), [at('opened')], at('opened')), at('opened'));
    assert.equal(searchRoot(at('opened/clone/x'), [at('opened')], at('opened')), at('opened/clone'));
    assert.equal(searchRoot(at('opened/in'), []), project.folder);
  });

  it('tells a folder from one whose name begins alike', () => {
    assert.deepEqual(
      ['/a', '/a/b', '/a/..b', '/ab', '/', '/a/../b'].map(path => isWithin(path, '/a')),
      [true, true, true, false, false, false],
    );
    assert.equal(isWithin('/x', '/'), true);
  });
});

describe('files of another user', function () {
  this.timeout(30_000);
  let remove = (): void => {};
  afterEach(() => remove());

  it('count where they belong to this person, the administrator or the owner of what was named', () => {
    const project = folderWith({ 'collection.http': planted, 'a.http': request });
    remove = project.remove;
    const file = join(project.folder, 'collection.http');
    const me = process.getuid?.();
    if (me === undefined) return;
    ownersOf([], me)(file);
    ownersOf([join(project.folder, 'a.http')], me + 1)(file);
    ownersOf([], me + 1)(join(project.folder, 'absent.http'));
    if (me !== 0) assert.throws(() => ownersOf([], me + 1)(file), /dubious ownership/);
  });

  for (const name of ['collection.http', 'folder.http', 'http-client.env.json', '.env']) {
    it(`are refused with words: ${name}`, async function () {
      // Only the administrator can give a file away.
      if (process.getuid?.() !== 0) this.skip();
      const text = name.endsWith('.http') ? planted : name === '.env' ? 'who=planted' : environment;
      const project = folderWith({ [name]: text, 'a.http': name === '.env' ? dotenv : request });
      remove = project.remove;
      chownSync(join(project.folder, name), 4711, 4711);
      const { status, stderr, stdout } = await countersign(project.folder, ['preview', 'a.http']);
      assert.equal(status, 2, stdout);
      if (name === '.env') assert.match(stderr, /who/);
      else assert.match(stderr, new RegExp(`dubious ownership of .*${name}: it belongs to another user \\(4711\\)`));
      assert.doesNotMatch(stdout, /planted/);
      // The same, where all of the folder is that person's, as in a container.
      for (const path of ['a.http', '.']) chownSync(join(project.folder, path), 4711, 4711);
      assert.match((await countersign(project.folder, ['preview', 'a.http'])).stdout, /127\.0\.0\.1/);
    });
  }

  it('are refused as a link to a file of one’s own, too', () => {
    if (process.getuid?.() !== 0) return;
    const project = folderWith({ 'collection.http': planted });
    remove = project.remove;
    mkdirSync(join(project.folder, 'in'));
    const file = join(project.folder, 'collection.http');
    chownSync(file, 4711, 4711);
    assert.throws(() => ownersOf([])(file), CountersignError);
  });
});
