import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from '../../src/language/parser.ts';
import { outline } from './outline.ts';

const folder = new URL('./corpus/', import.meta.url);
/** With `UPDATE_CORPUS=1`, the outlines are written anew instead of compared. */
const renew = process.env.UPDATE_CORPUS === '1';

describe('the corpus', () => {
  for (const name of readdirSync(folder).filter(file => file.endsWith('.http'))) {
    it(`reads ${name} as its outline says`, () => {
      const read = outline(parse(readFileSync(new URL(name, folder), 'utf8')));
      const file = new URL(name.replace('.http', '.outline.txt'), folder);
      if (renew) writeFileSync(file, read);
      assert.equal(read, readFileSync(file, 'utf8'));
    });
  }
});
