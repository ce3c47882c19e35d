import { h, icon } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { Folds } from './folds.ts';
import { lineCode } from './line-code.ts';
import type { Lines } from './lines.ts';
import type { Match } from './search.ts';
import type { Texts } from './texts.ts';

/** Browsers can't draw elements much taller than this; taller texts scroll proportionally. */
const tallest = 8_000_000;
/** Rows drawn above and below what is visible. */
const overscan = 20;

/** Shows any number of lines by keeping only those in sight in the page. Lines fold; one is active for the keyboard. */
export class TextView {
  readonly element: HTMLElement;
  readonly #sizer = h('div', { class: 'sizer', role: 'presentation' });
  readonly #rows = h('div', { class: 'rows', role: 'presentation' });
  readonly #drawn = new Map<number, HTMLElement>();
  readonly #texts: Texts;
  #lines: Lines | undefined;
  #folds: Folds | undefined;
  #rowHeight = 18;
  #active = 0;
  #allSelected = false;
  #matches: readonly Match[] = [];
  #currentMatch: Match | undefined;
  #frame = 0;

  constructor(texts: Texts) {
    this.#texts = texts;
    this.element = h('div', { class: 'text-view', role: 'tree', tabindex: 0 }, this.#sizer, this.#rows);
    this.element.addEventListener('scroll', () => this.#schedule(), { passive: true });
    this.element.addEventListener('wheel', event => this.#onWheel(event), { passive: false });
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('mousedown', event => this.#onMouseDown(event));
    this.element.addEventListener('copy', event => {
      if (!this.#allSelected || !this.#lines) return;
      event.clipboardData?.setData('text/plain', this.wholeText());
      event.preventDefault();
    });
    new ResizeObserver(() => this.refresh()).observe(this.element);
  }

  /** Shows other lines from their start. */
  show(lines: Lines): void {
    this.#lines = lines;
    this.#folds = new Folds(lines);
    this.#matches = [];
    this.#currentMatch = undefined;
    this.#active = 0;
    this.#allSelected = false;
    this.element.scrollTop = 0;
    this.element.scrollLeft = 0;
    this.#clear();
    this.refresh();
  }

  /** Draws again after lines were added or the panel was resized. */
  refresh(): void {
    const lines = this.#lines;
    if (!lines) return;
    const style = getComputedStyle(this.element);
    this.#rowHeight = Math.round(Number.parseFloat(style.getPropertyValue('--row-height')) || 18);
    const height = this.#rowCount * this.#rowHeight;
    this.#sizer.style.height = `${Math.min(height, tallest)}px`;
    this.element.style.setProperty('--gutter', `${Math.max(3, (lines.number(lines.count - 1) ?? '').length, 3)}ch`);
    this.element.setAttribute('aria-label', filled(this.#texts.bodyLines, lines.count));
    this.#schedule();
  }

  setMatches(matches: readonly Match[], current: Match | undefined): void {
    this.#matches = matches;
    this.#currentMatch = current;
    this.#clear();
    if (current) this.reveal(current.line);
    this.#schedule();
  }

  /** Scrolls a line into sight and makes it active, unfolding what hides it. */
  reveal(line: number): void {
    if (!this.#folds) return;
    if (this.#folds.unfoldTo(line)) this.#foldsChanged();
    this.#activate(this.#folds.rowOf(line), 'center');
  }

  foldAll(collapse: boolean): void {
    if (!this.#folds) return;
    this.#folds.setAll(collapse);
    this.#foldsChanged();
    this.#activate(0);
  }

  wholeText(): string {
    const lines = this.#lines;
    if (!lines) return '';
    const parts: string[] = [];
    for (let line = 0; line < lines.count; line += 1) {
      if (line > 0 && lines.number(line) !== undefined) parts.push('\n');
      parts.push(lines.text(line));
    }
    return parts.join('');
  }

  get #rowCount(): number {
    return this.#folds?.rowCount ?? 0;
  }

  #foldsChanged(): void {
    this.#clear();
    this.refresh();
  }

  #toggle(line: number, collapse?: boolean): void {
    const folds = this.#folds;
    if (folds?.set(line, collapse ?? !folds.isCollapsed(line))) this.#foldsChanged();
  }

  /** Row at the top of the view, with a fraction. */
  get #top(): number {
    const { scrollTop, clientHeight } = this.element;
    const height = this.#rowCount * this.#rowHeight;
    if (height <= tallest) return scrollTop / this.#rowHeight;
    return (scrollTop / (tallest - clientHeight)) * (this.#rowCount - clientHeight / this.#rowHeight);
  }

  set #top(row: number) {
    const { clientHeight } = this.element;
    const height = this.#rowCount * this.#rowHeight;
    this.element.scrollTop =
      height <= tallest
        ? row * this.#rowHeight
        : (row / (this.#rowCount - clientHeight / this.#rowHeight)) * (tallest - clientHeight);
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #clear(): void {
    this.#drawn.clear();
    this.#rows.replaceChildren();
  }

  #draw(): void {
    const lines = this.#lines;
    const folds = this.#folds;
    if (!lines || !folds) return;
    const { clientHeight, scrollTop } = this.element;
    const top = this.#top;
    const first = Math.max(0, Math.floor(top) - overscan);
    const last = Math.min(this.#rowCount - 1, Math.ceil(top + clientHeight / this.#rowHeight) + overscan);
    for (const [row, element] of this.#drawn) {
      if (row < first || row > last) {
        element.remove();
        this.#drawn.delete(row);
      }
    }
    // Rows stand relative to the first one drawn, so that positions stay small in texts of any height.
    const shift = scrollTop - top * this.#rowHeight;
    for (let row = first; row <= last; row += 1) {
      let element = this.#drawn.get(row);
      if (!element) {
        element = this.#row(row, lines, folds);
        this.#drawn.set(row, element);
        const after = this.#drawn.get(row + 1);
        if (after) this.#rows.insertBefore(element, after);
        else this.#rows.append(element);
      }
      element.style.transform = `translateY(${row * this.#rowHeight + shift}px)`;
      element.classList.toggle('active', row === this.#active);
      element.classList.toggle('selected', this.#allSelected);
    }
    const active = this.#drawn.get(this.#active);
    if (active) this.element.setAttribute('aria-activedescendant', active.id);
    else this.element.removeAttribute('aria-activedescendant');
  }

  #row(row: number, lines: Lines, folds: Folds): HTMLElement {
    const line = folds.lineAt(row);
    const end = lines.foldEnd(line);
    const collapsed = folds.isCollapsed(line);
    const code = lineCode(lines, line, this.#matches, this.#currentMatch);
    if (collapsed && end !== undefined) {
      code.append(h('span', { class: 'folded' }, ` ⋯ ${filled(this.#texts.folded, end - line)} `));
    }
    return h(
      'div',
      {
        class: 'row',
        role: 'treeitem',
        id: `row-${row}`,
        'aria-level': 1,
        'aria-posinset': row + 1,
        'aria-setsize': this.#rowCount,
        'aria-expanded': end === undefined ? undefined : String(!collapsed),
        'data-line': line,
      },
      h('span', { class: 'gutter', 'aria-hidden': 'true' }, lines.number(line) ?? ''),
      h(
        'span',
        { class: end === undefined ? 'fold' : 'fold foldable', 'aria-hidden': 'true' },
        end !== undefined && icon(collapsed ? 'chevron-right' : 'chevron-down'),
      ),
      code,
    );
  }

  #activate(row: number, where: 'nearest' | 'center' = 'nearest'): void {
    this.#active = Math.max(0, Math.min(this.#rowCount - 1, row));
    this.#allSelected = false;
    const page = this.element.clientHeight / this.#rowHeight;
    const top = this.#top;
    if (this.#active < top || this.#active + 1 > top + page) {
      if (where === 'center') this.#top = Math.max(0, this.#active - page / 2);
      else this.#top = this.#active < top ? this.#active : this.#active + 1 - page;
    }
    this.#schedule();
  }

  #onKey(event: KeyboardEvent): void {
    const command = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#rowHeight) - 1);
    const line = this.#folds?.lineAt(this.#active) ?? 0;
    if (command && event.key.toLowerCase() === 'a') {
      this.#allSelected = true;
      getSelection()?.selectAllChildren(this.#rows);
      this.#schedule();
    } else if (command || event.altKey) return;
    else if (event.key === 'ArrowDown') this.#activate(this.#active + 1);
    else if (event.key === 'ArrowUp') this.#activate(this.#active - 1);
    else if (event.key === 'PageDown') this.#activate(this.#active + page);
    else if (event.key === 'PageUp') this.#activate(this.#active - page);
    else if (event.key === 'Home') this.#activate(0);
    else if (event.key === 'End') this.#activate(this.#rowCount - 1);
    else if (event.key === 'ArrowLeft' && this.#lines?.foldEnd(line) !== undefined) this.#toggle(line, true);
    else if (event.key === 'ArrowRight' && this.#folds?.isCollapsed(line)) this.#toggle(line, false);
    else if (event.key === 'Enter' || event.key === ' ') this.#toggle(line);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #onMouseDown(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : undefined;
    const row = target?.closest<HTMLElement>('.row');
    if (!row || event.button !== 0) return;
    const line = Number(row.dataset.line);
    this.#active = this.#folds?.rowOf(line) ?? 0;
    this.#allSelected = false;
    if (target?.closest('.foldable, .folded')) {
      event.preventDefault();
      this.element.focus();
      this.#toggle(line);
    }
    this.#schedule();
  }

  /** In texts that scroll proportionally a notch of the wheel would jump over pages. */
  #onWheel(event: WheelEvent): void {
    if (this.#rowCount * this.#rowHeight <= tallest || event.deltaY === 0 || event.shiftKey) return;
    event.preventDefault();
    const rows = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY : event.deltaY / this.#rowHeight;
    this.#top = Math.max(0, Math.min(this.#rowCount, this.#top + rows));
  }
}
