import { stripVTControlCharacters, styleText } from 'node:util';

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
    line: text => write(`${printable(text)}\n`),
    json: value => write(`${JSON.stringify(value)}\n`),
    table(rows) {
      const widths: number[] = [];
      for (const row of rows) {
        for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
      }
      for (const row of rows) {
        const cells = row.map((cell, column) =>
          column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
        );
        write(`${printable(cells.join('  ').trimEnd())}\n`);
      }
    },
    bold: style('bold'),
    dim: style('dim'),
    green: style('green'),
    red: style('red'),
    yellow: style('yellow'),
  };
}

/** A file's or a server's text must not steer the terminal; our own colours may. */
function printable(text: string): string {
  return text.replace(/\x1b\[\d+m|\r(?=\n)|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, found =>
    found.length > 1 || found === '\r' ? found : '\ufffd',
  );
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
