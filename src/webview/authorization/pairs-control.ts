import type { FormField } from '../../features/form/form-fields.ts';
import { fill, h, iconButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import type { FieldControl } from './field-control.ts';
import { change, isAhead } from './host.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

interface PairRow {
  readonly element: HTMLElement;
  readonly name: TextControl;
  readonly value: TextControl;
}

/** A list of names and values that the text holds in one line. The last row is for a new one. */
export class PairsControl implements FieldControl {
  readonly element = h('div', { class: 'pairs', role: 'group' });
  readonly #field: string;
  readonly #texts: Texts;
  #rows: PairRow[] = [];

  constructor({ name, label }: FormField, texts: Texts) {
    this.#field = name;
    this.#texts = texts;
    this.element.setAttribute('aria-label', label);
  }

  set({ pairs = [] }: FormField): void {
    const focused = this.element.contains(document.activeElement);
    if (focused && isAhead()) return;
    // Rows that are being typed and still lack a name aren't in the text yet.
    const shown = [...pairs, ['', ''] as const];
    while (this.#rows.length < shown.length) this.#rows.push(this.#row());
    if (!focused) this.#rows.length = shown.length;
    for (const [index, [name, value]] of shown.entries()) {
      const row = this.#rows[index];
      if (!row || (focused && index === shown.length - 1 && row.value.value !== '')) continue;
      row.name.set({ text: name, references: [] });
      row.value.set({ text: value, references: [] });
      row.element.classList.toggle('new', index === shown.length - 1);
    }
    if (this.element.childElementCount !== this.#rows.length) fill(this.element, ...this.#rows.map(row => row.element));
  }

  focus(): void {
    this.#rows[0]?.name.input.focus();
  }

  #row(): PairRow {
    const texts = this.#texts;
    const send = (): void => this.#send();
    const name = new TextControl({ label: texts.name, placeholder: texts.newName, texts, onChange: send });
    const value = new TextControl({ label: texts.value, placeholder: texts.newValue, texts, onChange: send });
    const remove = iconButton('close', filled(texts.remove, texts.name), () => {
      name.input.value = '';
      value.input.value = '';
      this.#send();
      this.#rows[0]?.name.input.focus();
    });
    return { element: h('div', { class: 'pair' }, name.element, value.element, remove), name, value };
  }

  #send(): void {
    const pairs = this.#rows.map(({ name, value }) => [name.value, value.value] as const);
    change({ type: 'pairs', name: this.#field, pairs: pairs.filter(([name]) => name !== '') });
  }
}
