import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packVsix } from '../../src/build/package.ts';
import { root } from '../../src/build/project.ts';
import { Workbench } from '../../src/build/workbench.ts';

describe('the .vsix package', () => {
  let folder: string;
  let vsix: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-vsix-'));
    vsix = join(folder, 'countersign.vsix');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds at most 2 MB and nothing but what runs or is read', async () => {
    const { bytes, files, output } = await packVsix(vsix);
    assert.ok(bytes <= 2 * 1024 * 1024, `${bytes} bytes`);
    assert.doesNotMatch(output, /warning/i);
    const wanted =
      /^(package(\.nls.*)?\.json|README\.md|CHANGELOG\.md|LICENSE|(l10n|syntaxes)\/.*\.json|media\/.*|dist\/(extension|webview).*\.(js|css))$/;
    assert.deepEqual(
      files.filter(file => !wanted.test(file)),
      [],
    );
    for (const file of ['dist/extension.js', 'dist/webview/response.js', 'media/icon.png', 'LICENSE']) {
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
