import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what is written to disk with a key that is kept elsewhere. */
export interface TokenCipher {
  encrypt(text: string): string;
  /** The text, or undefined where it was encrypted with another key or has been changed. */
  decrypt(sealed: string): string | undefined;
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
