import { dirname, isAbsolute, join } from 'node:path';
import type { StatedField } from '../../auth/inheritance.ts';
import { findScheme } from '../../auth/schemes/index.ts';
import { pathAfterMove, pathNamedFrom } from '../../core/path-within.ts';
import { setAuth } from '../../language/auth-printer.ts';
import type { AuthFieldNode, PlacedBlock, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';

/** A path written in one file as another file has to write it to lead to the same place. */
export function pathFrom(file: string, written: string, path: string): string {
  if (!isRelative(path) || path.includes('{{') || dirname(file) === dirname(written)) return path;
  return pathNamedFrom(dirname(file), join(dirname(written), path));
}

/** Whether what a path leads to depends on where it is written. */
function isRelative(path: string): boolean {
  return path !== '' && !isAbsolute(path) && !/^(?:~|[a-z]:)[/\\]/i.test(path);
}

/** Whether the text of a scheme's field is a path that is relative to the file that states it. */
export function isRelativePath(scheme: string, field: Pick<StatedField, 'name' | 'value' | 'fromFile'>): boolean {
  return isRelative(field.value) && isPath(scheme, field);
}

function isPath(scheme: string, { name, fromFile }: Pick<StatedField, 'name' | 'fromFile'>): boolean {
  return fromFile || findScheme(scheme)?.fields.find(field => field.name === name)?.path === true;
}

/** Edits after which the files that a block names are still those that it named when it stood in `written`. */
export function rebasePaths(tree: SyntaxTree, placed: PlacedBlock, file: string, written: string): TextEdit[] {
  if (dirname(file) === dirname(written)) return [];
  return changePaths(tree, placed, path => pathFrom(file, written, path));
}

/** Something that was moved or renamed: a file, or a folder with all that is below it. Absolute paths. */
export interface PathMove {
  readonly from: string;
  readonly to: string;
}

/** Where a file is after some moves. */
export function movedPath(path: string, moves: readonly PathMove[]): string {
  for (const { from, to } of moves) {
    const moved = pathAfterMove(path, from, to);
    if (moved !== undefined) return moved;
  }
  return path;
}

/**
 * Edits of a document after which it names the files that it named before some moves, wherever it and they are then.
 * What moves along with it stays as it is written; so does a path that depends on a variable.
 */
export function pathsAfterMoves(tree: SyntaxTree, file: string, moves: readonly PathMove[]): TextEdit[] {
  const moved = movedPath(file, moves);
  const change = (path: string): string => {
    if (path.includes('{{')) return path;
    if (!isRelative(path)) return isAbsolute(path) ? movedPath(path, moves) : path;
    const target = movedPath(join(dirname(file), path), moves);
    return join(dirname(moved), path) === target ? path : pathNamedFrom(dirname(moved), target);
  };
  return tree.blocks.flatMap(placed => changePaths(tree, placed, change));
}

function changePaths(tree: SyntaxTree, placed: PlacedBlock, change: (path: string) => string): TextEdit[] {
  const { auth, request } = placed.block;
  const edits: TextEdit[] = [];
  if (auth) {
    const after = ({ name, value, fromFile }: AuthFieldNode): string =>
      isPath(auth.scheme.text, { name: name.text, fromFile }) ? change(value.text) : value.text;
    if (auth.fields.some(field => after(field) !== field.value.text)) {
      const fields = auth.fields.map(field => ({
        name: field.name.text,
        value: after(field),
        fromFile: field.fromFile,
      }));
      edits.push(...setAuth(tree, placed, { scheme: auth.scheme.text, fields }));
    }
  }
  for (const part of request?.body?.parts ?? []) {
    if (part.kind !== 'file') continue;
    const { start, end, text } = part.path;
    const path = change(text);
    if (path !== text) edits.push({ start: placed.offset + start, end: placed.offset + end, text: path });
  }
  return edits;
}
