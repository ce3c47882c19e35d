import type { FormField } from '../../features/form/form-fields.ts';
import { fill, h, icon, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import type { FieldControl } from './field-control.ts';
import { change, nextEdit, post } from './host.ts';
import { PairsControl } from './pairs-control.ts';
import { SecretControl } from './secret-control.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

/** One field of a scheme: label, control, help with its specification, and what is wrong with it. */
export class FieldRow {
  readonly element: HTMLElement;
  readonly #texts: Texts;
  readonly #name: string;
  readonly #shape: string;
  readonly #holder = h('div', { class: 'control' });
  readonly #problem = h('p', { class: 'problem', role: 'status' });
  readonly #source = h('div', { class: 'source' });
  readonly #help = h('p', { class: 'help' });
  readonly #below = h('div', {});
  #control: FieldControl | undefined;
  #drawn = '';

  constructor(field: FormField, texts: Texts) {
    this.#texts = texts;
    this.#name = field.name;
    this.#shape = shapeOf(field);
    const { label, help, specification, required } = field;
    const link =
      specification !== undefined &&
      h(
        'a',
        {
          href: specification,
          class: 'help-link',
          title: specification,
          'aria-label': filled(texts.specificationOf, specificationName(specification), label),
        },
        icon('link-external'),
      );
    fill(this.#help, help, '\u00a0', link);
    this.element = h(
      'div',
      { class: 'field', 'data-field': field.name },
      h(
        'div',
        { class: 'field-label' },
        h('span', {}, label),
        required && h('span', { class: 'required', title: texts.required, 'aria-hidden': 'true' }, '*'),
      ),
      h('div', { class: 'field-body' }, this.#holder, this.#problem, this.#help, this.#below, this.#source),
    );
    this.update(field);
  }

  /** Whether another field can be shown by the same elements. */
  fits(field: FormField): boolean {
    return field.name === this.#name && shapeOf(field) === this.#shape;
  }

  update(field: FormField): void {
    const fromFile = field.content === 'file';
    const drawn = fromFile ? 'file' : 'value';
    if (this.#drawn !== drawn) {
      this.#drawn = drawn;
      this.#control = fromFile ? new FileControl(field, this.#texts) : controlFor(field, this.#texts);
      fill(this.#holder, this.#control.element);
      fill(this.#below, this.#control.below);
    }
    this.#control?.set(field);
    this.element.hidden = !field.visible;
    const { problem } = field;
    this.#problem.hidden = problem === undefined;
    this.#problem.className = `problem ${problem?.severity ?? ''}`;
    if (this.#problem.textContent !== (problem?.message ?? '')) {
      fill(
        this.#problem,
        problem && icon(problem.severity === 'information' ? 'info' : problem.severity),
        problem?.message,
      );
    }
    this.element.classList.toggle('invalid', problem?.severity === 'error');
    this.#drawSource(field);
  }

  focus(): void {
    this.#control?.focus();
  }

  /** Shows a secret that was asked for. */
  reveal(value: string): void {
    if (this.#control instanceof SecretControl) this.#control.reveal(value);
  }

  /** Long values may stand in files: keys, certificates, claims. */
  #drawSource({ kind, label, name, content, value }: FormField): void {
    this.#source.hidden = kind !== 'multiline';
    const fromFile = content === 'file';
    if (this.#source.hidden || this.#source.dataset.from === String(fromFile)) return;
    this.#source.dataset.from = String(fromFile);
    const text = fromFile ? this.#texts.enterValue : this.#texts.fromFile;
    const button = linkButton(text, () => {
      if (fromFile) change({ type: 'field', name, value: '' });
      else post({ type: 'choose-file', edit: nextEdit(), field: name });
    });
    button.setAttribute('aria-label', `${text}: ${label}`);
    button.dataset.path = value.text;
    fill(this.#source, button);
  }
}

function shapeOf({ kind, secret, choices = [] }: FormField): string {
  return JSON.stringify([kind, secret, choices]);
}

function specificationName(address: string): string {
  const [, rfc, section] = /rfc(\d+)(?:.*#(?:section|appendix)-([\w.]+))?/i.exec(address) ?? [];
  return rfc === undefined ? new URL(address).hostname : `RFC ${rfc}${section ? ` §${section}` : ''}`;
}

function controlFor(field: FormField, texts: Texts): FieldControl {
  if (field.secret) return new SecretControl(field, texts);
  switch (field.kind) {
    case 'choice':
      return new ChoiceControl(field, texts);
    case 'flag':
      return new FlagControl(field, texts);
    case 'pairs':
      return new PairsControl(field, texts);
    default:
      return new PlainControl(field, texts);
  }
}

class PlainControl implements FieldControl {
  readonly element: HTMLElement;
  readonly #control: TextControl;

  constructor({ name, label, kind, placeholder, default: usual }: FormField, texts: Texts) {
    const hint = placeholder ?? (usual ? filled(texts.inherited, usual) : undefined);
    this.#control = new TextControl({
      ...{ label, texts, multiline: kind === 'multiline' },
      ...(hint === undefined ? {} : { placeholder: hint }),
      onChange: value => change({ type: 'field', name, value }),
    });
    this.element = this.#control.element;
  }

  set({ value, stated, default: usual = '', problem }: FormField): void {
    this.#control.set(stated ? value : { text: this.#control.hasFocus ? '' : usual, references: [] });
    this.#control.input.setAttribute('aria-invalid', String(problem?.severity === 'error'));
  }

  focus(): void {
    this.#control.input.focus();
  }
}

class ChoiceControl implements FieldControl {
  readonly element: HTMLElement;
  readonly #select: HTMLSelectElement;
  readonly #help = h('p', { class: 'choice-help' });

  constructor({ name, label, choices = [], default: usual }: FormField, texts: Texts) {
    const options = choices.map(choice => option(choice.value, choice.label ?? choice.value));
    const none = usual === undefined ? [option('', texts.notChosen)] : [];
    this.#select = h('select', { 'aria-label': label }, ...none, ...options);
    this.#select.addEventListener('change', () => change({ type: 'field', name, value: this.#select.value }));
    this.element = h('div', {}, h('div', { class: 'select' }, this.#select, icon('chevron-down')), this.#help);
  }

  set({ value, stated, default: usual = '', choices = [] }: FormField): void {
    const current = stated ? value.text : usual;
    // A variable, or a value that is none of the choices, stays what it is.
    if (current !== '' && ![...this.#select.options].some(each => each.value === current)) {
      this.#select.append(option(current, current));
    }
    this.#select.value = current;
    const help = choices.find(choice => choice.value === current)?.help;
    this.#help.hidden = help === undefined;
    this.#help.textContent = help ?? '';
  }

  focus(): void {
    this.#select.focus();
  }
}

class FlagControl implements FieldControl {
  readonly element: HTMLElement;
  readonly #box: HTMLInputElement;
  readonly #text = h('span', { class: 'flag-text' });

  constructor({ name, label }: FormField, _texts: Texts) {
    this.#box = h('input', { type: 'checkbox', 'aria-label': label });
    this.#box.addEventListener('change', () => change({ type: 'field', name, value: String(this.#box.checked) }));
    this.element = h('label', { class: 'flag' }, this.#box, this.#text);
  }

  set({ value, stated, default: usual = 'false' }: FormField): void {
    const current = stated ? value.text : usual;
    this.#box.checked = current === 'true';
    this.#box.indeterminate = current !== 'true' && current !== 'false';
    this.#text.textContent = this.#box.indeterminate ? current : '';
  }

  focus(): void {
    this.#box.focus();
  }
}

class FileControl implements FieldControl {
  readonly element: HTMLElement;
  readonly #control: TextControl;

  constructor({ name, label }: FormField, texts: Texts) {
    this.#control = new TextControl({
      ...{ label: `${label}: ${texts.pathOfFile}`, texts, placeholder: texts.pathOfFile },
      onChange: value => change({ type: 'field', name, value, fromFile: true }),
    });
    const choose = h(
      'button',
      {
        class: 'secondary',
        type: 'button',
        'aria-label': filled(texts.chooseFor, label),
        onclick: () => post({ type: 'choose-file', edit: nextEdit(), field: name }),
      },
      texts.choose,
    );
    this.element = h('div', { class: 'file' }, icon('file'), this.#control.element, choose);
  }

  set({ value }: FormField): void {
    this.#control.set(value);
  }

  focus(): void {
    this.#control.input.focus();
  }
}

export function option(value: string, label: string, title?: string): HTMLOptionElement {
  return h('option', { value, title }, label);
}
