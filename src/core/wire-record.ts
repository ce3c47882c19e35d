import type { AttemptReason } from './attempt-reason.ts';
import type { Timing } from './timing.ts';

/** One certificate of the chain that a server showed. */
export interface CertificateDetails {
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** As OpenSSL lists them: `DNS:example.com, IP Address:127.0.0.1`. */
  readonly names?: string;
  readonly serialNumber: string;
  /** SHA-256, hexadecimal with colons. */
  readonly fingerprint: string;
}

export interface TlsDetails {
  /** `TLSv1.3`. */
  readonly version: string;
  /** IANA's name of the cipher suite. */
  readonly cipher: string;
  /** What was agreed on by ALPN. @see RFC 7301 */
  readonly alpn?: string;
  /** Whether the certificate was found good. */
  readonly verified: boolean;
  /** Why it was not. */
  readonly problem?: string;
  /** The session was taken up again: nothing was verified anew. */
  readonly resumed: boolean;
  /** The server's own first. */
  readonly chain: readonly CertificateDetails[];
}

/** The connection that carried an exchange. */
export interface ConnectionDetails {
  readonly address?: string;
  readonly port?: number;
  readonly family?: 'IPv4' | 'IPv6';
  /** It had carried another request before. */
  readonly reused: boolean;
  /** Kind, host and port of the proxy that leads there. */
  readonly proxy?: string;
  /** The proxy is asked for the resource itself, with the whole URL. @see RFC 9112 §3.2.2 */
  readonly forwarded?: boolean;
  /** The proxy gets a credential. */
  readonly proxyAuthorized?: boolean;
  readonly tls?: TlsDetails;
}

/** A field of a head; `masked` where its value holds a secret. */
export interface WireField {
  readonly name: string;
  readonly value: string;
  readonly masked?: string;
}

/** The start of a body. */
export interface WireBody {
  /** The first bytes as they are kept for showing, content encodings undone; at most as many as the recorder keeps. */
  readonly start: Uint8Array;
  /** The start as text with secrets masked; absent: nothing in it is known to be secret. */
  readonly masked?: string;
  /** Bytes in all; undefined where only sending tells. */
  readonly size: number | undefined;
  /** Why `start` is not the start: the body is of files. */
  readonly files?: readonly string[];
}

/** One exchange as it went over the wire: a request, a redirect, an answer to a challenge or a token request. */
export interface WireRecord {
  readonly id: number;
  readonly reason: AttemptReason;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly method: string;
  /** `value` the URL that was asked for. */
  readonly url: WireField;
  /** The target of the request line, or of `:path`. */
  readonly target: WireField;
  /** In order, as they are written; pseudo-header fields of HTTP/2 included. @see RFC 9113 §8.3.1 */
  readonly fields: readonly WireField[];
  readonly body?: WireBody;
  /** `1.1` or `2`; until the response is there, what is supposed. */
  readonly httpVersion: string;
  readonly response?: {
    readonly status: number;
    readonly statusText: string;
    /** In the order and case received. */
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body?: WireBody;
  };
  readonly connection?: ConnectionDetails;
  readonly timing?: Timing;
  /** Why there is no response, or no whole one. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Nothing more comes. */
  readonly ended: boolean;
}
