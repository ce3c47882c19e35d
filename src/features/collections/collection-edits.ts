import { applyEdits } from '../../language/incremental.ts';
import { parse } from '../../language/parser.ts';
import { lineEndOf } from '../../language/positions.ts';
import { printEdits, removeBlock, setDirective, setTitle } from '../../language/printer.ts';
import type { PlacedBlock, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import { requestTitle } from '../../sending/request-title.ts';
import { rebasePaths } from './relative-paths.ts';

/** A request as text of its own: the title after `###`, and the lines below it up to its last one that isn't blank. */
export interface RequestText {
  readonly title: string;
  readonly text: string;
}

/** What a block says, without what separates it from its neighbours. */
export function requestText(tree: SyntaxTree, { block, offset }: PlacedBlock): RequestText {
  const whole = tree.text.slice(offset, offset + block.length).replace(/^\ufeff/, '');
  const [separator] = block.lines[0]?.kind === 'separator' ? (/^[^\r\n]*(?:\r\n|\n|\r)?/.exec(whole) ?? ['']) : [''];
  const title = separator.replace(/^\s*#+/, '').trim();
  return { title, text: trimBlankLines(whole.slice(separator.length)) };
}

/** Where a request goes: before or after another, or at the document's end. */
export interface Destination {
  readonly tree: SyntaxTree;
  readonly next?: PlacedBlock | undefined;
  readonly side?: 'before' | 'after';
}

/** Inserts requests one after another; line ends become those of the document. */
export function insertRequests(
  { tree, next, side = 'after' }: Destination,
  requests: readonly RequestText[],
): TextEdit[] {
  if (requests.length === 0) return [];
  const index = next ? tree.blocks.indexOf(next) + (side === 'after' ? 1 : 0) : tree.blocks.length;
  const following = tree.blocks[index];
  const lineEnd = lineEndOf(tree.text);
  const blocks = requests.map(({ title, text }) =>
    [`### ${title}`.trimEnd(), ...(text === '' ? [] : text.split(/\r\n|\n|\r/)), ''].join(lineEnd),
  );
  const at = following ? Math.max(following.offset, byteOrderMark(tree)) : tree.text.length;
  // What stands above must end with a blank line, and what stands below must begin with a separator.
  const before = tree.text.slice(byteOrderMark(tree), at);
  const gap = before === '' || /(?:\r\n|\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r)$/.test(before) ? '' : lineEnd;
  const open = before !== '' && !/[\r\n]$/.test(before) ? lineEnd : '';
  const close = !following ? '' : following.block.lines[0]?.kind === 'separator' ? lineEnd : `${lineEnd}###${lineEnd}`;
  return [{ start: at, end: at, text: open + gap + blocks.join(lineEnd) + close }];
}

/** Removes requests; a document's end stays without blank lines. */
export function removeRequests(tree: SyntaxTree, placed: readonly PlacedBlock[]): TextEdit[] {
  const gone = new Set(placed);
  const edits: TextEdit[] = [];
  const last = tree.blocks.findLastIndex(block => !gone.has(block));
  for (const [index, block] of tree.blocks.entries()) {
    if (!gone.has(block)) continue;
    const [edit] = removeBlock(block);
    if (!edit) continue;
    const start = Math.max(edit.start, byteOrderMark(tree));
    const before = index === last + 1 ? tree.text.slice(0, start) : '';
    const blank = /(?:\r\n|\n|\r(?!\n))((?:[ \t]*(?:\r\n|\n|\r(?!\n)))+)$/.exec(before)?.[1]?.length ?? 0;
    edits.push({ ...edit, start: start - blank });
  }
  return edits;
}

/** The edits of both documents that move requests, in the order given. */
export interface Move {
  readonly source: readonly TextEdit[];
  /** Empty where both are the same document. */
  readonly target: readonly TextEdit[];
}

/** @param paths both documents’ paths: what the requests name relative to theirs is then named relative to the new one */
export function moveRequests(
  source: SyntaxTree,
  placed: readonly PlacedBlock[],
  to: Destination,
  paths?: { readonly source: string; readonly target: string },
): Move {
  const texts = placed.map(block => {
    const edits = paths ? rebasePaths(source, block, paths.target, paths.source) : [];
    return edits.length === 0 ? requestText(source, block) : changedText(source, block, edits);
  });
  if (to.tree !== source) return { source: removeRequests(source, placed), target: insertRequests(to, texts) };
  if (to.next && placed.includes(to.next)) return { source: [], target: [] };
  return { source: [wholeEdit(source, reordered(source, placed, texts, to))].filter(changes(source)), target: [] };
}

/** Repeats a request below itself, with another title and, where it has one, another name. */
export function duplicateRequest(tree: SyntaxTree, placed: PlacedBlock, title: string): TextEdit[] {
  const { title: written, text } = requestText(tree, placed);
  const alone = parse(`### ${written}\n${text}\n`);
  const [block] = alone.blocks;
  if (!block) return [];
  const edits = block.block.directives.some(({ name }) => name.text.toLowerCase() === 'title')
    ? setDirective(alone, block, 'title', title)
    : setTitle(alone, block, title);
  const name = block.block.name?.text;
  const taken = new Set(tree.blocks.map(other => other.block.name?.text));
  const renamed = name === undefined ? [] : setDirective(alone, block, 'name', unusedName(name, taken));
  const copy = parse(printEdits(alone, [...edits, ...renamed]));
  const [only] = copy.blocks;
  return only ? insertRequests({ tree, next: placed }, [requestText(copy, only)]) : [];
}

/** Gives a request a title where it shows it. */
export function renameRequest(tree: SyntaxTree, placed: PlacedBlock, title: string): TextEdit[] {
  const directive = placed.block.directives.some(({ name }) => name.text.toLowerCase() === 'title');
  return directive ? setDirective(tree, placed, 'title', title) : setTitle(tree, placed, title);
}

/** `List users copy`, `List users copy 2` …: a title that no request of the document has. */
export function copyTitle(tree: SyntaxTree, placed: PlacedBlock, copy: string): string {
  const taken = new Set(tree.blocks.map(requestTitle));
  const base = `${requestTitle(placed)} ${copy}`;
  for (let count = 1; ; count++) {
    const title = count === 1 ? base : `${base} ${count}`;
    if (!taken.has(title)) return title;
  }
}

/** The edits that make a document what it was before `edits`; offsets are those of the text after them. */
export function inverseEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let delta = 0;
  return [...edits]
    .sort((a, b) => a.start - b.start)
    .map(edit => {
      const start = edit.start + delta;
      delta += edit.text.length - (edit.end - edit.start);
      return { start, end: start + edit.text.length, text: text.slice(edit.start, edit.end) };
    });
}

/** What a block says after edits of it. */
function changedText(tree: SyntaxTree, { offset, block }: PlacedBlock, edits: readonly TextEdit[]): RequestText {
  const whole = tree.text.slice(offset, offset + block.length);
  const own = edits.map(edit => ({ ...edit, start: edit.start - offset, end: edit.end - offset }));
  const changed = parse(applyEdits(whole, own));
  const [placed] = changed.blocks;
  return placed ? requestText(changed, placed) : { title: '', text: '' };
}

function reordered(
  tree: SyntaxTree,
  placed: readonly PlacedBlock[],
  texts: readonly RequestText[],
  { next, side = 'after' }: Destination,
): string {
  const removed = removeRequests(tree, placed);
  const without = parse(printEdits(tree, removed));
  const stay = tree.blocks.filter(block => !placed.includes(block));
  const at = next ? stay.indexOf(next) : stay.length - 1;
  // A document that loses its first block keeps at least an empty one.
  const shift = without.blocks.length - stay.length;
  const anchor = without.blocks[at + shift];
  const edits = insertRequests({ tree: without, next: anchor, side }, texts);
  return printEdits(without, edits);
}

/** One edit of what differs, so that cursors and folds elsewhere stay. */
function wholeEdit({ text }: SyntaxTree, now: string): TextEdit {
  const common = Math.min(text.length, now.length);
  let start = 0;
  while (start < common && text.charCodeAt(start) === now.charCodeAt(start)) start++;
  let end = 0;
  while (end < common - start && text.charCodeAt(text.length - 1 - end) === now.charCodeAt(now.length - 1 - end)) end++;
  return { start, end: text.length - end, text: now.slice(start, now.length - end) };
}

const changes =
  ({ text }: SyntaxTree) =>
  (edit: TextEdit): boolean =>
    text.slice(edit.start, edit.end) !== edit.text;

function unusedName(name: string, taken: ReadonlySet<string | undefined>): string {
  for (let count = 1; ; count++) {
    const candidate = `${name}Copy${count === 1 ? '' : count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function trimBlankLines(text: string): string {
  return text.replace(/(?:[ \t]*(?:\r\n|\n|\r))+[ \t]*$/, '').replace(/^(?:[ \t]*(?:\r\n|\n|\r))+/, '');
}

function byteOrderMark({ text }: SyntaxTree): number {
  return text.startsWith('\ufeff') ? 1 : 0;
}
