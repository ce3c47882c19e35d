import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/owned-process.ts';
import { packVsix } from '../../scripts/package.ts';
import { root } from '../../scripts/project.ts';
import { credentials } from '../demo-api/credentials.ts';
import { startDemoApi } from '../demo-api/demo-api.ts';
import { Workbench } from './driver/workbench.ts';

describe('the .vsix package', () => {
  let folder: string;
  let vsix: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-vsix-'));
    vsix = join(folder, 'countersign.vsix');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds at most 3 MB and nothing but what runs or is read', async () => {
    const { bytes, files, output } = await packVsix(vsix);
    assert.ok(bytes <= 3 * 1024 * 1024, `${bytes} bytes`);
    assert.doesNotMatch(output, /warning/i);
    const wanted =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|syntaxes\/.*\.json|media\/.*|dist\/THIRD-PARTY-NOTICES\.txt|dist\/(extension|webview).*\.(js|css)|dist\/sandbox\/[\w-]+\.(mjs|txt))$/;
    assert.deepEqual(
      files.filter(file => !wanted.test(file)),
      [],
    );
    for (const file of [
      'dist/extension.js',
      'dist/webview/response.js',
      'dist/sandbox/worker.mjs',
      'dist/sandbox/faces.txt',
      'dist/THIRD-PARTY-NOTICES.txt',
      'media/icon.png',
      'LICENSE',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
  });

  it('has an entry of at most 700 KB', () => {
    assert.ok(readFileSync(join(root, 'dist/extension.js')).length <= 700 * 1024);
  });

  it('installs into a fresh VS Code and activates on a request file', async () => {
    const workbench = await Workbench.launch({ install: vsix, development: false });
    try {
      const { window } = workbench;
      window.write('installed.http', '### Hello\nGET http://127.0.0.1/hello\n');
      await window.openFile('installed.http');
      await window.codeLenses('Send Request').first().waitFor();
      await window.screenshot('installed');
    } finally {
      await workbench.close();
    }
  });
});

describe('the npm package of the command line', () => {
  it('installs without any other package, and sends a request', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-npm-'));
    const api = await startDemoApi();
    const npm = (...args: string[]) => run('npm', [...args, '--ignore-scripts'], { cwd: root });
    try {
      const packed = await npm('pack', '--json', '--pack-destination', folder);
      assert.equal(packed.code, 0, packed.output);
      const [{ filename, files }] = JSON.parse(packed.stdout);
      const other = files.filter(
        ({ path }: { path: string }) => !/^([A-Z]+\.md|LICENSE|package\.json|dist\/)/.test(path),
      );
      assert.deepEqual(other, []);
      const prefix = join(folder, 'prefix');
      const installed = await npm(
        'install',
        '--prefix',
        prefix,
        '--offline',
        '--omit=optional',
        join(folder, filename),
      );
      assert.equal(installed.code, 0, installed.output);
      assert.deepEqual(
        readdirSync(join(prefix, 'node_modules')).filter(name => !name.startsWith('.')),
        ['countersign'],
      );

      const auth = `# @auth basic username=${credentials.user} password=${credentials.password}`;
      writeFileSync(join(folder, 'a.http'), `### A\n${auth}\nGET ${api.url}/auth/basic\n`);
      const sent = await run(
        join(prefix, 'node_modules/.bin/countersign'),
        ['run', join(folder, 'a.http'), '--fail'],
        {},
      );
      assert.equal(sent.code, 0, sent.output);
      assert.match(sent.stdout, /200/);
    } finally {
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
