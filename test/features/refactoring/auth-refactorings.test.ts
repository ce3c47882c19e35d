import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CountersignError } from '../../../src/core/errors.ts';
import { type FileChange, moveAuth, stateInheritedAuth } from '../../../src/features/refactoring/auth-refactorings.ts';
import { fileBlock } from '../../../src/language/auth-printer.ts';
import { applyEdits } from '../../../src/language/incremental.ts';
import { parse } from '../../../src/language/parser.ts';
import { authInForce } from '../../../src/sending/auth-in-force.ts';
import { findScopes } from '../../../src/sending/scopes.ts';
import type { Workspace } from '../../../src/sending/workspace.ts';
import { folder, memoryWorkspace } from '../marked-documents.ts';

type Files = Readonly<Record<string, string>>;

/** What is in force for every request of every file, as text that doesn’t say where it is stated. */
async function inForce(files: Files): Promise<readonly string[]> {
  const workspace = memoryWorkspace(files);
  const found: string[] = [];
  for (const name of Object.keys(files).sort()) {
    const file = `${folder}/${name}`;
    const tree = await workspace.tree(file);
    assert.ok(tree);
    const { scopes } = await findScopes(file, tree, workspace);
    tree.blocks.forEach(({ block }, index) => {
      if (!block.request) return;
      const { statement } = authInForce(file, tree, index, scopes);
      const said = statement ? `${statement.scheme} ${statement.fields.map(({ value }) => value).join()}` : '-';
      found.push(`${name} ${block.request.target.text}: ${said}`);
    });
  }
  return found;
}

function applied(files: Files, changes: readonly FileChange[]): Files {
  const result = { ...files };
  for (const { file, created, edits } of changes) {
    const name = file.slice(folder.length + 1);
    assert.equal(created, files[name] === undefined);
    result[name] = applyEdits(files[name] ?? '', edits);
  }
  return result;
}

const paths = (files: Files): string[] => Object.keys(files).map(name => `${folder}/${name}`);

async function move(files: Files, source: { name: string; block?: number }, destination: string): Promise<Files> {
  const { name, ...rest } = source;
  const workspace: Workspace = memoryWorkspace(files);
  const from = { file: `${folder}/${name}`, ...rest };
  return applied(files, await moveAuth(from, `${folder}/${destination}`, paths(files), workspace));
}

describe('Moving an authorization', () => {
  it('makes the folder’s file where there is none', async () => {
    const files = { 'a/x.http': '### One\n# @auth basic username=u password=p\nGET http://h/1\n' };
    assert.deepEqual(await move(files, { name: 'a/x.http', block: 0 }, 'a/folder.http'), {
      'a/x.http': '### One\nGET http://h/1\n',
      'a/folder.http': '# @auth basic username=u password=p\n',
    });
  });

  it('lets those who had none before say so', async () => {
    const files = {
      'collection.http': '@base = http://h\n',
      'a/x.http': '### One\n# @auth bearer token=t\nGET http://h/1\n\n### Two\nGET http://h/2\n',
      'b/y.http': '### Three\nGET http://h/3\n\n### Four\n# @auth basic\nGET http://h/4\n',
    };
    const moved = await move(files, { name: 'a/x.http', block: 0 }, 'collection.http');
    assert.match(moved['collection.http'] ?? '', /^# @auth bearer token=t$/m);
    assert.equal(moved['a/x.http'], '### One\nGET http://h/1\n\n### Two\n# @auth none\nGET http://h/2\n');
    assert.match(moved['b/y.http'] ?? '', /^# @auth none\n/);
    assert.deepEqual(await inForce(moved), await inForce(files));
  });

  it('moves what a file states, and its paths with it', async () => {
    const files = { 'a/b/x.http': '# @auth bearer\n#   token = < ./key.txt\n\n### One\nGET http://h/1\n' };
    const moved = await move(files, { name: 'a/b/x.http' }, 'a/folder.http');
    assert.equal(moved['a/folder.http'], '# @auth bearer token=< ./b/key.txt\n');
    assert.equal(moved['a/b/x.http'], '\n### One\nGET http://h/1\n');
  });

  it('keeps a path in a field of its own leading to the same file, and one from the home folder as it is', async () => {
    const text = (path: string): string => `# @auth edgegrid edgerc=${path} section=s\nGET http://h/1\n`;
    const stated = async (path: string): Promise<string | undefined> =>
      (await move({ 'a/b/x.http': text(path) }, { name: 'a/b/x.http', block: 0 }, 'collection.http'))[
        'collection.http'
      ];
    assert.equal(await stated('keys/edgerc'), '# @auth edgegrid edgerc=./a/b/keys/edgerc section=s\n');
    assert.equal(await stated('../../edgerc'), '# @auth edgegrid edgerc=./edgerc section=s\n');
    assert.equal(await stated('~/.edgerc'), '# @auth edgegrid edgerc=~/.edgerc section=s\n');
    assert.equal(await stated('/etc/edgerc'), '# @auth edgegrid edgerc=/etc/edgerc section=s\n');
    await assert.rejects(stated('{{stage}}/edgerc'), CountersignError);
  });

  it('is refused where a path depends on a variable', async () => {
    const files = { 'a/x.http': '# @auth bearer token=< ./{{name}}.txt\nGET http://h/1\n' };
    await assert.rejects(move(files, { name: 'a/x.http', block: 0 }, 'collection.http'), CountersignError);
  });

  it('states what is inherited, also that it is nothing', async () => {
    const state = async (files: Files): Promise<string> => {
      const workspace = memoryWorkspace(files);
      const file = `${folder}/a/x.http`;
      const tree = await workspace.tree(file);
      assert.ok(tree);
      return applyEdits(tree.text, await stateInheritedAuth({ file, tree, block: 0 }, workspace));
    };
    const text = '### One\nGET http://h/1\n';
    assert.equal(await state({ 'a/x.http': text }), '### One\n# @auth none\nGET http://h/1\n');
    assert.equal(
      await state({ 'a/x.http': text, 'collection.http': '# @auth bearer token=< key.txt\n' }),
      '### One\n# @auth bearer token=< ../key.txt\nGET http://h/1\n',
    );
  });
});

const statement = fc.constantFrom(
  '',
  '',
  '# @auth inherit\n',
  '# @auth none\n',
  '# @auth basic username=a password=b\n',
  '# @auth bearer token=t\n',
  '# @auth apikey\n#   key = k\n#   value = v\n',
);
const request = fc.tuple(statement, fc.constantFrom('', 'Authorization: Basic u p\n')).map(([auth, header]) => {
  return (index: number) => `### R${index}\n${auth}GET http://h/${index}\n${header}\n`;
});
const document = fc
  .tuple(statement, fc.array(request, { maxLength: 3 }))
  .map(
    ([auth, requests]) => `${auth === '' ? '' : `${auth}\n`}${requests.map((write, index) => write(index)).join('')}`,
  );
const collection = fc.record(
  {
    'collection.http': document,
    'folder.http': document,
    'top.http': document,
    'a/folder.http': document,
    'a/x.http': document,
    'a/b/folder.http': document,
    'a/b/y.http': document,
    'a/b/z.http': document,
    'c/collection.http': document,
    'c/w.http': document,
  },
  { requiredKeys: ['a/b/y.http'] },
) as fc.Arbitrary<Files>;

describe('In any collection', () => {
  it('moving an authorization leaves that of every request as it was', async () => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(
        collection,
        fc.nat(),
        fc.constantFrom('collection.http', 'a/folder.http', 'a/b/folder.http', 'folder.http', 'a/b/y.http'),
        async (files, choice, destination) => {
          const workspace = memoryWorkspace(files);
          const sources: { name: string; block: number }[] = [];
          for (const name of Object.keys(files)) {
            if (!`${folder}/${name}`.startsWith(`${folder}/${destination.replace(/[^/]*$/, '')}`)) continue;
            if (destination.endsWith('y.http') && name !== destination) continue;
            const tree = await workspace.tree(`${folder}/${name}`);
            tree?.blocks.forEach(({ block }, index) => {
              if (block.auth && (block.request || name !== destination)) sources.push({ name, block: index });
            });
          }
          const source = sources[choice % Math.max(1, sources.length)];
          if (!source) return;
          const after = await move(files, source, destination);
          moved++;
          assert.deepEqual(await inForce(after), await inForce(files), JSON.stringify({ source, destination, after }));
          const stated = parse(files[source.name] ?? '').blocks[source.block]?.block.auth?.scheme.text;
          const outer = fileBlock(parse(after[destination] ?? ''));
          assert.equal(outer?.block.auth?.scheme.text, stated);
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(moved > 100);
  });

  it('stating what is inherited leaves that of every request as it was', async () => {
    await fc.assert(
      fc.asyncProperty(collection, fc.nat(), async (files, choice) => {
        const workspace = memoryWorkspace(files);
        const names = Object.keys(files);
        const name = names[choice % names.length] ?? '';
        const tree = await workspace.tree(`${folder}/${name}`);
        const block = tree?.blocks.findIndex(placed => placed.block.request) ?? -1;
        if (!tree || block < 0) return;
        const edits = await stateInheritedAuth({ file: `${folder}/${name}`, tree, block }, workspace);
        const after = { ...files, [name]: applyEdits(tree.text, edits) };
        assert.deepEqual(await inForce(after), await inForce(files));
      }),
      { numRuns: 200 },
    );
  });
});
