import { h, icon } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { columnsOf } from './columns.ts';
import { Folds } from './folds.ts';
import { lineCode } from './line-code.ts';
import { type Lines, wholeText } from './lines.ts';
import type { Match } from './search.ts';
import { selectedText } from './selected-text.ts';
import type { Texts } from './texts.ts';
import { WrappedLines } from './wrapped-lines.ts';

/** Browsers can't draw elements much taller than this; taller texts scroll proportionally. */
const tallest = 8_000_000;
/** Rows drawn above and below what is visible. */
const overscan = 20;
/** Texts of more lines than this are wrapped anew only once a panel's edge comes to rest. */
const manyLines = 20_000;

/** The line of the source that a line of what is shown belongs to. */
const sourceLine = (lines: Lines, line: number): number => (lines instanceof WrappedLines ? lines.lineOf(line) : line);

/** Shows any number of lines by keeping only those in sight in the page. Lines fold; one is active for the keyboard. */
export class TextView {
  readonly element: HTMLElement;
  readonly #sizer = h('div', { class: 'sizer', role: 'presentation' });
  readonly #rows = h('div', { class: 'rows', role: 'presentation' });
  readonly #drawn = new Map<number, HTMLElement>();
  readonly #texts: Texts;
  /** What was given to be shown. */
  #source: Lines | undefined;
  /** What is shown: the source, or that wrapped. */
  #lines: Lines | undefined;
  #folds: Folds | undefined;
  #wraps = false;
  #rowHeight = 18;
  #active = 0;
  #allSelected = false;
  /** Of the source. */
  #found: readonly Match[] = [];
  #current: Match | undefined;
  /** As they stand in what is shown. */
  #matches: readonly Match[] = [];
  #currentMatches: ReadonlySet<Match> = new Set();
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(texts: Texts) {
    this.#texts = texts;
    this.element = h('div', { class: 'text-view', role: 'tree', tabindex: 0 }, this.#sizer, this.#rows);
    this.element.addEventListener('scroll', () => this.#schedule(), { passive: true });
    this.element.addEventListener('wheel', event => this.#onWheel(event), { passive: false });
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('mousedown', event => this.#onMouseDown(event));
    this.element.addEventListener('copy', event => {
      const continues = (line: number): boolean => this.#lines?.continues(line) ?? false;
      const text =
        this.#allSelected && this.#source ? wholeText(this.#source) : selectedText(this.#drawn.values(), continues);
      if (text === undefined) return;
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
    });
    new ResizeObserver(() => this.#resized()).observe(this.element);
  }

  /** Shows other lines from their start, and wraps those that are too long if need be. */
  show(lines: Lines, wraps: boolean): void {
    this.#source = lines;
    this.#wraps = wraps;
    this.#lines = this.#laidOut(lines);
    this.#folds = new Folds(this.#lines);
    this.#found = [];
    this.#current = undefined;
    this.#placeMatches();
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
    this.element.setAttribute('aria-label', filled(this.#texts.bodyLines, this.#source?.count ?? 0));
    this.#schedule();
  }

  /** Wraps lines that are too long, or no longer does; what is folded and in sight stays so. */
  wrap(wraps: boolean): void {
    if (wraps === this.#wraps) return;
    this.#wraps = wraps;
    this.#layOut();
  }

  /** @param matches places in the lines that were given */
  setMatches(matches: readonly Match[], current: Match | undefined): void {
    this.#found = matches;
    this.#current = current;
    this.#placeMatches();
    this.#clear();
    const [first] = this.#currentMatches;
    if (first) this.#reveal(first.line);
    this.#schedule();
  }

  #placeMatches(): void {
    if (this.#lines instanceof WrappedLines) {
      const placed = this.#lines.matches(this.#found);
      this.#matches = placed.map(({ match }) => match);
      this.#currentMatches = new Set(placed.flatMap(({ match, of }) => (of === this.#current ? match : [])));
    } else {
      this.#matches = this.#found;
      this.#currentMatches = new Set(this.#current ? [this.#current] : []);
    }
  }

  /** The lines as the page has room for them. */
  #laidOut(lines: Lines): Lines {
    return this.#wraps && this.element.clientWidth > 0
      ? new WrappedLines(lines, columnsOf(this.element, this.#rows))
      : lines;
  }

  #resized(): void {
    clearTimeout(this.#timer);
    if (this.#source && this.#wraps && this.element.clientWidth > 0) {
      const { columns } = this.#lines instanceof WrappedLines ? this.#lines : { columns: 0 };
      if (columns !== Math.max(8, columnsOf(this.element, this.#rows))) {
        if (this.#source.count < manyLines || columns === 0) this.#layOut();
        else this.#timer = setTimeout(() => this.#layOut(), 150);
      }
    }
    this.refresh();
  }

  /** Lays the lines out anew. */
  #layOut(): void {
    const source = this.#source;
    const before = this.#lines;
    if (!source || !before) return;
    const folded = [...(this.#folds?.collapsed ?? [])].map(line => sourceLine(before, line));
    const [top, active] = [Math.floor(this.#top), this.#active].map(row =>
      sourceLine(before, this.#folds?.lineAt(row) ?? 0),
    );
    const lines = this.#laidOut(source);
    this.#lines = lines;
    this.#folds = new Folds(lines);
    this.#folds.collapse(folded.map(line => (lines instanceof WrappedLines ? lines.foldOf(line) : line)));
    const rowOf = (line = 0): number =>
      this.#folds?.rowOf(lines instanceof WrappedLines ? lines.pieceOf(line) : line) ?? 0;
    this.#placeMatches();
    this.#clear();
    this.refresh();
    this.#active = rowOf(active);
    this.#top = rowOf(top);
  }

  /** Scrolls a line into sight and makes it active, unfolding what hides it. */
  #reveal(line: number): void {
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
    const code = lineCode(lines, line, this.#matches, this.#currentMatches);
    const indent = lines.indent?.(line) ?? 0;
    if (indent > 0) code.style.paddingInlineStart = `${indent}ch`;
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
