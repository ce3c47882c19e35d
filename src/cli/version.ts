import { createRequire } from 'node:module';

declare const COUNTERSIGN_VERSION: string | undefined;

/** The product's version: put in by the bundler, read from package.json when run from source. */
export const version: string =
  typeof COUNTERSIGN_VERSION === 'string' ? COUNTERSIGN_VERSION : (sourceVersion() ?? '0.0.0');

function sourceVersion(): string | undefined {
  const { version: found } = createRequire(import.meta.url)('../../package.json') as { version?: string };
  return found;
}
