import type { FormVariable } from '../../features/form/form-text.ts';
import { fill, h } from '../shared/dom.ts';

let variables: readonly FormVariable[] = [];
let counter = 0;

export function setVariables(offered: readonly FormVariable[]): void {
  variables = offered;
}

/** The reference that is being typed at a caret; undefined where it stands in none. */
export function openReference(
  text: string,
  caret: number,
): { readonly start: number; readonly word: string } | undefined {
  const start = text.lastIndexOf('{{', caret - 1);
  if (start === -1 || caret < start + 2) return undefined;
  const word = text.slice(start + 2, caret);
  return /[{}\r\n]/.test(word) ? undefined : { start: start + 2, word: word.trimStart() };
}

/** The variables that fit what is typed, those that begin with it first; at most `most`. */
export function offered(word: string, all: readonly FormVariable[], most: number): readonly FormVariable[] {
  const key = word.toLowerCase();
  const rank = (name: string): number => {
    const at = name.toLowerCase().indexOf(key);
    return at === -1 ? 2 : at === 0 || name.toLowerCase().startsWith(`$${key}`) ? 0 : 1;
  };
  return all
    .map(variable => ({ variable, rank: rank(variable.name) }))
    .filter(entry => entry.rank < 2)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ variable }) => variable);
}

/**
 * The list of variables below a text control, after the ARIA combobox pattern.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export class Completion {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement | HTMLTextAreaElement;
  #shown: readonly FormVariable[] = [];
  #active = 0;

  constructor(input: HTMLInputElement | HTMLTextAreaElement, label: string) {
    this.#input = input;
    counter += 1;
    this.element = h('ul', { class: 'completion', role: 'listbox', id: `completion-${counter}`, 'aria-label': label });
    this.element.hidden = true;
    if (input instanceof HTMLInputElement) {
      input.setAttribute('role', 'combobox');
      input.setAttribute('aria-autocomplete', 'list');
      input.setAttribute('aria-expanded', 'false');
    }
    input.setAttribute('aria-controls', this.element.id);
    input.addEventListener('input', () => this.#update());
    input.addEventListener('keydown', event => this.#onKey(event as KeyboardEvent));
    input.addEventListener('blur', () => this.close());
    input.addEventListener('click', () => this.#update());
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  close(): void {
    this.element.hidden = true;
    if (this.#input.hasAttribute('aria-expanded')) this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #update(): void {
    const at = openReference(this.#input.value, this.#input.selectionStart ?? 0);
    this.#shown = at === undefined ? [] : offered(at.word, variables, 40);
    const complete = this.#shown.length === 1 && this.#shown[0]?.name === at?.word;
    if (this.#shown.length === 0 || complete) {
      this.close();
      return;
    }
    this.#active = 0;
    this.element.hidden = false;
    if (this.#input.hasAttribute('aria-expanded')) this.#input.setAttribute('aria-expanded', 'true');
    fill(
      this.element,
      ...this.#shown.map((variable, index) => {
        const option = h(
          'li',
          { role: 'option', id: `${this.element.id}-${index}`, 'aria-selected': 'false' },
          h('span', { class: 'option-name' }, variable.name),
          h('span', { class: 'option-value' }, variable.detail),
          h('span', { class: 'option-origin' }, variable.origin),
        );
        option.addEventListener('mousedown', event => {
          event.preventDefault();
          this.#accept(index);
        });
        return option;
      }),
    );
    this.#activate(0);
  }

  #activate(index: number): void {
    const count = this.#shown.length;
    this.#active = (index + count) % count;
    for (const [each, option] of [...this.element.children].entries()) {
      option.setAttribute('aria-selected', String(each === this.#active));
      if (each !== this.#active) continue;
      this.#input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    }
  }

  #accept(index: number): void {
    const chosen = this.#shown[index];
    const caret = this.#input.selectionStart ?? 0;
    const at = openReference(this.#input.value, caret);
    if (!chosen || !at) return;
    const { value } = this.#input;
    const rest = value.slice(caret);
    const closed = /^[^{}\r\n]*\}\}/.exec(rest)?.[0] ?? '';
    const before = `${value.slice(0, at.start)}${chosen.name}}}`;
    this.#input.value = before + rest.slice(closed.length);
    this.#input.setSelectionRange(before.length, before.length);
    this.#input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    this.close();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      this.#update();
      return;
    }
    if (!this.isOpen) return;
    if (event.key === 'ArrowDown') this.#activate(this.#active + 1);
    else if (event.key === 'ArrowUp') this.#activate(this.#active - 1);
    else if (event.key === 'Enter' || event.key === 'Tab') this.#accept(this.#active);
    else if (event.key === 'Escape') this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
