import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/project.ts';
import { renewedReadme } from '../../scripts/readme.ts';

describe('README.md', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');

  it('says what the code says (npm run docs renews it)', () => {
    assert.equal(text, renewedReadme(text));
  });

  it('names no file that is not there', () => {
    for (const [, path = ''] of text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g))
      assert.ok(existsSync(join(root, path)), path);
  });

  it('names no npm script that is not there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) assert.ok(script in scripts, script);
  });
});
