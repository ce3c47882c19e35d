/** MD4 alone: the package's entry point would bring every hash it knows (200 KB). */
declare module 'hash-wasm/dist/md4.umd.min.js' {
  const hashes: Pick<typeof import('hash-wasm'), 'createMD4' | 'md4'>;
  export default hashes;
}
