import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import type { Sender } from '../sender.ts';

/** What the Testing view's part that is ours works with. */
export interface TestingHost {
  readonly documents: Documents;
  readonly sender: Sender;
  readonly engine: () => Promise<Engine>;
}
