/**
 * The hashes of the `hawk` package alone. Its client would bring `url.parse`, which Node has deprecated, and reads the
 * clock and random numbers by itself.
 */
declare module 'hawk/lib/crypto.js' {
  interface Credentials {
    readonly key: string;
    readonly algorithm: 'sha1' | 'sha256';
  }
  interface Artifacts {
    readonly method: string;
    readonly resource: string;
    readonly host: string;
    readonly port: number;
    readonly ts: number;
    readonly nonce: string;
    readonly hash?: string | undefined;
    readonly ext?: string | undefined;
    readonly app?: string | undefined;
    readonly dlg?: string | undefined;
  }
  const crypto: {
    calculateMac(type: 'header' | 'response', credentials: Credentials, artifacts: Artifacts): string;
    initializePayloadHash(algorithm: 'sha1' | 'sha256', contentType: string | undefined): import('node:crypto').Hash;
    finalizePayloadHash(hash: import('node:crypto').Hash): string;
    calculateTsMac(ts: string, credentials: Credentials): string;
  };
  export default crypto;
}
