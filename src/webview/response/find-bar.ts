import { h, icon, iconButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import type { Lines } from './lines.ts';
import type { Match } from './search.ts';
import { findAll, mostMatches } from './search.ts';
import { Steps } from './steps.ts';
import type { TextView } from './text-view.ts';
import type { Texts } from './texts.ts';

/** Searches the lines of a text view, as the editor's find widget does. */
export class FindBar {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #count: HTMLElement;
  readonly #view: TextView;
  readonly #texts: Texts;
  readonly #lines: () => Lines | undefined;
  readonly #steps = new Steps();
  #matches: readonly Match[] = [];
  #current = -1;

  constructor(view: TextView, lines: () => Lines | undefined, texts: Texts) {
    this.#view = view;
    this.#lines = lines;
    this.#texts = texts;
    this.#input = h('input', { type: 'text', placeholder: texts.find, 'aria-label': texts.find, spellcheck: 'false' });
    this.#count = h('span', { class: 'find-count', role: 'status' });
    this.element = h(
      'div',
      { class: 'find-bar', role: 'search' },
      icon('search'),
      this.#input,
      this.#count,
      iconButton('arrow-up', texts.findPrevious, () => this.#step(-1)),
      iconButton('arrow-down', texts.findNext, () => this.#step(1)),
      iconButton('close', texts.close, () => this.close()),
    );
    this.element.hidden = true;
    this.#input.addEventListener('input', () => this.search());
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.close();
      else if (event.key === 'Enter' && event.target === this.#input) this.#step(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    const selected = getSelection()?.toString() ?? '';
    if (selected !== '' && selected.length < 200 && !selected.includes('\n')) this.#input.value = selected;
    this.element.hidden = false;
    this.#input.focus();
    this.#input.select();
    this.search();
  }

  close(): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.#steps.stop();
    this.#view.setMatches([], undefined);
    this.#view.element.focus();
  }

  /** Searches anew, for instance after other lines are shown. */
  search(): void {
    if (this.element.hidden) return;
    const lines = this.#lines();
    if (!lines) return;
    this.#steps.start(findAll(lines, this.#input.value), matches => {
      this.#matches = matches;
      this.#current = matches.length > 0 ? 0 : -1;
      this.#show();
    });
  }

  #step(by: number): void {
    const count = this.#matches.length;
    if (count === 0) return;
    this.#current = (this.#current + by + count) % count;
    this.#show();
  }

  #show(): void {
    const count = this.#matches.length;
    this.#view.setMatches(this.#matches, this.#matches[this.#current]);
    const none = this.#input.value !== '' && count === 0;
    this.element.classList.toggle('no-results', none);
    this.#count.textContent = none
      ? this.#texts.noResults
      : count === 0
        ? ''
        : filled(this.#texts.matchOf, this.#current + 1, count >= mostMatches ? `${mostMatches}+` : count);
  }
}
