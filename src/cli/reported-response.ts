import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { safeName } from '../convert/file-names.ts';
import { charsetOf, decodeText } from '../core/charset.ts';
import { maskedHeader } from '../core/credential-text.ts';
import { CountersignError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import { bodyKind, extensionFor, mediaType, sniffKind } from '../features/presentation/media-type.ts';

/** A response as reports hold it. Secrets are masked unless they were asked for. */
export interface ReportedResponse {
  readonly statusText: string;
  readonly httpVersion: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: { readonly text: string } | { readonly base64: string } | null;
  /** Only the start of the body is here. */
  readonly truncated?: true;
}

/** The most of a body that a report holds. Bytes. */
const largestBody = 256 * 1024;

/** @param redact masks secrets; undefined where they were asked for */
export async function reportedResponse(
  response: NonNullable<Exchange['response']>,
  redact: ((text: string) => string) | undefined,
): Promise<ReportedResponse> {
  const { statusText, httpVersion, headers, body } = response;
  const start = await body.start(largestBody);
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const stated = bodyKind(type);
  const kind = stated === 'binary' ? sniffKind(start) : stated;
  const text = kind === 'binary' || kind === 'image' ? undefined : decodeText(start, charsetOf(type));
  return {
    statusText,
    httpVersion: httpVersion.replace(/^HTTP\//, ''),
    headers: headers.map(([name, value]) => ({ name, value: redact ? redact(maskedHeader(name, value)) : value })),
    body:
      start.length === 0
        ? null
        : text === undefined
          ? { base64: Buffer.from(start).toString('base64') }
          : { text: redact?.(text) ?? text },
    ...(start.length < body.size ? { truncated: true } : {}),
  };
}

/** Writes the bodies of responses into a folder, each under the number and the name of its request. */
export class BodyFolder {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws CountersignError `io` */
  async write(name: string, { headers, body }: NonNullable<Exchange['response']>): Promise<string> {
    this.#count++;
    const type = headers.find(([header]) => header.toLowerCase() === 'content-type')?.[1];
    const kind = bodyKind(type);
    const extension = extensionFor(mediaType(type), kind === 'binary' ? sniffKind(await body.start(4096)) : kind);
    const file = `${String(this.#count).padStart(3, '0')}-${safeName(name, 'response')}.${extension}`;
    const path = join(this.#folder, file);
    try {
      await mkdir(this.#folder, { recursive: true });
      await pipeline(Readable.from(body.open()), createWriteStream(path, { mode: 0o600 }));
    } catch (cause) {
      throw new CountersignError('io', `The response cannot be written to ${path}.`, { cause });
    }
    return path;
  }
}
