import { randomUUID } from 'node:crypto';
import { createReadStream, unlinkSync } from 'node:fs';
import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { StoredBody } from '../core/exchange.ts';
import type { ReceivedResponse } from '../core/ports.ts';

export interface StoreOptions {
  readonly signal: AbortSignal;
  /** Bytes held in memory before the body moves to a file; default 1 MiB. */
  readonly memoryLimit?: number;
  /** Folder of the temporary files; default the system's. */
  readonly directory?: string;
  /** Bytes after which the body is refused as `too-large`; none where undefined. */
  readonly limit?: number;
  /** Keeps what came of a body that broke off or was cancelled, as `broken`; otherwise that is an error. */
  readonly keepStart?: boolean;
  /** Called with the bytes of each chunk that came. */
  readonly onChunk?: (bytes: number) => void;
}

const leftOver = new Set<string>();
let sweeping = false;

/**
 * Receives a response's body: in memory while small, in a temporary file that only this user can read otherwise.
 * @throws CountersignError what the transport throws, `cancelled`, `too-large`, or `io` where the disk refuses
 */
export async function storeBody(response: Pick<ReceivedResponse, 'body'>, options: StoreOptions): Promise<StoredBody> {
  const { signal, memoryLimit = 1024 * 1024, limit = Number.POSITIVE_INFINITY, onChunk } = options;
  let chunks: Uint8Array[] = [];
  let held = 0;
  let size = 0;
  let path: string | undefined;
  let handle: FileHandle | undefined;

  const flush = async (): Promise<void> => {
    const pending = chunks;
    chunks = [];
    held = 0;
    try {
      if (!handle) {
        const directory = options.directory ?? tmpdir();
        removeOrphans(directory);
        const name = join(directory, `countersign-${process.pid}-${randomUUID()}.body`);
        handle = await open(name, 'wx', 0o600);
        path = name;
        sweepAtExit(name);
      }
      await writeAll(handle, pending);
    } catch (cause) {
      throw new CountersignError('io', 'The response could not be written to a temporary file.', {
        hint: `Check that the disk has room and that ${options.directory ?? tmpdir()} can be written to.`,
        cause,
      });
    }
  };

  let broken: CountersignError | undefined;
  try {
    for await (const chunk of received(response.body, error => {
      if (!options.keepStart || size === 0) throw error;
      broken = asCountersignError(error);
    })) {
      if (signal.aborted) {
        const cancelled = new CountersignError('cancelled', 'The request was cancelled.');
        if (!options.keepStart || size === 0) throw cancelled;
        broken = cancelled;
        break;
      }
      size += chunk.byteLength;
      onChunk?.(chunk.byteLength);
      if (size > limit) {
        throw new CountersignError('too-large', `The response is larger than ${limit} bytes.`, {
          hint: 'Raise the limit in the settings, or ask the server for less.',
        });
      }
      chunks.push(chunk);
      held += chunk.byteLength;
      if (handle ? held > 256 * 1024 : held > memoryLimit) await flush();
    }
    if (handle && held > 0) await flush();
    await handle?.close();
  } catch (error) {
    await (handle as FileHandle | undefined)?.close().catch(() => {});
    if (path !== undefined) await remove(path);
    throw error;
  }
  const body = path === undefined ? inMemory(Buffer.concat(chunks)) : inFile(path, size);
  return broken ? { ...body, broken } : body;
}

/** What comes of a body, until it ends or fails. */
async function* received(
  body: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    failed(error);
  }
}

/** Writes chunks one after another; none is copied unless the disk takes less than it was given. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  let { bytesWritten: written } = await handle.writev([...chunks]);
  if (written === size) return;
  const all = Buffer.concat(chunks);
  while (written < size) written += (await handle.write(all, written)).bytesWritten;
}

/** A body that is held in memory. */
function inMemory(bytes: Uint8Array): StoredBody {
  return {
    size: bytes.byteLength,
    bytes,
    start: async limit => bytes.subarray(0, limit),
    async *open() {
      yield bytes;
    },
    dispose: async () => {},
  };
}

function inFile(path: string, size: number): StoredBody {
  return {
    size,
    file: path,
    async start(limit) {
      const handle = await open(path, 'r').catch(gone);
      try {
        const buffer = Buffer.alloc(Math.min(limit, size));
        const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    async *open() {
      try {
        yield* createReadStream(path, { highWaterMark: 256 * 1024 });
      } catch (error) {
        gone(error);
      }
    },
    dispose: () => remove(path),
  };
}

function gone(cause: unknown): never {
  throw new CountersignError('io', 'The stored response is no longer there.', {
    hint: 'Send the request again.',
    cause,
  });
}

async function remove(path: string): Promise<void> {
  leftOver.delete(path);
  await unlink(path).catch(() => {});
}

/** Milliseconds after which the body of a process that is no more is nobody's. */
const orphanAge = 60 * 60 * 1000;
const swept = new Set<string>();

/** Removes what processes left that were killed; once per folder, in the background. */
function removeOrphans(directory: string): void {
  if (swept.has(directory)) return;
  swept.add(directory);
  void (async () => {
    for (const name of await readdir(directory)) {
      const owner = /^countersign-(\d+)-[\da-f-]{36}\.body$/.exec(name)?.[1];
      if (owner === undefined || isAlive(Number(owner))) continue;
      const path = join(directory, name);
      if (Date.now() - (await stat(path)).mtimeMs > orphanAge) await unlink(path);
    }
  })().catch(() => {});
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What was not disposed of goes when the process does. */
function sweepAtExit(path: string): void {
  leftOver.add(path);
  if (sweeping) return;
  sweeping = true;
  process.once('exit', () => {
    for (const file of leftOver) {
      try {
        unlinkSync(file);
      } catch {
        // It is gone already.
      }
    }
  });
}
