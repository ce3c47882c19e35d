import { join } from 'node:path';
import type { CollectionNode } from '../../src/features/collections/collection-node.ts';
import { CollectionTree } from '../../src/features/collections/collection-tree.ts';
import { TreeListing } from '../../src/features/collections/tree-listing.ts';
import { update } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import type { SyntaxTree } from '../../src/language/syntax-tree.ts';
import type { Workspace } from '../../src/sending/workspace.ts';
import { manyRequests } from './language.ts';
import { medianTime, type Row } from './measure.ts';

const group = 'tree';

/** Documents that are parsed when they are first asked for, as the editor's are. */
class LazyDocuments implements Workspace {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #trees = new Map<string, SyntaxTree>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  tree(file: string): SyntaxTree | undefined {
    const known = this.#trees.get(file);
    if (known) return known;
    const text = this.#texts.get(file);
    if (text === undefined) return undefined;
    const tree = parse(text);
    this.#trees.set(file, tree);
    return tree;
  }

  root(): string {
    return '/w';
  }

  /** Puts text in place of the first of `found`. */
  edit(file: string, found: string, text: string): void {
    const tree = this.tree(file);
    const start = tree?.text.indexOf(found) ?? -1;
    if (!tree || start < 0) throw new Error(`There is no “${found}” in ${file}.`);
    this.#trees.set(file, update(tree, [{ start, end: start + found.length, text }]));
  }
}

/** 10,000 requests in 200 files of a collection with ten folders. */
function collection(): ReadonlyMap<string, string> {
  const texts = new Map([['/w/collection.http', '# @auth basic username=ada password={{$secret pw}}\n']]);
  for (let folder = 0; folder < 10; folder++) {
    const path = join('/w', `folder ${folder}`);
    texts.set(join(path, 'folder.http'), folder % 2 === 0 ? '# @auth apikey key=X-Key value=k\n' : '# @auth inherit\n');
    for (let file = 0; file < 20; file++) texts.set(join(path, `${file}.http`), manyRequests(50));
  }
  return texts;
}

function treeOf(texts: ReadonlyMap<string, string>): { tree: CollectionTree; documents: LazyDocuments } {
  const documents = new LazyDocuments(texts);
  return { documents, tree: new CollectionTree(documents, new TreeListing(['/w'], texts.keys())) };
}

/** Opens the first row of each level down to the requests. */
async function openDown(tree: CollectionTree): Promise<number> {
  let rows: readonly CollectionNode[] = await tree.children();
  let drawn = rows.length;
  for (let [first] = rows; first && first.kind !== 'request'; [first] = rows) {
    rows = await tree.children(first);
    drawn += rows.length;
  }
  return drawn;
}

async function openAll(tree: CollectionTree): Promise<number> {
  let requests = 0;
  for (const row of await tree.children()) requests += (await tree.requestsBelow(row)).length;
  return requests;
}

function expect(found: number, wanted: number, what: string): void {
  if (found !== wanted) throw new Error(`${found} ${what} instead of ${wanted}.`);
}

/** The collections tree without its view: opened, and after edits. */
export async function measureTree(): Promise<readonly Row[]> {
  return [...(await manyFiles()), ...(await oneFile())];
}

async function manyFiles(): Promise<readonly Row[]> {
  const texts = collection();
  const paint = await medianTime(15, async () => {
    expect(await openDown(treeOf(texts).tree), 1 + 10 + 20 + 50, 'rows');
  });
  const { tree, documents } = treeOf(texts);
  const whole = await medianTime(5, async () => expect(await openAll(treeOf(texts).tree), 10_000, 'requests'));
  expect(await openAll(tree), 10_000, 'requests');
  const file = '/w/folder 5/7.http';
  let title = 'Request 25';
  let count = 0;
  const edit = await medianTime(50, async () => {
    const next = `Changed ${count++}`;
    documents.edit(file, `### ${title}\n`, `### ${next}\n`);
    title = next;
    expect((await tree.update([file])).length, 1, 'rows to draw');
  });
  let scheme = 'basic';
  const auth = await medianTime(9, async () => {
    const next = scheme === 'basic' ? 'digest' : 'basic';
    documents.edit('/w/collection.http', scheme, next);
    scheme = next;
    // Half of the folders inherit; nine of ten requests in them do, and the collection's row says it too.
    expect((await tree.update(['/w/collection.http'])).length, 4_500 + 1, 'rows to draw');
  });
  return [
    { group, name: 'first paint down to the requests of a file, 200 files', value: paint, unit: 'ms', target: 50 },
    { group, name: 'every row open, 10,000 requests in 200 files', value: whole, unit: 'ms' },
    { group, name: 'after an edit, every row open', value: edit, unit: 'ms', target: 16 },
    { group, name: 'after another auth for 4,500 shown requests', value: auth, unit: 'ms' },
  ];
}

async function oneFile(): Promise<readonly Row[]> {
  const file = '/w/a.http';
  const texts = new Map([[file, manyRequests()]]);
  const paint = await medianTime(7, async () => {
    expect(await openDown(treeOf(texts).tree), 1 + 10_000, 'rows');
  });
  const { tree, documents } = treeOf(texts);
  await openAll(tree);
  let title = 'Request 5000';
  let count = 0;
  const edit = await medianTime(50, async () => {
    const next = `Changed ${count++}`;
    documents.edit(file, `### ${title}\n`, `### ${next}\n`);
    title = next;
    expect((await tree.update([file])).length, 1, 'rows to draw');
  });
  return [
    { group, name: 'first paint of one file of 10,000 requests', value: paint, unit: 'ms', target: 50 },
    { group, name: 'after an edit of it', value: edit, unit: 'ms', target: 16 },
  ];
}
