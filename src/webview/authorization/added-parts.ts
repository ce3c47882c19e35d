import type { FormPart } from '../../features/form/form-request.ts';
import { fill, h, icon, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { post } from './host.ts';
import type { Texts } from './texts.ts';
import { hover } from './tooltip.ts';

/** Parts that the text doesn't show: greyed, not to be edited, each with where it comes from, one click away. */
export class AddedParts {
  readonly element = h('ul', { class: 'added' });
  readonly #texts: Texts;
  #drawn = '';

  constructor(label: string, texts: Texts) {
    this.#texts = texts;
    this.element.setAttribute('aria-label', label);
  }

  set(parts: readonly FormPart[]): void {
    const drawn = JSON.stringify(parts);
    this.element.hidden = parts.length === 0;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    fill(this.element, ...parts.map(part => this.#part(part)));
  }

  #part({ name, value, origin, file, line }: FormPart): HTMLElement {
    const item = h(
      'li',
      {},
      h('span', { class: 'added-name' }, name),
      h(
        'span',
        { class: value === undefined ? 'added-value unknown' : 'added-value' },
        value ?? this.#texts.onlySending,
      ),
      file !== undefined && line !== undefined
        ? linkButton(
            origin,
            () => post({ type: 'goto', file, line }),
            filled(this.#texts.goTo, `${baseName(file)}:${line}`),
          )
        : h('span', { class: 'added-origin' }, origin),
    );
    hover(
      item,
      () => name,
      () => [`${origin.charAt(0).toUpperCase()}${origin.slice(1)}`],
    );
    return item;
  }
}

/** Parts folded behind a count. */
export class HiddenParts {
  readonly element: HTMLElement;
  readonly #parts: AddedParts;
  readonly #button: HTMLButtonElement;
  readonly #texts: Texts;
  #count = 0;

  constructor(label: string, texts: Texts) {
    this.#texts = texts;
    this.#parts = new AddedParts(label, texts);
    this.#button = h('button', {
      class: 'fold',
      type: 'button',
      title: texts.hiddenHelp,
      onclick: () => this.#toggle(),
    });
    this.#button.setAttribute('aria-expanded', 'false');
    const list = h('div', { class: 'fold-content' }, this.#parts.element);
    list.hidden = true;
    this.element = h('div', { class: 'hidden-parts' }, this.#button, list);
  }

  set(parts: readonly FormPart[]): void {
    this.element.hidden = parts.length === 0;
    this.#parts.set(parts);
    if (this.#count !== parts.length) {
      this.#count = parts.length;
      this.#draw();
    }
  }

  #toggle(): void {
    const open = this.#button.getAttribute('aria-expanded') !== 'true';
    this.#button.setAttribute('aria-expanded', String(open));
    const list = this.element.lastElementChild as HTMLElement;
    list.hidden = !open;
    this.#draw();
  }

  #draw(): void {
    const open = this.#button.getAttribute('aria-expanded') === 'true';
    const text = this.#count === 1 ? this.#texts.hiddenOne : filled(this.#texts.hiddenMany, this.#count);
    fill(this.#button, icon(open ? 'chevron-down' : 'chevron-right'), icon('eye-closed'), text);
  }
}

function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}
