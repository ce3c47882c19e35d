import assert from 'node:assert/strict';
import { dirname, isAbsolute, join } from 'node:path/posix';
import fc from 'fast-check';
import { movedPath, type PathMove, pathsAfterMoves } from '../../../src/features/collections/relative-paths.ts';
import { applyEdits } from '../../../src/language/incremental.ts';
import { parse } from '../../../src/language/parser.ts';

const after = (text: string, file: string, ...moves: readonly PathMove[]): string =>
  applyEdits(text, pathsAfterMoves(parse(text), file, moves));

const text = (path: string): string =>
  `# @auth jwt privateKey=< ${path}\n\n### A\n# @auth edgegrid edgerc=${path} section=s\nPOST /a\n\n<@ ${path}\n`;

describe('The paths in a document', () => {
  it('lead to the same files after it is moved alone', () => {
    const move = { from: '/w/a/x.http', to: '/w/b/c/x.http' };
    assert.equal(after(text('./key.pem'), '/w/a/x.http', move), text('../../a/key.pem'));
    assert.equal(after(text('../b/c/key.pem'), '/w/a/x.http', move), text('./key.pem'));
  });

  it('stay as they are written where what they name moves along, or nothing between them changes', () => {
    const folder = { from: '/w/a', to: '/w/b/a' };
    assert.equal(after(text('key.pem'), '/w/a/x.http', folder), text('key.pem'));
    assert.equal(after(text('keys/../key.pem'), '/w/a/in/x.http', folder), text('keys/../key.pem'));
    assert.equal(after(text('key.pem'), '/w/a/x.http', { from: '/w/a/x.http', to: '/w/a/y.http' }), text('key.pem'));
    assert.equal(after(text('key.pem'), '/w/ab/x.http', folder), text('key.pem'));
  });

  it('follow what moves elsewhere while the document stays', () => {
    const folder = { from: '/w/keys', to: '/w/a/keys' };
    assert.equal(after(text('../keys/k.pem'), '/w/a/x.http', folder), text('./keys/k.pem'));
    assert.equal(after(text('/w/keys/k.pem'), '/w/a/x.http', folder), text('/w/a/keys/k.pem'));
  });

  it('lead out of a folder that is moved to what stays behind', () => {
    const folder = { from: '/w/a', to: '/w/b/a' };
    assert.equal(after(text('../key.pem'), '/w/a/x.http', folder), text('../../key.pem'));
  });

  it('are left alone where they depend on a variable or begin at the home folder', () => {
    const move = { from: '/w/a/x.http', to: '/w/x.http' };
    const left = '# @auth edgegrid edgerc=~/.edgerc section=s\nPOST /a\n\n<@ ./{{name}}.json\n';
    assert.equal(after(left, '/w/a/x.http', move), left);
  });

  it('lead where they led, or where that is now, after any moves', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const folder = fc.array(name, { maxLength: 3 }).map(names => join('/w', ...names));
    const file = fc.tuple(folder, fc.constantFrom('x.http', 'k.pem')).map(([at, last]) => join(at, last));
    const path = fc
      .array(fc.constantFrom('a', 'b', '..', '.'), { maxLength: 4 })
      .map(parts => ['.', ...parts, 'k.pem'].join('/'));
    const moves = fc.array(fc.record({ from: fc.oneof(folder, file), to: fc.oneof(folder, file) }), { maxLength: 3 });
    fc.assert(
      fc.property(file, path, moves, (at, written, all) => {
        const now = after(`POST /a\n\n< ${written}\n`, at, ...all);
        const found = /^< (.*)$/m.exec(now)?.[1] ?? '';
        assert.equal(isAbsolute(found), false);
        assert.equal(join(dirname(movedPath(at, all)), found), movedPath(join(dirname(at), written), all));
      }),
    );
  });
});
