import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { UsageError } from './usage-error.ts';

/** A row of data: the values of an iteration, by the names of its columns. */
export type DataRow = Readonly<Record<string, unknown>>;

/**
 * The rows of a CSV or JSON file, one by one: a CSV file of any length is never held whole. Numbers of a CSV file that
 * stand without quotation marks are numbers.
 * @throws UsageError
 */
export async function* dataRows(path: string, current: string): AsyncGenerator<DataRow> {
  const shown = relative(current, path) || path;
  try {
    if (/^\.json$/i.test(extname(path))) yield* jsonRows(JSON.parse(await text(path)), shown);
    else if (/^\.(?:ndjson|jsonl)$/i.test(extname(path))) {
      for await (const line of createInterface({
        input: createReadStream(path),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        const row = line.replace(/^\ufeff/, '');
        if (row.trim() !== '') yield* jsonRows([JSON.parse(row)], shown);
      }
    } else yield* csvRows(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new UsageError(`the data of ${shown} cannot be read: ${why}`);
  }
}

const text = async (path: string): Promise<string> => (await readFile(path, 'utf8')).replace(/^\ufeff/, '');

function* jsonRows(document: unknown, shown: string): Generator<DataRow> {
  if (!Array.isArray(document)) throw new UsageError(`${shown} holds no list: write [{"name": "value"}, …]`);
  for (const row of document) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new UsageError(`${shown} holds a row that is no object: write [{"name": "value"}, …]`);
    }
    yield row as DataRow;
  }
}

async function* csvRows(path: string): AsyncGenerator<DataRow> {
  const { parse } = await import('csv-parse');
  const file = createReadStream(path);
  const rows = file.pipe(
    parse({
      ...{ columns: true, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true },
      cast: (value, { quoting, header }) =>
        !header && !quoting && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) ? Number(value) : value,
    }),
  );
  file.on('error', error => rows.destroy(error));
  for await (const row of rows) yield row as DataRow;
}
