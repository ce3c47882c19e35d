import type { AttemptReason } from './attempt-reason.ts';
import type { Credential } from './permission.ts';
import type { HttpRequest } from './request.ts';
import type { Timing } from './timing.ts';
import type { ConnectionDetails } from './wire-record.ts';

/**
 * What the host hands in. The engine never reaches for a clock, a file, a socket or a secret itself, so every request
 * can be reproduced in a test.
 */

/** Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

export interface Random {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/** Reads files that requests name. Paths are absolute. */
export interface FileReader {
  /** @throws CountersignError `missing-file` or `io` */
  read(path: string): Promise<Uint8Array>;
  /** Size in bytes; @throws CountersignError `missing-file` or `io` */
  size(path: string): Promise<number>;
  /** The content as a stream; `missing-file` or `io` is thrown at the first chunk. */
  open(path: string): AsyncIterable<Uint8Array>;
}

export interface SecretStore {
  /** The secret, or undefined where there is none of that name. May ask the person. */
  get(name: string): Promise<string | undefined>;
}

/** Opens a page in the person's browser. */
export interface Browser {
  open(url: string): Promise<void>;
}

/** Shows a person a question (`# @prompt`) and gives the answer, undefined when dismissed. */
export interface Prompter {
  ask(
    name: string,
    description: string | undefined,
    options: { readonly secret: boolean },
  ): Promise<string | undefined>;
}

/**
 * Runs a command line in the person's shell and gives what it printed (`credential_process` of an AWS profile). A host
 * hands it in only where the workspace is trusted.
 * @throws CountersignError `io` when it fails, with what it wrote to its standard error
 */
export type RunCommand = (command: string, signal: AbortSignal) => Promise<string>;

/** Environment variables of the process. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for the whole exchange until the response's last byte; none where undefined. */
  readonly timeout?: number;
  /** Milliseconds for establishing the connection. */
  readonly connectionTimeout?: number;
  /** Do not verify the server's certificate. */
  readonly insecure?: boolean;
  /** Send a written Content-Length that is not the length of the body, on a connection that nothing else uses. */
  readonly rawLength?: boolean;
  /** Undo content encodings however much the body unpacks to. */
  readonly unlimited?: boolean;
  /**
   * Attempts that carry the same key go over one and the same connection, kept for them alone (NTLM). The transport
   * closes it on `release(key)`, or when the server does.
   */
  readonly connection?: string;
  /** Why the attempt is made, for the record. */
  readonly reason?: AttemptReason;
  /** Credentials of this machine that sign the request, so that they cannot be seen in it. */
  readonly credentials?: readonly Credential[];
  /** Told how many milliseconds it took a person to allow what the request carries. */
  readonly onPermitted?: (milliseconds: number) => void;
  /** True where the attempt means nothing on another connection than that of the one before: a lost one is an error. */
  readonly continues?: boolean;
}

/** A response whose body has not been read yet. Read it, or `discard()` it, always. */
export interface ReceivedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  /** In the order and case received; repeated names stay apart. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body, content encodings (gzip, deflate, br, zstd) undone. One consumer. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Reads the whole body (at most `limit` bytes, default 64 MiB; more is `too-large`). */
  bytes(limit?: number): Promise<Uint8Array>;
  /** Drops the body and frees the connection. */
  discard(): Promise<void>;
  /** Complete once the body has been read or discarded. */
  timing(): Timing;
  /** Address of the server, where known. */
  readonly remoteAddress?: string;
  /** The certificate (DER) that the server showed, where attempts share a connection over TLS. */
  readonly serverCertificate?: Uint8Array;
  /** The connection that it came over, where known. */
  connection?(): ConnectionDetails | undefined;
}

/** Sends one request, as it is: no redirects, no cookies, no authorization; those are wrappers above it. */
export interface Transport {
  /** @throws CountersignError with one of the transport codes */
  send(request: HttpRequest, options: SendOptions): Promise<ReceivedResponse>;
  /** Ends the connection kept for `connection` key. */
  release?(connection: string): void;
  close?(): Promise<void>;
}
