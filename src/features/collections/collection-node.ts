import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import type { AuthShown } from './auth-shown.ts';

/** One row of the collections tree. The same object as long as the row is the same; what it shows may change. */
export type CollectionNode = FolderNode | FileNode | RequestNode;

interface Row {
  /** Stable across edits. */
  readonly id: string;
  readonly label: string;
  readonly parent: CollectionNode | undefined;
}

/** A folder; a `collection` where it holds `collection.http`. */
export interface FolderNode extends Row {
  readonly kind: 'collection' | 'folder';
  readonly folder: string;
  /** The auth that its own file states; undefined while unknown, and where it states none. */
  readonly states: AuthShown | undefined;
  /** Errors and warnings of its own file. */
  readonly problems: number;
}

export interface FileNode extends Row {
  readonly kind: 'file';
  readonly file: string;
  /** The auth that it states for its requests; undefined while unknown, and where it states none. */
  readonly states: AuthShown | undefined;
  /** Errors and warnings in it. */
  readonly problems: number;
}

export interface RequestNode extends Row {
  readonly kind: 'request';
  readonly file: string;
  readonly tree: SyntaxTree;
  readonly placed: PlacedBlock;
  /** Index into `tree.blocks`. */
  readonly block: number;
  /** In upper case. */
  readonly method: string;
  readonly auth: AuthShown;
  /** Errors and warnings. */
  readonly problems: number;
}
