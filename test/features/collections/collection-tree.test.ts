import assert from 'node:assert/strict';
import { authText } from '../../../src/features/collections/auth-shown.ts';
import type { CollectionNode, RequestNode } from '../../../src/features/collections/collection-node.ts';
import { CollectionTree } from '../../../src/features/collections/collection-tree.ts';
import { TreeListing } from '../../../src/features/collections/tree-listing.ts';
import { update } from '../../../src/language/incremental.ts';
import { MemoryWorkspace } from '../memory-workspace.ts';

const shop = {
  '/w/shop/collection.http': '# @auth basic username=ada password={{$secret pw}}\n',
  '/w/shop/orders.http': '### All orders\nGET /orders\n\n### One\n# @auth none\nget /orders/1\n\n###\nPOST /orders\n',
  '/w/shop/admin/folder.http': '# @auth apikey key=X-Key value={{$secret key}}\n',
  '/w/shop/admin/users.http': '### Users\nGET /users\n\n### Bearer\n# @auth bearer token={{t}}\nGET /me\n',
  '/w/loose.http': 'GET https://example.com\n\n###\nGET https://example.com/b\nAuthorization: Basic ada secret\n',
};

function treeOf(files: Readonly<Record<string, string>>): { tree: CollectionTree; workspace: MemoryWorkspace } {
  const workspace = new MemoryWorkspace(files);
  return { workspace, tree: new CollectionTree(workspace, new TreeListing(['/w'], Object.keys(files))) };
}

function shown(node: CollectionNode): string {
  if (node.kind !== 'request') return `${node.kind} ${node.label}`;
  return `${node.method} ${node.label} (${authText(node.auth)})`;
}

async function drawn(tree: CollectionTree, node?: CollectionNode, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const child of await tree.children(node)) {
    lines.push(indent + shown(child), ...(await drawn(tree, child, `${indent}  `)));
  }
  return lines;
}

async function requests(tree: CollectionTree, path: string): Promise<readonly RequestNode[]> {
  const node = await tree.nodeOf(path);
  assert.ok(node);
  return (await tree.children(node)).filter(child => child.kind === 'request');
}

describe('the collections tree', () => {
  it('shows collections, folders, files and requests, each request with its method and the auth in force', async () => {
    assert.deepEqual(await drawn(treeOf(shop).tree), [
      'collection shop',
      '  folder admin',
      '    file users.http',
      '      GET Users (API Key · inherited)',
      '      GET Bearer (Bearer Token)',
      '  file orders.http',
      '    GET All orders (Basic Auth · inherited)',
      '    GET One (No auth)',
      '    POST /orders (Basic Auth · inherited)',
      'file loose.http',
      '  GET https://example.com (No auth)',
      '  GET https://example.com/b (Basic Auth · from the header)',
    ]);
  });

  it('shows the workspace folder itself where it is the collection', async () => {
    const { tree } = treeOf({ '/w/collection.http': '', '/w/a.http': 'GET /a' });
    assert.deepEqual(await drawn(tree), ['collection w', '  file a.http', '    GET /a (No auth)']);
  });

  it('shows the requests of collection.http and folder.http directly in their folder', async () => {
    const { tree } = treeOf({ '/w/c/collection.http': '# @auth none\n\n### Ping\nGET /ping\n', '/w/c/a.http': '' });
    assert.deepEqual(await drawn(tree), ['collection c', '  GET Ping (No auth · inherited)', '  file a.http']);
  });

  it('joins a chain of folders that hold nothing but a folder into one row, and sorts as people read', async () => {
    const { tree } = treeOf({
      '/w/src/api/http/a.http': '',
      '/w/v10.http': '',
      '/w/v9.http': '',
      '/w/b/1.http': '',
      '/w/b/c/2.http': '',
    });
    assert.deepEqual(await drawn(tree), [
      'folder b',
      '  folder c',
      '    file 2.http',
      '  file 1.http',
      'folder src/api/http',
      '  file a.http',
      'file v9.http',
      'file v10.http',
    ]);
  });

  it('shows several workspace folders side by side', async () => {
    const workspace = new MemoryWorkspace({ '/w/a.http': '', '/v/b.http': '' });
    const tree = new CollectionTree(workspace, new TreeListing(['/w', '/v', '/empty'], ['/w/a.http', '/v/b.http']));
    assert.deepEqual(await drawn(tree), ['folder w', '  file a.http', 'folder v', '  file b.http']);
  });

  it('lists a file once where one workspace folder is inside another, each ending inheritance for its own', async () => {
    const files = ['/w/a.http', '/w/in/b.http', '/w/in/deep/c.http'];
    const listing = new TreeListing(['/w', '/w/in'], files);
    assert.equal(listing.rootOf('/w/in/deep/c.http'), '/w/in');
    const tree = new CollectionTree(new MemoryWorkspace(Object.fromEntries(files.map(file => [file, '']))), listing);
    assert.deepEqual(await drawn(tree), [
      'folder w',
      '  file a.http',
      'folder in',
      '  folder deep',
      '    file c.http',
      '  file b.http',
    ]);
    assert.equal((await tree.nodeOf('/w/in/deep/c.http'))?.parent?.label, 'deep');
  });

  it('finds requests of folder.http at the top of a workspace that is no collection', async () => {
    const { tree, workspace } = treeOf({ '/w/folder.http': '### Ping\nGET /ping\n', '/w/a.http': '' });
    const ping = await tree.requestAt('/w/folder.http', 1);
    assert.equal(ping?.label, 'Ping');
    workspace.write('/w/folder.http', '# @auth basic username=ada\n\n### Ping\nGET /ping\n');
    assert.deepEqual((await tree.update(['/w/folder.http'])).map(shown), [
      'file folder.http',
      'GET Ping (Basic Auth · inherited)',
    ]);
  });

  it('reads no document before its row is opened', async () => {
    const { tree, workspace } = treeOf(shop);
    const [collection] = await tree.children();
    assert.deepEqual([...workspace.reads.keys()], []);
    await tree.children(collection);
    assert.deepEqual([...workspace.reads.keys()], ['/w/shop/collection.http']);
  });

  it('says of folders and files what they state themselves, once it is known', async () => {
    const { tree } = treeOf(shop);
    const node = await tree.nodeOf('/w/shop/admin');
    assert.ok(node?.kind === 'folder');
    assert.equal(node.states, undefined);
    assert.equal(await tree.describe(node), true);
    assert.equal(node.states && authText(node.states), 'API Key');
    assert.equal(await tree.describe(node), false);
  });

  it('counts the problems of a request and of its file', async () => {
    const { tree } = treeOf({ '/w/a.http': '### A\n# @auth basik\nGET /a\n\n### B\nGET /b\n' });
    assert.deepEqual(
      (await requests(tree, '/w/a.http')).map(({ problems }) => problems),
      [1, 0],
    );
    const file = await tree.nodeOf('/w/a.http');
    assert.ok(file?.kind === 'file' && (await tree.describe(file)));
    assert.equal(file.problems, 1);
  });

  it('finds the row of the request at a line', async () => {
    const { tree } = treeOf(shop);
    assert.equal((await tree.requestAt('/w/shop/orders.http', 5))?.label, 'One');
    assert.equal(await tree.requestAt('/w/elsewhere.http', 0), undefined);
    const found = await tree.requestAt('/w/shop/admin/users.http', 1);
    const path: string[] = [];
    for (let node: CollectionNode | undefined = found; node; node = node.parent) path.unshift(node.label);
    assert.deepEqual(path, ['shop', 'admin', 'users.http', 'Users']);
  });

  it('gathers the requests below a row in the order of the tree', async () => {
    const { tree } = treeOf(shop);
    const [collection] = await tree.children();
    assert.ok(collection);
    assert.deepEqual(
      (await tree.requestsBelow(collection)).map(({ label }) => label),
      ['Users', 'Bearer', 'All orders', 'One', '/orders'],
    );
  });
});

describe('the collections tree after a change', () => {
  it('keeps the rows of requests, and draws again only the one that says something else', async () => {
    const { tree, workspace } = treeOf(shop);
    const before = await requests(tree, '/w/shop/orders.http');
    const old = workspace.text('/w/shop/orders.http');
    workspace.write('/w/shop/orders.http', old.replace('### One', '### Just one'));
    const redraw = await tree.update(['/w/shop/orders.http']);
    assert.deepEqual(redraw.map(shown), ['GET Just one (No auth)']);
    const after = await requests(tree, '/w/shop/orders.http');
    assert.ok(after.every((node, index) => node === before[index]));
  });

  describe('draws again what changed, though somebody has asked for a row meanwhile', () => {
    const asks: Readonly<Record<string, (tree: CollectionTree, node: CollectionNode) => Promise<unknown>>> = {
      'for that at the cursor': tree => tree.requestAt('/w/shop/orders.http', 0),
      'for all below it': (tree, node) => tree.requestsBelow(node),
      'for another file': tree => tree.nodeOf('/w/shop/admin/users.http'),
    };
    for (const [how, ask] of Object.entries(asks)) {
      it(how, async () => {
        const { tree, workspace } = treeOf(shop);
        await drawn(tree);
        const [orders] = await requests(tree, '/w/shop/orders.http');
        assert.ok(orders?.parent);
        workspace.write('/w/shop/orders.http', shop['/w/shop/orders.http'].replace('All orders', 'Every order'));
        await ask(tree, orders.parent);
        const redrawn = await tree.update(['/w/shop/orders.http']);
        assert.deepEqual(redrawn.map(shown), ['GET Every order (Basic Auth · inherited)']);
        assert.deepEqual(await tree.update(['/w/shop/orders.http']), []);
      });

      it(`${how}, where requests came`, async () => {
        const { tree, workspace } = treeOf(shop);
        await drawn(tree);
        const [orders] = await requests(tree, '/w/shop/orders.http');
        assert.ok(orders?.parent);
        workspace.write('/w/shop/orders.http', `${shop['/w/shop/orders.http']}\n###\nGET /more\n`);
        await ask(tree, orders.parent);
        const redrawn = await tree.update(['/w/shop/orders.http']);
        assert.deepEqual(redrawn.map(shown), ['file orders.http']);
      });
    }
  });

  it('draws nothing where only bodies and headers changed', async () => {
    const { tree, workspace } = treeOf(shop);
    await requests(tree, '/w/shop/orders.http');
    workspace.write('/w/shop/orders.http', `${workspace.text('/w/shop/orders.http')}Accept: text/plain\n\nbody\n`);
    assert.deepEqual(await tree.update(['/w/shop/orders.http']), []);
  });

  it('keeps the rows when a request is put before them, and draws their file again', async () => {
    const { tree, workspace } = treeOf(shop);
    const before = await requests(tree, '/w/shop/orders.http');
    workspace.write('/w/shop/orders.http', `### New\nGET /new\n\n${workspace.text('/w/shop/orders.http')}`);
    assert.deepEqual((await tree.update(['/w/shop/orders.http'])).map(shown), ['file orders.http']);
    const after = await requests(tree, '/w/shop/orders.http');
    assert.deepEqual(
      after.slice(1).map(({ id }) => id),
      before.map(({ id }) => id),
    );
  });

  it('draws again the requests that inherit when a folder above states another auth, and no others', async () => {
    const { tree, workspace } = treeOf(shop);
    await drawn(tree);
    workspace.write('/w/shop/collection.http', '# @auth none\n');
    assert.deepEqual((await tree.update(['/w/shop/collection.http'])).map(shown), [
      'collection shop',
      'GET All orders (No auth · inherited)',
      'POST /orders (No auth · inherited)',
    ]);
  });

  it('draws nothing again when a folder above states the same auth with another value', async () => {
    const { tree, workspace } = treeOf(shop);
    await drawn(tree);
    workspace.write('/w/shop/collection.http', '# @auth basic username=bob\n');
    await tree.update(['/w/shop/collection.http']);
    workspace.write('/w/shop/collection.http', '# @auth basic username=eve\n');
    assert.deepEqual(await tree.update(['/w/shop/collection.http']), []);
  });

  it('follows files that come and go', async () => {
    const { tree, workspace } = treeOf(shop);
    await drawn(tree);
    const [before] = await tree.children();
    workspace.write('/w/shop/admin/x/new.http', 'GET /new');
    assert.equal(tree.listing.add('/w/shop/admin/x/new.http'), true);
    tree.listing.remove('/w/shop/orders.http');
    tree.prune();
    const [after] = await tree.children();
    assert.equal(after, before);
    assert.deepEqual((await drawn(tree, after)).slice(0, 3), ['folder admin', '  folder x', '    file new.http']);
    tree.listing.remove('/w/shop/admin');
    assert.deepEqual(await drawn(tree, after), []);
  });

  it('follows an edit of a file of 10,000 requests by looking at the changed one', async () => {
    const text = Array.from({ length: 10_000 }, (_, index) => `### Request ${index}\nGET /${index}\n\n`).join('');
    const { tree, workspace } = treeOf({ '/w/big.http': text });
    const before = await requests(tree, '/w/big.http');
    assert.equal(before.length, 10_000);
    const old = before[5000]?.tree;
    assert.ok(old);
    const at = old.text.indexOf('Request 5000');
    workspace.trees.set('/w/big.http', update(old, [{ start: at, end: at + 7, text: 'Changed' }]));
    assert.deepEqual((await tree.update(['/w/big.http'])).map(shown), ['GET Changed 5000 (No auth)']);
  });
});
