import { PassThrough, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { CountersignError } from '../core/errors.ts';
import { ZstdFrames } from './zstd-frames.ts';

const MAKERS: Readonly<Record<string, (first: Uint8Array) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // Many servers send raw deflate where RFC 9110 §8.4.1.2 asks for the zlib format.
  deflate: first => (((first[0] ?? 8) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/** The encodings to undo, in the order in which they were applied; none where one of them is unknown. */
export function contentEncodings(headers: readonly (readonly [name: string, value: string])[]): readonly string[] {
  let encodings: string[] | undefined;
  for (const [name, value] of headers) {
    if (name.length !== 16 || name.toLowerCase() !== 'content-encoding') continue;
    encodings ??= [];
    for (const token of value.toLowerCase().split(',')) {
      const encoding = token.trim();
      if (encoding !== '' && encoding !== 'identity') encodings.push(encoding);
    }
  }
  return encodings?.every(encoding => Object.hasOwn(MAKERS, encoding)) ? encodings : [];
}

/**
 * The bytes with the content encodings undone, as they come.
 * @param unlimited however much they unpack to
 * @throws CountersignError `protocol` where the bytes are broken or end too soon; `too-large`
 * @see RFC 9110 §8.4
 */
export function decodeContent(
  body: AsyncIterable<Uint8Array>,
  encodings: readonly string[],
  unlimited = false,
): AsyncIterable<Uint8Array> {
  if (encodings.length > LAYERS) return refused(body, encodings.length);
  let received = 0;
  const counted = (async function* () {
    for await (const chunk of body) {
      received += chunk.byteLength;
      yield chunk;
    }
  })();
  const decoded = encodings.reduceRight<AsyncIterable<Uint8Array>>((source, one) => undo(source, one), counted);
  return unlimited ? decoded : limited(decoded, () => received);
}

/** Encodings in one another; curl undoes as many. */
const LAYERS = 5;
/** Bytes that a body may unpack to in any case, and how many times its size beyond that: what people send packs tenfold. */
const HARMLESS = 256 * 1024 * 1024;
const RATIO = 100;

async function* limited(decoded: AsyncIterable<Uint8Array>, received: () => number): AsyncGenerator<Uint8Array> {
  let unpacked = 0;
  for await (const chunk of decoded) {
    unpacked += chunk.byteLength;
    if (unpacked > HARMLESS && unpacked > received() * RATIO) {
      throw new CountersignError(
        'too-large',
        `The response unpacks to more than ${RATIO} times what came (${megabytes(received())}): it may be meant to fill the disk.`,
        { hint: 'Write # @no-response-limit above the request to receive all of it.' },
      );
    }
    yield chunk;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

// biome-ignore lint/correctness/useYield: it ends before it has something to give.
async function* refused(body: AsyncIterable<Uint8Array>, layers: number): AsyncGenerator<Uint8Array> {
  await body[Symbol.asyncIterator]().return?.();
  throw new CountersignError(
    'protocol',
    `The response is encoded ${layers} times over; at most ${LAYERS} are undone.`,
    {
      hint: 'Send the request with the header Accept-Encoding: identity to see the body as it is.',
    },
  );
}

async function* undo(source: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array>;
  do first = await iterator.next();
  while (!first.done && first.value.byteLength === 0);
  if (first.done) return;
  const transform = MAKERS[encoding]?.(first.value) ?? new PassThrough();
  const frames = encoding === 'zstd' ? new ZstdFrames() : undefined;
  let failure: unknown;
  const feed = async (): Promise<void> => {
    for (let result: IteratorResult<Uint8Array> = first; !result.done; result = await iterator.next()) {
      if (transform.destroyed || transform.readableEnded) return;
      frames?.push(result.value);
      if (!transform.write(result.value)) await drained(transform);
    }
    transform.end();
  };
  feed().catch(error => {
    failure = error;
    transform.destroy();
  });
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
    if (failure) throw failure;
    if (frames && !frames.complete) throw new Error('The last frame has no end.');
  } catch (error) {
    if (failure) throw failure;
    throw new CountersignError('protocol', `The response body is not valid ${encoding}, or it ends too soon.`, {
      hint: 'Send the request with the header Accept-Encoding: identity to see the body as it is.',
      cause: error,
    });
  } finally {
    transform.destroy();
    await iterator.return?.();
  }
}

function drained(transform: Transform): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      transform.off('drain', done);
      transform.off('close', done);
      resolve();
    };
    transform.on('drain', done);
    transform.on('close', done);
  });
}
