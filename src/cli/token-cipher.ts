import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what is written to disk with a key that the system's keychain holds. */
export interface TokenCipher {
  encrypt(text: string): string;
  /** The text, or undefined where it was encrypted with another key or has been changed. */
  decrypt(sealed: string): string | undefined;
}

const service = 'countersign';
const account = 'token-store';

/** The one entry of a system keychain that is needed here. */
export interface KeychainEntry {
  getPassword(): Promise<string | undefined | null>;
  setPassword(password: string): Promise<void>;
}

/** AES-256-GCM under a key of 32 bytes. @see NIST SP 800-38D */
export function tokenCipher(key: Uint8Array): TokenCipher {
  return {
    encrypt(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
    },
    decrypt(sealed) {
      try {
        const bytes = Buffer.from(sealed, 'base64');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * The cipher whose key is in the system's keychain, made at first use; undefined where there is no keychain (a server
 * without a session, a library that is not installed). Tokens themselves are too long for some keychains.
 */
export async function keychainCipher(
  entry: () => Promise<KeychainEntry> = systemEntry,
): Promise<TokenCipher | undefined> {
  try {
    const keychain = await entry();
    const kept = await keychain.getPassword();
    if (kept) return tokenCipher(Buffer.from(kept, 'base64'));
    const key = randomBytes(32);
    await keychain.setPassword(key.toString('base64'));
    // Another process may have been faster: what the keychain holds now is the key.
    const agreed = await keychain.getPassword();
    return agreed ? tokenCipher(Buffer.from(agreed, 'base64')) : undefined;
  } catch {
    return undefined;
  }
}

async function systemEntry(): Promise<KeychainEntry> {
  // An optional, native library: by name, so that bundling leaves it alone.
  const library = '@napi-rs/keyring';
  const { AsyncEntry } = (await import(library)) as {
    AsyncEntry: new (service: string, account: string, options: object) => KeychainEntry;
  };
  // The kernel's keyring, its other choice on Linux, forgets everything at the next start.
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}
