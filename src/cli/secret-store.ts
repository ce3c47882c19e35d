import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenCipher } from '../auth/tokens/token-cipher.ts';
import { CountersignError } from '../core/errors.ts';
import type { ProcessEnvironment, SecretStore } from '../core/ports.ts';
import { withFileLock } from '../node/file-lock.ts';
import { replaceFile } from '../node/replace-file.ts';
import { keychainCipher } from './keychain-cipher.ts';
import { configDirectory } from './token-store.ts';

/** What stands in the file for each secret. */
type Kept = { readonly encrypted: string } | { readonly value: string };

/** The command line's own secrets: a file that only the user can read, encrypted where the system has a keychain. */
export interface KeptSecrets extends SecretStore {
  names(): Promise<readonly string[]>;
  set(name: string, value: string): Promise<void>;
  /** False where there was none of that name. */
  delete(name: string): Promise<boolean>;
  /** Where they are kept, and how safe that is, one sentence for the person. */
  readonly description: string;
}

export async function openSecretStore(env: ProcessEnvironment): Promise<KeptSecrets> {
  const cipher = env.COUNTERSIGN_KEYCHAIN === 'off' ? undefined : await keychainCipher();
  return new SecretFile(configDirectory(env), cipher);
}

/** For `{{$secret}}`: opened with the first secret that is asked of it, and only where one was ever kept. */
export function keptSecrets(env: ProcessEnvironment): SecretStore {
  let opened: Promise<KeptSecrets> | undefined;
  return {
    async get(name) {
      opened ??= openSecretStore(env);
      return (await opened).get(name);
    },
  };
}

class SecretFile implements KeptSecrets {
  readonly #path: string;
  readonly #cipher: TokenCipher | undefined;
  readonly description: string;

  constructor(directory: string, cipher: TokenCipher | undefined) {
    this.#path = join(directory, 'secrets.json');
    this.#cipher = cipher;
    this.description = cipher
      ? `Secrets are kept in ${this.#path}, encrypted with a key from the system’s keychain.`
      : `There is no system keychain here: secrets are kept unencrypted in ${this.#path}, which only you can read.`;
  }

  async names(): Promise<readonly string[]> {
    return Object.keys(await this.#read()).sort();
  }

  async get(name: string): Promise<string | undefined> {
    const all = await this.#read();
    const kept = Object.hasOwn(all, name) ? all[name] : undefined;
    if (!kept) return undefined;
    if ('value' in kept) return kept.value;
    const value = this.#cipher?.decrypt(kept.encrypted);
    if (value !== undefined) return value;
    throw new CountersignError('missing-secret', `The secret “${name}” is encrypted with a key that is not here.`, {
      hint: `Set it again with “countersign secret set ${name}”.`,
    });
  }

  set(name: string, value: string): Promise<void> {
    return this.#change(all => {
      all[name] = this.#cipher ? { encrypted: this.#cipher.encrypt(value) } : { value };
      return all;
    });
  }

  async delete(name: string): Promise<boolean> {
    let found = false;
    await this.#change(all => {
      found = Object.hasOwn(all, name);
      delete all[name];
      return all;
    });
    return found;
  }

  async #read(): Promise<Record<string, Kept>> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new CountersignError('io', `${this.#path} cannot be read.`, { cause });
    }
    try {
      return JSON.parse(text) as Record<string, Kept>;
    } catch {
      throw new CountersignError('io', `${this.#path} is damaged.`, { hint: 'Remove it, and set the secrets again.' });
    }
  }

  async #change(change: (all: Record<string, Kept>) => Record<string, Kept>): Promise<void> {
    await withFileLock(`${this.#path}.lock`, async () => {
      const text = `${JSON.stringify(change(await this.#read()), undefined, 2)}\n`;
      try {
        await replaceFile(this.#path, text);
      } catch (cause) {
        throw new CountersignError('io', `The secret cannot be kept in ${this.#path}.`, { cause });
      }
    });
  }
}
