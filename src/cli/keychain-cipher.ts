import { randomBytes } from 'node:crypto';
import { type TokenCipher, tokenCipher } from '../auth/tokens/token-cipher.ts';

const service = 'countersign';
const account = 'token-store';

/** The one entry of a system keychain that is needed here. */
export interface KeychainEntry {
  getPassword(): Promise<string | undefined | null>;
  setPassword(password: string): Promise<void>;
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
