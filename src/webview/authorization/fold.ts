import { fill, h, icon } from '../shared/dom.ts';

/** Content behind a button that folds it away; without a label there is no button, and the content is always there. */
export class Fold {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #content: HTMLElement;
  #label: string | undefined;
  #open = false;

  constructor(content: HTMLElement) {
    this.#content = content;
    this.#button = h('button', { class: 'fold', type: 'button', onclick: () => this.#toggle() });
    this.#button.hidden = true;
    this.element = h('div', { class: 'folded' }, this.#button, content);
  }

  setLabel(label: string | undefined): void {
    if (label === this.#label) return;
    this.#label = label;
    this.#draw();
  }

  #toggle(): void {
    this.#open = !this.#open;
    this.#draw();
  }

  #draw(): void {
    const label = this.#label;
    this.#button.hidden = label === undefined;
    this.#button.setAttribute('aria-expanded', String(this.#open));
    fill(this.#button, icon(this.#open ? 'chevron-down' : 'chevron-right'), label);
    this.#content.hidden = label !== undefined && !this.#open;
  }
}
