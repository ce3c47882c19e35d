import { dirname, resolve } from 'node:path';
import type { AuthStatement } from '../../auth/inheritance.ts';
import { CountersignError } from '../../core/errors.ts';
import {
  type AuthFieldValue,
  type AuthStatement as AuthText,
  fileBlock,
  setAuth,
  setFileAuth,
} from '../../language/auth-printer.ts';
import { applyEdits } from '../../language/incremental.ts';
import { parse } from '../../language/parser.ts';
import type { SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import { type AuthDecision, authInForce } from '../../sending/auth-in-force.ts';
import { authStatement, fileStatements, findScopes, isLevelFile } from '../../sending/scopes.ts';
import type { RequestTarget, Workspace } from '../../sending/workspace.ts';
import { isRelativePath, pathFrom } from '../collections/relative-paths.ts';

/** A change of one file; its edits are in offsets of the text as it was. */
export interface FileChange {
  readonly file: string;
  /** The file has to be made first. */
  readonly created: boolean;
  readonly edits: readonly TextEdit[];
}

/** Where an authorization is stated: in a request’s block, or (without one) for a whole document. */
export interface AuthSource {
  readonly file: string;
  readonly block?: number;
}

const none: AuthText = { scheme: 'none', fields: [] };

/** States in a request what it inherits, so that it no longer depends on what is around it. */
export async function stateInheritedAuth(target: RequestTarget, workspace: Workspace): Promise<readonly TextEdit[]> {
  const { file, tree, block } = target;
  const placed = tree.blocks[block];
  if (!placed) return [];
  const { scopes } = await findScopes(file, tree, workspace);
  return setAuth(tree, placed, textOf(authInForce(file, tree, block, scopes), file));
}

/**
 * Moves an authorization to a `folder.http`, a `collection.http` or the top of its own file. Whoever would come under it
 * and did not before states what was in force for it, so the authorization of every request stays as it was.
 * @param destination path of the file that is to state it
 * @param files every file whose requests the destination speaks for
 * @throws CountersignError `invalid-value` where that cannot be done
 */
export async function moveAuth(
  source: AuthSource,
  destination: string,
  files: readonly string[],
  workspace: Workspace,
): Promise<readonly FileChange[]> {
  const draft = new Draft(workspace);
  const all = [...new Set([...files, source.file, destination])];
  const before = new Map<string, readonly AuthDecision[]>();
  for (const file of all) before.set(file, await draft.decisions(file));

  const tree = await draft.tree(source.file);
  const placed = source.block === undefined ? tree && fileBlock(tree) : tree?.blocks[source.block];
  if (!tree || !placed?.block.auth) throw new CountersignError('invalid-value', 'There is no @auth to move here.');
  const stated = statementText(authStatement(source.file, tree, placed, placed.block.auth), destination);
  draft.edit(source.file, tree, setAuth(tree, placed, undefined));
  const known = await draft.tree(destination);
  const outer = known ?? parse('');
  const lastLineEnd = known ? [] : [{ start: 0, end: 0, text: '\n' }];
  draft.edit(destination, outer, [...setFileAuth(outer, stated), ...lastLineEnd]);

  // What is stated for a file can change what its requests need to say, so look again.
  for (let round = 0; round < 4; round++) {
    let mended = false;
    for (const file of all) mended = (await mend(draft, file, before.get(file) ?? [], source, destination)) || mended;
    if (!mended) return draft.changes();
  }
  throw new CountersignError('invalid-value', 'This @auth cannot be moved without changing other requests.');
}

/** States in a file what was in force before; false where that still is. */
async function mend(
  draft: Draft,
  file: string,
  before: readonly AuthDecision[],
  source: AuthSource,
  destination: string,
): Promise<boolean> {
  const tree = await draft.tree(file);
  if (!tree) return false;
  const now = await draft.decisions(file);
  const changed = now.flatMap((decision, index) => {
    const was = before[index];
    return was && !sameAuth(was, decision) ? [{ index, was }] : [];
  });
  const [first] = changed;
  if (!first) return false;
  const speaksForOthers = isLevelFile(file);
  const statedForFile = fileStatements(file, tree).auth;
  const open = !statedForFile || statedForFile.scheme === 'inherit';
  const alike = changed.every(({ was }) => sameAuth(was, first.was));
  if (file !== source.file && file !== destination && !speaksForOthers && open && alike) {
    draft.edit(file, tree, setFileAuth(tree, textOf(first.was, file)));
    return true;
  }
  const requests = tree.blocks.filter(({ block }) => block.request);
  const edits = changed.flatMap(({ index, was }) => {
    const placed = requests[index];
    return placed ? setAuth(tree, placed, textOf(was, file)) : [];
  });
  draft.edit(file, tree, edits);
  return true;
}

/** Documents as they will be. */
class Draft implements Workspace {
  readonly #workspace: Workspace;
  readonly #trees = new Map<string, SyntaxTree>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  root(file: string): string {
    return this.#workspace.root(file);
  }

  async tree(file: string): Promise<SyntaxTree | undefined> {
    return this.#trees.get(file) ?? (await this.#workspace.tree(file));
  }

  edit(file: string, tree: SyntaxTree, edits: readonly TextEdit[]): void {
    this.#trees.set(file, parse(applyEdits(tree.text, edits)));
  }

  /** The authorization in force for each request of a file, in order. */
  async decisions(file: string): Promise<readonly AuthDecision[]> {
    const tree = await this.tree(file);
    if (!tree) return [];
    const { scopes } = await findScopes(file, tree, this);
    return tree.blocks.flatMap(({ block }, index) => (block.request ? [authInForce(file, tree, index, scopes)] : []));
  }

  async changes(): Promise<readonly FileChange[]> {
    const changes: FileChange[] = [];
    for (const [file, { text }] of this.#trees) {
      const old = await this.#workspace.tree(file);
      const edit = difference(old?.text ?? '', text);
      if (edit) changes.push({ file, created: old === undefined, edits: [edit] });
    }
    return changes;
  }
}

/** The smallest single replacement that makes one text of another. */
function difference(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const common = Math.min(before.length, after.length);
  let start = 0;
  while (start < common && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < common - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  ) {
    same++;
  }
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}

function sameAuth(a: AuthDecision, b: AuthDecision): boolean {
  return a.shorthand === b.shorthand && meaning(a) === meaning(b);
}

/** What a statement says, wherever it stands. */
function meaning({ statement, shorthand }: AuthDecision): string {
  if (!statement || shorthand) return '';
  const fields = statement.fields.map(field => {
    const { name, value, fromFile, place } = field;
    const path = isRelativePath(statement.scheme, field) && !value.includes('{{');
    return [name, fromFile, path ? resolve(dirname(place.file), value) : value];
  });
  return JSON.stringify([statement.scheme, ...fields]);
}

function textOf({ statement, shorthand }: AuthDecision, file: string): AuthText {
  return statement && !shorthand ? statementText(statement, file) : none;
}

/** A statement as text for a file; paths that are relative to where it stood are made relative to that file. */
function statementText({ scheme, fields, place }: AuthStatement, file: string): AuthText {
  const moved = dirname(place.file) !== dirname(file);
  return {
    scheme,
    fields: fields.map((field): AuthFieldValue => {
      const { name, value, fromFile } = field;
      const path = moved && isRelativePath(scheme, field) ? rebased(value, place.file, file) : value;
      return { name, value: path, ...(fromFile ? { fromFile } : {}) };
    }),
  };
}

function rebased(path: string, from: string, to: string): string {
  if (path.includes('{{')) {
    throw new CountersignError('invalid-value', `The path “${path}” depends on where it stands and on a variable.`);
  }
  return pathFrom(to, from, path);
}
