import type { Lines } from './lines.ts';

export interface Match {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** More matches than this are not collected: nobody steps through them. */
export const mostMatches = 20_000;

/** Every place of `wanted`, upper and lower case alike, in order; yields between slices of lines. */
export function* findAll(lines: Lines, wanted: string): Generator<void, Match[]> {
  const found: Match[] = [];
  if (wanted === '') return found;
  const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  for (let line = 0; line < lines.count; line += 1) {
    for (const match of lines.text(line).matchAll(pattern)) {
      found.push({ line, start: match.index, end: match.index + match[0].length });
      if (found.length >= mostMatches) return found;
    }
    if (line % 4000 === 3999) yield;
  }
  return found;
}

/** Those of the matches, which stand in order, that are on a line. */
export function matchesOn(matches: readonly Match[], line: number): readonly Match[] {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[middle]?.line ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  const found: Match[] = [];
  for (let match = matches[low]; match?.line === line; match = matches[low]) {
    found.push(match);
    low += 1;
  }
  return found;
}
