import type { AmbientCredentials } from './ambient-credentials.ts';
import { CountersignError } from './errors.ts';
import { secretCredential } from './permission.ts';
import type { Place } from './place.ts';
import type { ProcessEnvironment, SecretStore } from './ports.ts';

/** The environment variable that holds a secret: `acme-password` is in `COUNTERSIGN_SECRET_ACME_PASSWORD`. */
export function secretEnvironmentName(name: string): string {
  return `COUNTERSIGN_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

/** The command line's secrets: those given as `--secret name=value`, then those in the process environment. */
export function commandLineSecrets(given: ReadonlyMap<string, string>, environment: ProcessEnvironment): SecretStore {
  return { get: async name => given.get(name) ?? environment[secretEnvironmentName(name)] };
}

/** A store whose secrets are recognized wherever they go. */
export function recognizedSecrets(store: SecretStore, ambient: AmbientCredentials): SecretStore {
  return {
    async get(name) {
      const secret = await store.get(name);
      if (secret !== undefined) ambient.add(secret, secretCredential(name));
      return secret;
    },
  };
}

/** Asks each store in turn. */
export function firstSecret(stores: readonly SecretStore[]): SecretStore {
  return {
    async get(name) {
      for (const store of stores) {
        const secret = await store.get(name);
        if (secret !== undefined) return secret;
      }
      return undefined;
    },
  };
}

/** @throws CountersignError `missing-secret` that says how to give it */
export async function resolveSecret(store: SecretStore | undefined, name: string, place?: Place): Promise<string> {
  const details = place ? { place } : {};
  if (!/^[\w.-]+$/.test(name)) {
    throw new CountersignError('invalid-value', 'A secret is named by letters, digits, “-”, “_” and “.”.', {
      ...details,
      hint: 'Write “{{$secret name}}”.',
    });
  }
  const secret = await store?.get(name);
  if (secret !== undefined) return secret;
  throw new CountersignError('missing-secret', `There is no secret named “${name}”.`, {
    ...details,
    hint: `In the editor run “Countersign: Set Secret”; on the command line give “--secret ${name}=…” or set ${secretEnvironmentName(name)}.`,
  });
}
