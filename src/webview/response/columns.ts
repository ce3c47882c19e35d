import { h } from '../shared/dom.ts';

/** How many narrow characters fit beside the gutter of a view whose rows stand in `rows`. */
export function columnsOf(view: HTMLElement, rows: HTMLElement): number {
  const code = h('span', { class: 'code' }, '0'.repeat(100));
  const row = h('div', { class: 'row probe' }, h('span', { class: 'gutter' }), h('span', { class: 'fold' }), code);
  rows.append(row);
  const { left, width } = code.getBoundingClientRect();
  const padding = Number.parseFloat(getComputedStyle(code).paddingInlineEnd) || 0;
  const before = left - row.getBoundingClientRect().left;
  row.remove();
  return Math.floor((view.clientWidth - before - padding) / ((width - padding) / 100));
}
