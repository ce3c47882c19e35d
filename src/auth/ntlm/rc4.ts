import { Hex, RC4, WordArray } from 'crypto-es';

/** `RC4K`; a file of its own, so that it is loaded only where a server asks for a key exchange. */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const encrypted = RC4.encrypt(WordArray.create(data), WordArray.create(key)).ciphertext;
  return Buffer.from(encrypted?.toString(Hex) ?? '', 'hex');
}
