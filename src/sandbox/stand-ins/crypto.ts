/** Node's `crypto`, as crypto-js asks for it: random bytes are the Web's. */
const web = (globalThis as unknown as { crypto: { getRandomValues(array: Uint8Array): Uint8Array } }).crypto;
export const randomBytes = (length: number): { readInt32LE(): number } => {
  const bytes = web.getRandomValues(new Uint8Array(length));
  return { readInt32LE: () => new DataView(bytes.buffer).getInt32(0, true) };
};
export default { randomBytes };
