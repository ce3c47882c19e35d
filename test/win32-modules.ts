import { registerHooks } from 'node:module';

const mark = '?win32';

registerHooks({
  resolve(specifier, context, next) {
    if (!context.parentURL?.endsWith(mark)) return next(specifier, context);
    if (/^(?:node:)?path$/.test(specifier)) return next('node:path/win32', context);
    const found = next(specifier, context);
    return specifier.startsWith('.') ? { ...found, url: `${found.url}${mark}` } : found;
  },
});

/** A module of `src/` with Windows’ paths in it, and in all of the project that it imports. */
export async function onWindows<T>(path: string): Promise<T> {
  return (await import(`../src/${path}${mark}`)) as T;
}
