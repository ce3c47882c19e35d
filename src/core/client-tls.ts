import type { Place } from './place.ts';

/** What a client proves itself with in the handshake: the secret parts are only given to whom opens the connection. */
export interface ClientIdentity {
  /** Path of the certificate's file. */
  readonly file: string;
  /** What that file is: PKCS #12 holds the key too. */
  readonly encoding: 'PEM' | 'DER' | 'P12';
  /** Path of the key's file, where it has one of its own. */
  readonly keyFile?: string;
  /** Tells identities apart, and nothing of what they are made of. */
  readonly digest: string;
  /** PEM of `cert` and `key`, or PKCS #12. */
  material(): {
    readonly cert?: string;
    readonly key?: string;
    readonly pfx?: Uint8Array;
    readonly passphrase?: string;
  };
}

/** How one connection over TLS is made, besides what holds for all of them. */
export interface ConnectionTls {
  /** Connections are never shared between different ones. */
  readonly id: string;
  /** Presented where the server asks for a certificate. */
  readonly identity?: ClientIdentity;
  /** The server's certificate is not verified. */
  readonly insecure: boolean;
  /** Where that is stated; absent for the command line. */
  readonly place?: Place;
}

/** What is stated about TLS for the requests of a file: which hosts get to know who the client is. */
export interface ClientTls {
  /**
   * For a URL that the documents name; undefined where nothing is stated for it, or it is not over TLS.
   * @throws CountersignError where the certificate cannot be used: then nothing may be sent
   */
  for(url: string): Promise<ConnectionTls | undefined>;
  /** What holds for an origin that only a server has named: what is stated for that host by its name. */
  readonly elsewhere: ClientTls;
}
