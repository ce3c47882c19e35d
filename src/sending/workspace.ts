import type { SyntaxTree } from '../language/syntax-tree.ts';

/** The documents that a host has: files on disk, and what its editors hold of them unsaved. */
export interface Workspace {
  /** The tree of a file, undefined where there is no such file. The same tree object while the text is the same. */
  tree(file: string): SyntaxTree | undefined | Promise<SyntaxTree | undefined>;
  /** The folder in which inheritance ends for this file when no folder up to it holds `collection.http`. */
  root(file: string): string;
}

/** One request of a document. */
export interface RequestTarget {
  /** Absolute path. */
  readonly file: string;
  readonly tree: SyntaxTree;
  /** Index into `tree.blocks`; that block has a request. */
  readonly block: number;
}
