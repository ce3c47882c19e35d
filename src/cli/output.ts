import { stripVTControlCharacters, styleText } from 'node:util';
import { steering } from '../core/foreign-text.ts';
import { printable } from './standard-error.ts';

/** Where a command's results go: standard output, or a file. */
export interface Output {
  line(text: string): void;
  json(value: unknown): void;
  /** Rows of cells, columns aligned, two blanks between them. */
  table(rows: readonly (readonly string[])[]): void;
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

export function createOutput(write: (text: string) => void, color: boolean): Output {
  const style =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      color ? styleText(format, text, { validateStream: false }) : text;
  return {
    line: text => write(`${printable(text, color)}\n`),
    json: value => write(`${printableJson(value)}\n`),
    table(rows) {
      const widths: number[] = [];
      for (const row of rows) {
        for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
      }
      for (const row of rows) {
        const cells = row.map((cell, column) =>
          column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
        );
        write(`${printable(cells.join('  ').trimEnd(), color)}\n`);
      }
    },
    bold: style('bold'),
    dim: style('dim'),
    green: style('green'),
    red: style('red'),
    yellow: style('yellow'),
  };
}

/** JSON that a terminal can show too: what JSON itself leaves as it is and a terminal obeys is escaped. */
function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(steering, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
