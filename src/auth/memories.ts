import { hash } from 'node:crypto';
import type { AuthMemory } from './scheme.ts';
import type { ResolvedAuth } from './values.ts';

/** The memories of all schemes, each separate per scheme, origin of the server, values (user) and environment. */
export interface AuthMemories {
  /** The key under which a memory, and a connection of its own, is kept. Holds no secret. */
  key(auth: ResolvedAuth, origin: string, environment: string): string;
  memory(key: string): AuthMemory;
  /** One at a time per key: waits for the holder before it; call what it resolves to when done. */
  acquire(key: string): Promise<() => void>;
  /** Whether `acquire` would have to wait. */
  isHeld(key: string): boolean;
  clear(): void;
}

export function createAuthMemories(): AuthMemories {
  const memories = new Map<string, Map<string, unknown>>();
  const keys = new WeakMap<ResolvedAuth, Map<string, string>>();
  const queues = new Map<string, Promise<void>>();
  return {
    key(auth, origin, environment) {
      let known = keys.get(auth);
      if (!known) {
        known = new Map();
        keys.set(auth, known);
      }
      const scope = `${origin}\n${environment}`;
      let key = known.get(scope);
      if (key === undefined) {
        const identity = JSON.stringify([auth.scheme.id, scope, auth.values]);
        // In one call: a hash object is kept alive until the next full garbage collection.
        key = hash('sha256', identity, 'base64url');
        known.set(scope, key);
      }
      return key;
    },
    memory(key) {
      const entries = (): Map<string, unknown> => {
        const map = memories.get(key) ?? new Map<string, unknown>();
        memories.set(key, map);
        return map;
      };
      return {
        get: <T>(name: string) => memories.get(key)?.get(name) as T | undefined,
        set: (name, value) => void entries().set(name, value),
        delete: name => void memories.get(key)?.delete(name),
      };
    },
    async acquire(key) {
      const before = queues.get(key) ?? Promise.resolve();
      let release = (): void => {};
      const mine = new Promise<void>(resolve => {
        release = resolve;
      });
      const tail = before.then(() => mine);
      queues.set(key, tail);
      await before;
      return () => {
        if (queues.get(key) === tail) queues.delete(key);
        release();
      };
    },
    isHeld: key => queues.has(key),
    clear() {
      memories.clear();
    },
  };
}
