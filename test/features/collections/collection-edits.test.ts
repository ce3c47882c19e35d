import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  copyTitle,
  duplicateRequest,
  inverseEdits,
  moveRequests,
  removeRequests,
  renameRequest,
  requestText,
} from '../../../src/features/collections/collection-edits.ts';
import {
  changedWorkspace,
  decidedAuth,
  edited,
  sameAuth,
  stateAuth,
} from '../../../src/features/collections/moved-auth.ts';
import { parse } from '../../../src/language/parser.ts';
import { printEdits } from '../../../src/language/printer.ts';
import type { PlacedBlock, SyntaxTree } from '../../../src/language/syntax-tree.ts';
import { MemoryWorkspace } from '../memory-workspace.ts';

const requestsOf = (tree: SyntaxTree): readonly PlacedBlock[] => tree.blocks.filter(({ block }) => block.request);

function nth(tree: SyntaxTree, index: number): PlacedBlock {
  const placed = requestsOf(tree)[index];
  assert.ok(placed, `request ${index}`);
  return placed;
}

const titles = (tree: SyntaxTree): string[] => requestsOf(tree).map(({ block }) => block.title?.text ?? '');

const three = '### A\nGET /a\n\n### B\nPOST /b\n\nbody\n\n### C\nGET /c\n';

describe('moving requests', () => {
  it('moves one within its file, before or after another', () => {
    const tree = parse(three);
    const move = (from: number, to: number, side: 'before' | 'after'): string =>
      printEdits(tree, moveRequests(tree, [nth(tree, from)], { tree, next: nth(tree, to), side }).source);
    assert.equal(move(0, 2, 'after'), '### B\nPOST /b\n\nbody\n\n### C\nGET /c\n\n### A\nGET /a\n');
    assert.equal(move(2, 0, 'before'), '### C\nGET /c\n\n### A\nGET /a\n\n### B\nPOST /b\n\nbody\n');
    assert.equal(move(1, 0, 'after'), three);
  });

  it('changes nothing where a request is dropped on itself', () => {
    const tree = parse(three);
    const to = { tree, next: nth(tree, 1) };
    assert.deepEqual(moveRequests(tree, [nth(tree, 1)], to), { source: [], target: [] });
  });

  it('moves several to the end of another file, in their order, with its line ends', () => {
    const source = parse(three);
    const target = parse('# @auth none\r\n\r\n### Z\r\nGET /z');
    const move = moveRequests(source, [nth(source, 0), nth(source, 1)], { tree: target });
    assert.equal(printEdits(source, move.source), '### C\nGET /c\n');
    assert.equal(
      printEdits(target, move.target),
      '# @auth none\r\n\r\n### Z\r\nGET /z\r\n\r\n### A\r\nGET /a\r\n\r\n### B\r\nPOST /b\r\n\r\nbody\r\n',
    );
  });

  it('leaves one blank line above a moved request, whatever the line ends', () => {
    const source = parse('### A\nGET /a\n');
    for (const end of ['\n', '\r\n']) {
      const target = parse(`### Z${end}GET /z${end}`);
      const { target: edits } = moveRequests(source, [nth(source, 0)], { tree: target });
      assert.equal(printEdits(target, edits), ['### Z', 'GET /z', '', '### A', 'GET /a', ''].join(end));
    }
  });

  it('leaves what speaks for the whole file at its top', () => {
    const target = parse('# @auth basic username=ada\n\n### Z\nGET /z\n');
    const source = parse('GET /first\n');
    const move = moveRequests(source, [nth(source, 0)], { tree: target, next: nth(target, 0), side: 'before' });
    const text = printEdits(target, move.target);
    assert.equal(text, '# @auth basic username=ada\n\n###\nGET /first\n\n### Z\nGET /z\n');
    assert.equal(printEdits(source, move.source), '');
  });

  it('separates a moved request from a first one that has no line of ### above it', () => {
    const tree = parse('GET /first\n\n### B\nGET /b\n');
    const move = moveRequests(tree, [nth(tree, 1)], { tree, next: nth(tree, 0), side: 'before' });
    assert.equal(printEdits(tree, move.source), '### B\nGET /b\n\n###\nGET /first\n');
  });

  it('keeps a byte order mark in its place', () => {
    const source = parse('\ufeffGET /a\n');
    const target = parse('\ufeff### Z\nGET /z\n');
    const move = moveRequests(source, [nth(source, 0)], { tree: target, next: nth(target, 0), side: 'before' });
    assert.equal(printEdits(target, move.target), '\ufeff###\nGET /a\n\n### Z\nGET /z\n');
    assert.equal(printEdits(source, move.source), '\ufeff');
  });

  it('keeps every request’s text through any sequence of moves, and all of it can be undone', () => {
    fc.assert(
      fc.property(fc.tuple(document(), document(), document()), moves(), (documents, steps) => {
        const trees = documents.map(text => parse(text));
        const before = allTexts(trees);
        for (const { from, count, to, at, side } of steps) {
          const source = trees[from % 3] as SyntaxTree;
          const target = trees[to % 3] as SyntaxTree;
          const placed = requestsOf(source).slice(0, count);
          if (placed.length === 0) continue;
          const candidates = requestsOf(target);
          const next = candidates.length === 0 ? undefined : candidates[at % candidates.length];
          const move = moveRequests(source, placed, { tree: target, next, side });
          const now = printEdits(source, move.source);
          assert.equal(printEdits(parse(now), inverseEdits(source.text, move.source)), source.text);
          trees[from % 3] = parse(now);
          if (source !== target) trees[to % 3] = parse(printEdits(target, move.target));
        }
        assert.deepEqual(allTexts(trees), before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the auth of a moved request', () => {
  const files = {
    '/w/c/collection.http': '# @auth basic username=ada password=x\n',
    '/w/c/a.http':
      '### Inherits\nGET /a\n\n### Own\n# @auth bearer token=t\nGET /b\n\n### None\n# @auth none\nGET /c\n',
    '/w/c/f/folder.http': '# @auth jwt algorithm=RS256\n#   privateKey = < ./keys/a.pem\n',
    '/w/c/f/b.http': '### There\nGET /there\n',
    '/w/c/f/deep/d.http': '### Deep\nGET /deep\n',
  };

  /** Moves a request and gives the decisions before and after, with the documents after it. */
  async function moved(from: string, index: number, to: string, workspace = new MemoryWorkspace(files)) {
    const source = workspace.tree(from) as SyntaxTree;
    const target = workspace.tree(to) as SyntaxTree;
    const placed = nth(source, index);
    const before = await decidedAuth(from, source, source.blocks.indexOf(placed), workspace);
    const move = moveRequests(source, [placed], { tree: target });
    const after = edited(target, move.target);
    const later = changedWorkspace(workspace, new Map([[to, after]]));
    return { before, after: await decidedAuth(to, after, after.blocks.length - 1, later), tree: after, later };
  }

  it('is that of its new parent where it inherits', async () => {
    const { before, after } = await moved('/w/c/a.http', 0, '/w/c/f/b.http');
    assert.equal(before.statement?.scheme, 'basic');
    assert.equal(after.statement?.scheme, 'jwt');
    assert.equal(after.from?.file, '/w/c/f/folder.http');
    assert.equal(sameAuth(before, after), false);
  });

  it('stays where the request states it, or states none', async () => {
    for (const index of [1, 2]) {
      const { before, after } = await moved('/w/c/a.http', index, '/w/c/f/b.http');
      assert.equal(sameAuth(before, after), true);
    }
  });

  it('can be kept: the request then states what it inherited, with paths that still lead to the same files', async () => {
    const workspace = new MemoryWorkspace(files);
    const { before, tree } = await moved('/w/c/f/b.http', 0, '/w/c/a.http', workspace);
    const placed = tree.blocks.at(-1);
    assert.ok(placed);
    const kept = edited(tree, stateAuth('/w/c/a.http', tree, placed, before));
    assert.match(kept.text, /privateKey\s*=\s*< \.\/f\/keys\/a\.pem/);
    const now = await decidedAuth('/w/c/a.http', kept, kept.blocks.length - 1, workspace);
    assert.equal(sameAuth(before, now), true);
  });

  it('leaves the files that a request names as they were, seen from its new place', () => {
    const source = parse('###\n# @auth jwt privateKey=< ./a.pem\nPOST /a\n\n<@ ../body.json\n');
    const paths = { source: '/w/c/a.http', target: '/w/c/f/b.http' };
    const move = moveRequests(source, source.blocks, { tree: parse('') }, paths);
    assert.equal(
      printEdits(parse(''), move.target),
      '###\n# @auth jwt privateKey=< ../a.pem\nPOST /a\n\n<@ ../../body.json\n',
    );
  });

  it('leaves a path in a field of its own leading to the same file', async () => {
    const source = parse('###\n# @auth edgegrid edgerc=keys/rc section=s\nGET /a\n');
    const paths = { source: '/w/c/a.http', target: '/w/c/f/b.http' };
    const { target } = moveRequests(source, source.blocks, { tree: parse('') }, paths);
    assert.match(printEdits(parse(''), target), /edgerc=\.\.\/keys\/rc section=s/);
    const workspace = new MemoryWorkspace({
      '/w/folder.http': '# @auth edgegrid edgerc=keys/rc section=s\n',
      '/w/a.http': 'GET /a\n',
      '/w/f/b.http': 'GET /a\n',
    });
    const tree = workspace.tree('/w/f/b.http') as SyntaxTree;
    const before = await decidedAuth('/w/a.http', workspace.tree('/w/a.http') as SyntaxTree, 0, workspace);
    const kept = edited(tree, stateAuth('/w/f/b.http', tree, tree.blocks[0], before));
    assert.match(kept.text, /edgerc=\.\.\/keys\/rc section=s/);
    assert.equal(sameAuth(before, await decidedAuth('/w/f/b.http', kept, 0, workspace)), true);
  });

  it('is none where none was in force and that is kept', async () => {
    const tree = parse('### A\nGET /a\n');
    const nothing = { statement: undefined, from: undefined, trail: [], shorthand: false };
    assert.equal(
      edited(tree, stateAuth('/w/c/a.http', tree, tree.blocks[0], nothing)).text,
      '### A\n# @auth none\nGET /a\n',
    );
  });

  it('is the new parent’s after any sequence of moves of a request that inherits, and the kept one where it is kept', async () => {
    const places = Object.keys(files).filter(file => /\/[abd]\.http$/.test(file));
    const step = fc.record({ to: fc.constantFrom(...places), keep: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
        const workspace = new MemoryWorkspace({ ...files, '/w/start.http': '### Wanderer\nGET /w\n' });
        let at = '/w/start.http';
        let held = false;
        for (const { to, keep } of steps) {
          if (to === at) continue;
          const source = workspace.tree(at) as SyntaxTree;
          const placed = source.blocks.find(({ block }) => block.title?.text === 'Wanderer') as PlacedBlock;
          const before = await decidedAuth(at, source, source.blocks.indexOf(placed), workspace);
          const target0 = workspace.tree(to) as SyntaxTree;
          const move = moveRequests(source, [placed], { tree: target0 }, { source: at, target: to });
          workspace.edit(at, move.source);
          workspace.edit(to, move.target);
          let target = workspace.tree(to) as SyntaxTree;
          if (keep) {
            workspace.edit(to, stateAuth(to, target, target.blocks.at(-1), before));
            held = true;
          }
          target = workspace.tree(to) as SyntaxTree;
          const now = await decidedAuth(to, target, target.blocks.length - 1, workspace);
          const parents = await decidedAuth(to, target, undefined, workspace);
          assert.equal(sameAuth(now, held ? before : parents), true);
          at = to;
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('other edits of requests', () => {
  it('renames a request in its ### line, or in its @title where it has one', () => {
    const tree = parse('### A\nGET /a\n\n###\n# @title B\nGET /b\n\n###\nGET /c\n');
    const renamed = (index: number): string[] =>
      titles(parse(printEdits(tree, renameRequest(tree, nth(tree, index), 'New'))));
    assert.deepEqual(renamed(0), ['New', 'B', '']);
    assert.deepEqual(renamed(1), ['A', 'New', '']);
    assert.deepEqual(renamed(2), ['A', 'B', 'New']);
  });

  it('duplicates a request right below itself, with a title and a name of its own', () => {
    const tree = parse('### A\n# @name a\nGET /a\n\n### A copy\n# @name aCopy\nGET /b\n');
    const title = copyTitle(tree, nth(tree, 0), 'copy');
    assert.equal(title, 'A copy 2');
    const copied = parse(printEdits(tree, duplicateRequest(tree, nth(tree, 0), title)));
    assert.deepEqual(titles(copied), ['A', 'A copy 2', 'A copy']);
    assert.deepEqual(
      copied.blocks.map(({ block }) => block.name?.text),
      ['a', 'aCopy2', 'aCopy'],
    );
    assert.equal(requestsOf(copied).length, 3);
  });

  it('deletes requests and leaves the others as they are', () => {
    const tree = parse(three);
    assert.equal(printEdits(tree, removeRequests(tree, [nth(tree, 1)])), '### A\nGET /a\n\n### C\nGET /c\n');
    assert.equal(printEdits(tree, removeRequests(tree, [nth(tree, 2)])), '### A\nGET /a\n\n### B\nPOST /b\n\nbody\n');
    assert.equal(printEdits(tree, removeRequests(tree, requestsOf(tree))), '');
  });
});

function document(): fc.Arbitrary<string> {
  const body = fc.constantFrom('', '\n{"a": 1}\n', '\n< ./file.json\n', '\ntext\n\nmore text\n\n');
  const request = fc
    .record({
      title: fc.constantFrom('', ' A', ' List users'),
      directive: fc.constantFrom(
        '',
        '# @name n\n',
        '# @auth bearer token=t\n',
        '// @auth basic\n//   username = ada\n',
      ),
      line: fc.constantFrom('GET /a', 'https://example.com', 'post /x HTTP/1.1\nAccept: */*'),
      body,
      gap: fc.constantFrom('', '\n', '\n\n'),
    })
    .map(({ title, directive, line, body: text, gap }) => `###${title}\n${directive}${line}\n${text}${gap}`);
  const top = fc.constantFrom('', '# @auth basic username=ada\n\n', 'GET /first\n\n', '@base = x\n', '\ufeff');
  return fc.record({ top, requests: fc.array(request, { maxLength: 4 }), crlf: fc.boolean() }).map(record => {
    const text = record.top + record.requests.join('');
    return record.crlf ? text.replaceAll('\n', '\r\n') : text;
  });
}

function moves() {
  const index = fc.nat({ max: 2 });
  const side = fc.constantFrom('before' as const, 'after' as const);
  const step = fc.record({
    from: index,
    count: fc.integer({ min: 1, max: 3 }),
    to: index,
    at: fc.nat({ max: 5 }),
    side,
  });
  return fc.array(step, { minLength: 1, maxLength: 8 });
}

/** What every request says, line ends aside, in no order. */
function allTexts(trees: readonly SyntaxTree[]): string[] {
  return trees
    .flatMap(tree => requestsOf(tree).map(placed => requestText(tree, placed)))
    .map(({ title, text }) => `${title}\n${text}`.replaceAll('\r\n', '\n'))
    .sort();
}
