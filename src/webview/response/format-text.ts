import type { TextLines } from './lines.ts';

const slice = 4000;

/** Adds a text's lines as they are, yielding between slices; with `folds`, deeper indentation folds below its line. */
export function* splitText(text: string, lines: TextLines, folds = false): Generator<void, void> {
  const lineEnd = /\r\n|\n|\r/g;
  /** Lines that deeper ones may follow: row and width of indentation. */
  const above: { row: number; indent: number }[] = [];
  let last = -1;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let count = 0;
  const add = (line: string): void => {
    const row = lines.push(line);
    if (!folds || line.trim() === '') return;
    const indent = line.length - line.trimStart().length;
    for (let top = above.at(-1); top && top.indent >= indent; top = above.at(-1)) {
      lines.fold(top.row, last);
      above.pop();
    }
    above.push({ row, indent });
    last = lines.count - 1;
  };
  for (let match = lineEnd.exec(text); match; match = lineEnd.exec(text)) {
    add(text.slice(at, match.index));
    at = lineEnd.lastIndex;
    count += 1;
    if (count % slice === 0) yield;
  }
  if (at < text.length) add(text.slice(at));
  for (const top of above) lines.fold(top.row, last);
}
