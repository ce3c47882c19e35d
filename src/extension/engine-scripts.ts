import type { RunValues } from '../core/run-values.ts';
import { ScriptThread } from '../node/script-thread.ts';
import type { ScriptEngine } from '../scripting/script.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { ScriptPorts } from '../sending/runner-ports.ts';

export interface EngineScriptsHost {
  /** The project that a file belongs to: what one project's scripts set is nothing of another's. */
  root(file: string): string;
  /** What scripts have set for a file, in the environment that is selected for it. */
  values(file: string): RunValues;
  log(text: string): void;
}

/** The scripts of a window: a thread for each project. */
export class EngineScripts {
  readonly #host: EngineScriptsHost;
  readonly #engines = new Map<string, ScriptEngine>();

  constructor(host: EngineScriptsHost) {
    this.#host = host;
  }

  ports(file: string): ScriptPorts {
    return {
      engine: this.#engine(this.#host.root(file)),
      values: path => this.#host.values(path),
      log: (_, text, { tree, block }) => {
        const placed = tree.blocks[block];
        this.#host.log(`${placed ? requestTitle(placed) : ''}: ${text}`);
      },
    };
  }

  async dispose(): Promise<void> {
    await Promise.all(Array.from(this.#engines.values(), engine => engine.close()));
  }

  #engine(root: string): ScriptEngine {
    const known = this.#engines.get(root);
    if (known) return known;
    const engine = new ScriptThread();
    this.#engines.set(root, engine);
    return engine;
  }
}
