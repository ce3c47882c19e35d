/**
 * The selected text of several rows, without the line ends that only the page has; undefined where a row or less is
 * selected.
 * @param continues whether a row, by its line, goes on with the one before
 */
export function selectedText(drawn: Iterable<HTMLElement>, continues: (line: number) => boolean): string | undefined {
  const selection = getSelection();
  const range = selection?.rangeCount ? selection.getRangeAt(0) : undefined;
  if (!range) return undefined;
  const lineOf = (row: HTMLElement): number => Number(row.dataset.line);
  const rows = [...drawn].filter(row => range.intersectsNode(row)).sort((a, b) => lineOf(a) - lineOf(b));
  if (rows.length < 2) return undefined;
  return rows
    .map((row, index) => {
      const part = document.createRange();
      part.selectNodeContents(row.querySelector('.code') ?? row);
      if (part.comparePoint(range.startContainer, range.startOffset) === 0) {
        part.setStart(range.startContainer, range.startOffset);
      }
      if (part.comparePoint(range.endContainer, range.endOffset) === 0) {
        part.setEnd(range.endContainer, range.endOffset);
      }
      return `${index === 0 || continues(lineOf(row)) ? '' : '\n'}${part.toString()}`;
    })
    .join('');
}
