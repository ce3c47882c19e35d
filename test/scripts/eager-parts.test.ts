import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSplitBundle } from '../../scripts/split-bundle.ts';

describe('a bundle in parts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function bundle(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const outfile = join(folder, 'out/main.js');
    await buildSplitBundle({ entry: join(folder, 'main.ts'), outfile, production: true });
    return outfile;
  }

  const files = {
    'main.ts': `import { counter } from './shared.ts';
      counter.count += 1;
      export const run = () => import('./later.ts').then(later => later.seen());
      run().then(seen => console.log(JSON.stringify(seen)));`,
    'later.ts': `import { counter } from './shared.ts';
      import { deep } from './deep.ts';
      export const seen = () => [counter.count, deep()];`,
    'deep.ts': `import { counter } from './shared.ts';
      export const deep = () => import('./later.ts').then(() => counter.count) && 'deep' + counter.count;`,
    'shared.ts': `export const counter = { count: 41 };
      export const fail = () => { throw new Error('from shared'); };`,
  };

  it('has one instance of what its entry and its later parts share', async () => {
    const outfile = await bundle(files);
    assert.deepEqual(JSON.parse(String(execFileSync(process.execPath, [outfile]))), [42, 'deep42']);
  });

  it('has in its entry what that needs at once, and what is needed later in files of their own', async () => {
    const outfile = await bundle(files);
    const entry = readFileSync(outfile, 'utf8');
    assert.match(entry, /count:41/);
    assert.doesNotMatch(entry, /require\("\.\/main\/chunk/);
    const later = readdirSync(join(folder, 'out/main')).filter(
      name => name.startsWith('later') && name.endsWith('.js'),
    );
    assert.equal(later.length, 1);
    assert.doesNotMatch(entry, /deep/);
  });

  it('tells the lines of the sources, whichever part they are in', async () => {
    const outfile = await bundle({
      ...files,
      'main.ts': `import { fail } from './shared.ts';
        export const later = () => import('./later.ts');
        try { fail(); } catch (error) { console.log(error.stack); }`,
      'later.ts': `import { fail } from './shared.ts'; fail();`,
    });
    const stack = String(execFileSync(process.execPath, ['--enable-source-maps', outfile]));
    assert.match(stack, /shared\.ts:2:/);
    assert.match(stack, /main\.ts:3:/);
  });
});
