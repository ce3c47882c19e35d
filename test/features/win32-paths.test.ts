import assert from 'node:assert/strict';
import { parse } from '../../src/language/parser.ts';
import { onWindows } from '../win32-modules.ts';

describe('with the paths of Windows', () => {
  it('a path is within its folder, drive and share, in any case of letters', async () => {
    const { isWithin, foldersUp, isSamePath, pathAfterMove, pathNamedFrom } =
      await onWindows<typeof import('../../src/core/path-within.ts')>('core/path-within.ts');
    for (const folder of ['Z:\\', 'z:\\w', 'Z:\\W\\', 'Z:\\w\\a'])
      assert.ok(isWithin('Z:\\w\\a\\x.http', folder), folder);
    for (const folder of ['Z:\\w\\b', 'C:\\', 'Z:\\w\\a\\x', '\\\\server\\share']) {
      assert.ok(!isWithin('Z:\\w\\a\\x.http', folder), folder);
    }
    assert.ok(isWithin('\\\\server\\share\\x.http', '\\\\server\\share\\'));
    assert.ok(!isWithin('\\\\server\\other\\x.http', '\\\\server\\share'));
    assert.ok(isSamePath('c:\\w', 'C:\\W'));
    assert.deepEqual(foldersUp('c:\\w\\a', 'C:\\w'), ['c:\\w\\a', 'c:\\w']);
    assert.deepEqual(foldersUp('c:\\w', 'D:\\'), ['c:\\w', 'c:\\']);
    assert.equal(pathAfterMove('C:\\w\\a\\x.http', 'c:\\w\\a', 'D:\\b'), 'D:\\b\\x.http');
    assert.equal(pathAfterMove('C:\\w\\ab\\x.http', 'C:\\w\\a', 'D:\\b'), undefined);
    assert.equal(pathNamedFrom('C:\\w\\a', 'c:\\w\\keys\\k.pem'), '../keys/k.pem');
    assert.equal(pathNamedFrom('C:\\w', 'D:\\keys\\k.pem'), 'D:/keys/k.pem');
  });

  it('the tree shows workspaces at the root of a drive and of a share', async () => {
    const { TreeListing } = await onWindows<typeof import('../../src/features/collections/tree-listing.ts')>(
      'features/collections/tree-listing.ts',
    );
    for (const root of ['Z:\\', '\\\\server\\share\\', 'c:\\w']) {
      const listing = new TreeListing([root], [`${root.replace(/\\$/, '')}\\a\\x.http`]);
      assert.equal(listing.folder(root)?.folders.length, 1, root);
      const [folder = ''] = listing.folder(root)?.folders ?? [];
      assert.deepEqual([...listing.filesBelow(root)], [`${folder}\\x.http`]);
      assert.ok(listing.remove(folder));
      assert.deepEqual(listing.folder(root)?.folders, []);
    }
  });

  it('a document that goes to another drive names its files by whole paths', async () => {
    const { pathsAfterMoves, pathFrom } = await onWindows<
      typeof import('../../src/features/collections/relative-paths.ts')
    >('features/collections/relative-paths.ts');
    const tree = parse('POST /a\n\n< ./k.json\n');
    const moved = (to: string) =>
      pathsAfterMoves(tree, 'C:\\w\\a\\x.http', [{ from: 'C:\\w\\a\\x.http', to }]).map(({ text }) => text);
    assert.deepEqual(moved('D:\\x.http'), ['C:/w/a/k.json']);
    assert.deepEqual(moved('c:\\w\\b\\x.http'), ['../a/k.json']);
    assert.equal(pathFrom('C:\\w\\x.http', 'C:\\w\\a\\y.http', 'D:/k.pem'), 'D:/k.pem');
  });

  it('a shared variable speaks for the files below it, and the search for auth ends at the root', async () => {
    const { liesBelow } = await onWindows<typeof import('../../src/features/navigation/navigation.ts')>(
      'features/navigation/navigation.ts',
    );
    const symbol = { kind: 'variable', name: 'a', file: 'C:\\w\\collection.http', span: { start: 0, end: 1 } } as const;
    assert.ok(liesBelow('c:\\w\\a\\b.http', symbol));
    assert.ok(!liesBelow('C:\\wide\\b.http', symbol));
    const { findScopes } = await onWindows<typeof import('../../src/sending/scopes.ts')>('sending/scopes.ts');
    const { absent, collection } = await findScopes('C:\\w\\a\\x.http', parse('GET /\n'), {
      tree: () => undefined,
      root: () => 'c:\\w',
    });
    assert.equal(collection, 'C:\\w');
    assert.equal(absent.length, 4);
  });
});
