import type { ConsoleRow } from '../../features/presentation/console-model.ts';
import { formatDuration, formatSize } from '../../features/presentation/units.ts';
import { fill, h, icon } from '../shared/dom.ts';
import type { Words } from '../shared/words.ts';
import type { english } from './texts.ts';

const rowHeight = 22;
/** Rows that are drawn above and below what is seen. */
const beyond = 10;

/** One line per exchange. Only those that are seen are drawn, so that there may be very many. */
export class ExchangeList {
  readonly element: HTMLElement;
  /** The last row stays in sight. */
  following = true;
  onScrolledAway: () => void = () => {};
  readonly #texts: Words<typeof english>;
  readonly #choose: (id: number | undefined) => void;
  readonly #sizer = h('div', { class: 'sizer', role: 'presentation' });
  readonly #nothing = h('p', { class: 'placeholder' });
  #rows: readonly ConsoleRow[] = [];
  #selected: number | undefined;

  constructor(texts: Words<typeof english>, choose: (id: number | undefined) => void) {
    this.#texts = texts;
    this.#choose = choose;
    this.element = h(
      'div',
      { class: 'list', role: 'listbox', tabindex: 0, 'aria-label': texts.exchanges },
      this.#sizer,
      this.#nothing,
    );
    this.element.addEventListener('scroll', () => {
      const { scrollTop, clientHeight, scrollHeight } = this.element;
      if (this.following && scrollTop + clientHeight < scrollHeight - rowHeight) this.onScrolledAway();
      this.#draw();
    });
    this.element.addEventListener('keydown', event => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  get selected(): number | undefined {
    return this.#selected;
  }

  show(rows: readonly ConsoleRow[], nothing: string): void {
    this.#rows = rows;
    this.#nothing.hidden = rows.length > 0;
    this.#nothing.textContent = nothing;
    this.#sizer.style.height = `${rows.length * rowHeight}px`;
    if (this.following) this.element.scrollTop = rows.length * rowHeight;
    this.#draw();
  }

  select(id: number | undefined): void {
    if (this.#selected === id) return;
    this.#selected = id;
    this.#choose(id);
    this.#draw();
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - beyond);
    const end = Math.min(this.#rows.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + beyond);
    const selected = this.#rows.findIndex(({ id }) => id === this.#selected);
    // The selected one is there for screen readers, wherever it stands.
    const drawn = this.#rows.slice(first, end).map((row, index) => this.#row(row, first + index));
    const away = selected >= 0 && (selected < first || selected >= end) ? this.#rows[selected] : undefined;
    fill(this.#sizer, ...drawn, away && this.#row(away, selected));
    if (selected < 0) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', `exchange-${this.#selected}`);
  }

  #row(row: ConsoleRow, index: number): HTMLElement {
    const { id, reason, method, url, status, error, durationMs, bytes, startedAt, ended } = row;
    const texts = this.#texts;
    const tags = {
      token: texts.tokenTag,
      redirect: texts.redirectTag,
      challenge: texts.challengeTag,
      request: '',
      script: texts.scriptTag,
    };
    const failed = error !== undefined || (status ?? 0) >= 400;
    const time = new Date(startedAt);
    const element = h(
      'div',
      {
        id: `exchange-${id}`,
        class: `row ${failed ? 'bad' : ''}`,
        role: 'option',
        'aria-selected': String(id === this.#selected),
        'aria-posinset': index + 1,
        'aria-setsize': this.#rows.length,
        onclick: () => this.select(id),
      },
      h('span', { class: 'time' }, time.toLocaleTimeString(document.documentElement.lang || undefined)),
      h('span', { class: 'mark' }, icon(failed ? 'error' : ended ? 'pass' : 'loading')),
      h('span', { class: 'status' }, status === undefined ? (error ?? texts.pending) : String(status)),
      h('span', { class: 'method' }, method),
      h('span', { class: 'url', title: url }, url),
      reason !== 'request' && h('span', { class: 'tag' }, tags[reason]),
      h('span', { class: 'size' }, bytes === undefined ? '' : formatSize(bytes)),
      h('span', { class: 'duration' }, durationMs === undefined ? '' : formatDuration(durationMs)),
    );
    element.style.top = `${index * rowHeight}px`;
    return element;
  }

  #key(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ id }) => id === this.#selected);
    const page = Math.max(1, Math.floor(this.element.clientHeight / rowHeight) - 1);
    const last = this.#rows.length - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? last : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    };
    if (event.key === 'Escape') this.select(undefined);
    const next = to[event.key];
    if (next === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, next));
    this.select(this.#rows[index]?.id);
    const top = index * rowHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    const { clientHeight } = this.element;
    if (top + rowHeight > this.element.scrollTop + clientHeight)
      this.element.scrollTop = top + rowHeight - clientHeight;
  }
}
