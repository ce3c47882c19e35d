import assert from 'node:assert/strict';
import type { Metafile } from 'esbuild';
import { bundledPackages, thirdPartyNotices } from '../../scripts/notices.ts';

/** What esbuild says of a bundle that holds `inputs`, each with its bytes. */
function bundleOf(inputs: Readonly<Record<string, number>>): Metafile {
  const output = {
    bytes: 1,
    imports: [],
    exports: [],
    inputs: Object.fromEntries(Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }])),
  };
  return { inputs: {}, outputs: { 'dist/extension.js': output } };
}

describe('the notices of bundled packages', () => {
  it('name each package once, with its version, its licence and the text of it', () => {
    const text = thirdPartyNotices([
      bundleOf({ 'node_modules/undici/index.js': 10, 'node_modules/undici/lib/core/util.js': 10, 'src/cli/cli.ts': 5 }),
      bundleOf({ 'node_modules/undici/index.js': 10, 'node_modules/@vscode/codicons/dist/codicon.ttf': 10 }),
    ]);
    assert.match(text, /^Countersign contains parts of 2 packages\./);
    assert.match(text, /\nundici \d+\.\d+\.\d+ \(MIT\)\n\nMIT License\n\nCopyright \(c\) Matteo Collina/);
    assert.match(text, /\n@vscode\/codicons \d+\.\d+\.\d+ \(CC-BY-4\.0\)\n/);
    assert.equal(text.match(/^undici /gm)?.length, 1);
  });

  it('take the head of the sources where a package has no file with its licence', () => {
    const text = thirdPartyNotices([bundleOf({ 'node_modules/qrcode-generator/dist/qrcode.mjs': 10 })]);
    assert.match(text, /Copyright \(c\) 2009 Kazuhiko Arase/);
  });

  it('leave out what the bundler has dropped, and our own files', () => {
    const dropped = bundleOf({ 'node_modules/undici/index.js': 0, 'src/cli/cli.ts': 5 });
    assert.deepEqual(bundledPackages([dropped]), []);
  });

  it('refuse a package under a licence that can’t be bundled', () => {
    const bundle = bundleOf({ 'node_modules/axe-core/axe.js': 10 });
    assert.throws(() => thirdPartyNotices([bundle]), /axe-core can’t be bundled: its licence is MPL-2\.0/);
  });
});
