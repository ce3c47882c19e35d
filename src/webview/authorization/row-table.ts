import type { FormRow } from '../../features/form-request.ts';
import { fill, h, icon, iconButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { change, isAhead } from './host.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

export type RowKind = 'header' | 'param';

interface Row {
  readonly element: HTMLElement;
  readonly name: TextControl;
  readonly value: TextControl;
  readonly remove: HTMLButtonElement;
  readonly reason: HTMLElement;
}

/** Headers or parameters that stand in the text, to be edited; the last row is for a new one. */
export class RowTable {
  readonly element: HTMLElement;
  readonly #kind: RowKind;
  readonly #texts: Texts;
  readonly #body = h('div', { class: 'rows', role: 'group' });
  #rows: Row[] = [];
  /** Rows that stand in the text, or are on their way there. */
  #count = 0;

  constructor(kind: RowKind, label: string, texts: Texts) {
    this.#kind = kind;
    this.#texts = texts;
    this.#body.setAttribute('aria-label', label);
    const head = h(
      'div',
      { class: 'row-head', 'aria-hidden': 'true' },
      h('span', {}, texts.name),
      h('span', {}, texts.value),
    );
    this.element = h('div', { class: 'row-table' }, head, this.#body);
  }

  set(rows: readonly FormRow[]): void {
    if (isAhead() && this.#body.contains(document.activeElement)) return;
    this.#count = rows.length;
    while (this.#rows.length <= rows.length) this.#append();
    for (const row of this.#rows.splice(rows.length + 1)) row.element.remove();
    for (const [index, row] of this.#rows.entries()) this.#draw(row, index, rows[index]);
  }

  #draw(row: Row, index: number, model: FormRow | undefined): void {
    const { name, value, remove, reason, element } = row;
    const called = model?.name ?? this.#texts.newOne;
    name.setLabel(filled(this.#texts.nameOf, called));
    value.setLabel(filled(this.#texts.valueOf, called));
    remove.hidden = model === undefined;
    const label = filled(this.#texts.remove, called);
    remove.title = label;
    remove.setAttribute('aria-label', label);
    if (model) {
      name.set({ text: model.name, references: [] });
      value.set(model.value);
    } else if (!element.contains(document.activeElement)) {
      name.set({ text: '', references: [] });
      value.set({ text: '', references: [] });
    }
    element.classList.toggle('overridden', model?.overridden !== undefined);
    element.classList.toggle('new', model === undefined);
    reason.hidden = model?.overridden === undefined;
    if (model?.overridden === undefined || reason.dataset.text === `${index} ${model.overridden}`) return;
    reason.dataset.text = `${index} ${model.overridden}`;
    const fix = (text: string, onclick: () => void): HTMLElement =>
      h('button', { class: 'secondary', type: 'button', onclick }, text);
    fill(
      reason,
      icon('warning'),
      h('span', {}, model.overridden),
      fix(this.#texts.removeHeader, () => change({ type: 'remove-header', index })),
      fix(this.#texts.setNoAuth, () => change({ type: 'scheme', scheme: 'none' })),
    );
  }

  #append(): void {
    const index = this.#rows.length;
    const texts = this.#texts;
    const onChange = (): void => this.#send(index);
    const name = new TextControl({ label: texts.name, placeholder: texts.newName, texts, onChange });
    const value = new TextControl({ label: texts.value, placeholder: texts.newValue, texts, onChange });
    const remove = iconButton('close', '', () => {
      this.#remove(index);
      (this.#rows[index + 1] ?? this.#rows[index])?.name.input.focus();
    });
    const reason = h('div', { class: 'reason', role: 'note' });
    const element = h('div', { class: 'row' }, name.element, value.element, remove, reason);
    // A row whose name was taken away goes when it is left.
    element.addEventListener('focusout', event => {
      const left = !element.contains(event.relatedTarget as Node | null);
      if (left && index < this.#count && name.value === '' && !isAhead()) this.#remove(index);
    });
    this.#rows.push({ element, name, value, remove, reason });
    this.#body.append(element);
  }

  #send(index: number): void {
    const row = this.#rows[index];
    if (!row || row.name.value === '') return;
    const pair = { name: row.name.value, value: row.value.value };
    if (index < this.#count)
      change(this.#kind === 'header' ? { type: 'header', index, ...pair } : { type: 'param', index, ...pair });
    else {
      this.#count += 1;
      change(this.#kind === 'header' ? { type: 'add-header', ...pair } : { type: 'add-param', ...pair });
    }
  }

  #remove(index: number): void {
    change(this.#kind === 'header' ? { type: 'remove-header', index } : { type: 'remove-param', index });
  }
}
