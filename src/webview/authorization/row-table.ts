import type { FormRow } from '../../features/form/form-request.ts';
import type { RowList } from '../../features/form/row-list.ts';
import { fill, h, icon, iconButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { change, isAhead } from './host.ts';
import { RowDrag } from './row-drag.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

interface Row {
  readonly element: HTMLElement;
  readonly box: HTMLInputElement;
  readonly name: TextControl;
  readonly value: TextControl;
  readonly remove: HTMLButtonElement;
  readonly reason: HTMLElement;
}

/**
 * Headers, parameters or fields that stand in the text, to be edited, switched off and put in another order; the last row
 * is for a new one.
 */
export class RowTable {
  readonly element: HTMLElement;
  readonly #list: RowList;
  readonly #texts: Texts;
  readonly #body = h('div', { class: 'rows', role: 'group' });
  readonly #said = h('div', { class: 'visually-hidden', role: 'status' });
  readonly #drag: RowDrag;
  #rows: Row[] = [];
  /** Rows that stand in the text, or are on their way there. */
  #count = 0;

  constructor(list: RowList, label: string, texts: Texts) {
    this.#list = list;
    this.#texts = texts;
    this.#body.setAttribute('aria-label', label);
    const head = h(
      'div',
      { class: 'row-head', 'aria-hidden': 'true' },
      h('span', { class: 'head-name' }, texts.name),
      h('span', {}, texts.value),
    );
    this.element = h('div', { class: 'row-table' }, head, this.#body, this.#said);
    this.#drag = new RowDrag(
      () => this.#rows.slice(0, this.#count).map(({ element }) => element),
      (from, to) => this.#move(from, to),
    );
  }

  set(rows: readonly FormRow[]): void {
    if (isAhead() && this.#body.contains(document.activeElement)) return;
    this.#drag.cancel();
    this.#count = rows.length;
    while (this.#rows.length <= rows.length) this.#append();
    for (const row of this.#rows.splice(rows.length + 1)) row.element.remove();
    for (const [index, row] of this.#rows.entries()) this.#draw(row, index, rows[index]);
  }

  #draw(row: Row, index: number, model: FormRow | undefined): void {
    const { name, value, box, remove, element } = row;
    const texts = this.#texts;
    const called = model?.name ?? texts.newOne;
    name.setLabel(filled(texts.nameOf, called));
    value.setLabel(filled(texts.valueOf, called));
    const label = filled(texts.remove, called);
    remove.title = label;
    remove.setAttribute('aria-label', label);
    box.checked = model?.disabled !== true;
    box.setAttribute('aria-label', filled(texts.sendRow, called));
    box.title = model?.disabled ? texts.rowOff : texts.rowOn;
    if (model) {
      name.set({ text: model.name, references: [] });
      value.set(model.value);
    } else if (!element.contains(document.activeElement)) {
      name.set({ text: '', references: [] });
      value.set({ text: '', references: [] });
    }
    element.classList.toggle('overridden', model?.overridden !== undefined);
    element.classList.toggle('off', model?.disabled === true);
    element.classList.toggle('new', model === undefined);
    this.#drawReason(row.reason, index, model?.overridden);
  }

  #drawReason(reason: HTMLElement, index: number, overridden: string | undefined): void {
    reason.hidden = overridden === undefined;
    const drawn = `${index} ${overridden}`;
    if (overridden === undefined || reason.dataset.text === drawn) return;
    reason.dataset.text = drawn;
    const fix = (text: string, onclick: () => void): HTMLElement =>
      h('button', { class: 'secondary', type: 'button', onclick }, text);
    fill(
      reason,
      icon('warning'),
      h('span', {}, overridden),
      fix(this.#texts.removeHeader, () => change({ type: 'remove-row', list: this.#list, index })),
      fix(this.#texts.setNoAuth, () => change({ type: 'scheme', scheme: 'none' })),
    );
  }

  #append(): void {
    const index = this.#rows.length;
    const list = this.#list;
    const texts = this.#texts;
    const onChange = (): void => this.#send(index);
    const name = new TextControl({ label: texts.name, placeholder: texts.newName, texts, onChange });
    const value = new TextControl({ label: texts.value, placeholder: texts.newValue, texts, onChange });
    const remove = iconButton('close', '', () => {
      this.#remove(index);
      (this.#rows[index + 1] ?? this.#rows[index])?.name.input.focus();
    });
    const box = h('input', { type: 'checkbox' });
    box.addEventListener('change', () => change({ type: 'enable-row', list, index, enabled: box.checked }));
    const grip = h('span', { class: 'grip', title: texts.moveRow, 'aria-hidden': 'true' }, icon('gripper'));
    const reason = h('div', { class: 'reason', role: 'note' });
    const element = h('div', { class: 'row' }, grip, box, name.element, value.element, remove, reason);
    for (const control of [box, name.input, value.input]) {
      control.setAttribute('aria-keyshortcuts', 'Alt+ArrowUp Alt+ArrowDown');
    }
    this.#drag.watch(grip, element);
    element.addEventListener('keydown', event => this.#onKey(event, index), { capture: true });
    // A row whose name was taken away goes when it is left.
    element.addEventListener('focusout', event => {
      const left = !element.contains(event.relatedTarget as Node | null);
      if (left && index < this.#count && name.value === '' && !isAhead()) this.#remove(index);
    });
    this.#rows.push({ element, box, name, value, remove, reason });
    this.#body.append(element);
  }

  /** Alt+Up and Alt+Down move the row, as they move lines in the editor; the focus goes with it. */
  #onKey(event: KeyboardEvent, index: number): void {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0 || !event.altKey || event.shiftKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const to = index + step;
    if (index >= this.#count || to < 0 || to >= this.#count) return;
    const controls = ({ box, name, value, remove }: Row): HTMLElement[] => [box, name.input, value.input, remove];
    const [from, next] = [this.#rows[index], this.#rows[to]];
    const at = from ? controls(from).indexOf(event.target as HTMLElement) : -1;
    this.#move(index, to);
    if (next) controls(next)[Math.max(at, 0)]?.focus();
  }

  #move(index: number, to: number): void {
    const called = this.#rows[index]?.name.value ?? '';
    change({ type: 'move-row', list: this.#list, index, to });
    this.#said.textContent = filled(this.#texts.rowMoved, called, to + 1, this.#count);
  }

  #send(index: number): void {
    const row = this.#rows[index];
    if (!row || row.name.value === '') return;
    const list = this.#list;
    const pair = { name: row.name.value, value: row.value.value };
    if (index < this.#count) change({ type: 'set-row', list, index, ...pair });
    else {
      this.#count += 1;
      change({ type: 'add-row', list, ...pair });
    }
  }

  #remove(index: number): void {
    change({ type: 'remove-row', list: this.#list, index });
  }
}
