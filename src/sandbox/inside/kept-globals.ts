/** What the scripts of a face find under global names is the same for each, whatever the one before did to it. */

const { ownKeys, deleteProperty, defineProperty, getOwnPropertyDescriptor } = Reflect;
const same = Object.is;
const kept = new Map<PropertyKey, PropertyDescriptor>();

/** The names as they are now are those that every script finds. */
export function keepGlobals(): void {
  for (const key of ownKeys(globalThis)) {
    const descriptor = getOwnPropertyDescriptor(globalThis, key);
    if (descriptor) kept.set(key, descriptor);
  }
}

/** Takes away what was added since, and puts back what was replaced. */
export function restoreGlobals(): void {
  for (const key of ownKeys(globalThis)) if (!kept.has(key)) deleteProperty(globalThis, key);
  for (const [key, descriptor] of kept) {
    const now = getOwnPropertyDescriptor(globalThis, key);
    if (!same(now?.value, descriptor.value) || now?.get !== descriptor.get) defineProperty(globalThis, key, descriptor);
  }
}
