import type { CollectionNode } from '../../features/collections/collection-node.ts';
import type { CollectionTree } from '../../features/collections/collection-tree.ts';
import type { Documents } from '../documents.ts';
import type { Sender } from '../sender.ts';
import type { Changes } from './undo.ts';

/** What the tree's actions work with. */
export interface CollectionsContext {
  readonly documents: Documents;
  readonly sender: Sender;
  readonly changes: Changes;
  tree(): Promise<CollectionTree>;
  /** Draws the tree as it is now, files that came and went included. */
  settle(): Promise<void>;
  reveal(node: CollectionNode | undefined, options?: { readonly focus?: boolean }): Promise<void>;
}
