import { h } from '../shared/dom.ts';
import type { Lines } from './lines.ts';
import { type Match, matchesOn } from './search.ts';

/** A line's text as tokens, matches of the search marked. */
export function lineCode(
  lines: Lines,
  line: number,
  matches: readonly Match[],
  current: ReadonlySet<Match>,
): HTMLElement {
  const code = h('span', { class: 'code' });
  const text = lines.text(line);
  const marks = matchesOn(matches, line);
  const write = (start: number, end: number, kind: string): void => {
    let at = start;
    for (const mark of marks) {
      if (mark.end <= at || mark.start >= end) continue;
      const from = Math.max(mark.start, at);
      const to = Math.min(mark.end, end);
      if (from > at) code.append(span(text.slice(at, from), kind));
      code.append(h('mark', { class: `${kind} ${current.has(mark) ? 'current' : ''}` }, text.slice(from, to)));
      at = to;
    }
    if (at < end) code.append(span(text.slice(at, end), kind));
  };
  let at = 0;
  for (const token of lines.tokens(line)) {
    const end = Math.min(token.end, text.length);
    if (token.start > at) write(at, token.start, '');
    if (end > token.start) write(token.start, end, token.kind);
    at = Math.max(at, end);
  }
  if (at < text.length) write(at, text.length, '');
  return code;
}

function span(text: string, kind: string): Node {
  return kind === '' ? document.createTextNode(text) : h('span', { class: kind }, text);
}
