type Listener = (...values: readonly unknown[]) => void;

/** By emitter: what extends this the old way never calls its constructor. */
const all = new WeakMap<object, Map<string, Listener[]>>();

function listenersOf(emitter: object): Map<string, Listener[]> {
  const known = all.get(emitter) ?? new Map<string, Listener[]>();
  all.set(emitter, known);
  return known;
}

/** Node's `EventEmitter`, as xml2js uses it. */
export class EventEmitter {
  on(name: string, listener: Listener): this {
    const known = listenersOf(this);
    known.set(name, [...(known.get(name) ?? []), listener]);
    return this;
  }

  once(name: string, listener: Listener): this {
    const only: Listener = (...values) => {
      this.removeListener(name, only);
      listener.apply(this, values as []);
    };
    return this.on(name, only);
  }

  emit(name: string, ...values: readonly unknown[]): boolean {
    const listeners = this.listeners(name);
    for (const listener of listeners) listener.apply(this, values as []);
    return listeners.length > 0;
  }

  listeners(name: string): readonly Listener[] {
    return listenersOf(this).get(name) ?? [];
  }

  removeListener(name: string, listener: Listener): this {
    listenersOf(this).set(
      name,
      this.listeners(name).filter(known => known !== listener),
    );
    return this;
  }

  removeAllListeners(name?: string): this {
    if (name === undefined) listenersOf(this).clear();
    else listenersOf(this).delete(name);
    return this;
  }
}
