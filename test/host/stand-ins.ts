const undo: (() => void)[] = [];

/** Puts members of a namespace of the editor in place of its own, for code in the tests' bundle, until `restore`. */
export function standIn(namespace: object, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    const own = Object.getOwnPropertyDescriptor(namespace, name);
    Object.defineProperty(namespace, name, { value, configurable: true, enumerable: true, writable: true });
    undo.push(() => {
      if (own) Object.defineProperty(namespace, name, own);
    });
  }
}

export function restore(): void {
  for (const put of undo.splice(0).reverse()) put();
}

/** Registers commands where a test can call them: those of the extension itself have the names already. */
export function registeredCommands(): {
  readonly registerCommand: (name: string, run: (...given: unknown[]) => unknown) => { dispose(): void };
  readonly call: (name: string, ...given: unknown[]) => Promise<unknown>;
} {
  const commands = new Map<string, (...given: unknown[]) => unknown>();
  return {
    registerCommand(name, run) {
      commands.set(name, run);
      return { dispose() {} };
    },
    call: async (name, ...given) => commands.get(name)?.(...given),
  };
}

/** State that outlives what uses it, as a window's does. */
export function memento(): {
  get<T>(key: string, fallback?: T): T;
  update(key: string, value: unknown): Promise<void>;
  keys(): readonly string[];
  setKeysForSync(): void;
} {
  const state = new Map<string, unknown>();
  return {
    get: <T>(key: string, fallback?: T) => (state.has(key) ? state.get(key) : fallback) as T,
    async update(key, value) {
      if (value === undefined) state.delete(key);
      else state.set(key, value);
    },
    keys: () => [...state.keys()],
    setKeysForSync: () => {},
  };
}
