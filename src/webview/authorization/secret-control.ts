import type { FormField } from '../../features/form/form-fields.ts';
import { fill, h, icon, iconButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import type { FieldControl } from './field-control.ts';
import { change, nextEdit, post } from './host.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

/** How long typing has to rest before a secret is stored, in milliseconds. */
const rest = 200;

/** Stands for a stored value, however long that is. */
const dots = '••••••••';

/**
 * A secret. What is typed goes to the secret store and the text names it, unless the person says otherwise; a value with
 * variables goes to the text. The page holds a stored value only after it was asked for, and until it is hidden again.
 */
export class SecretControl implements FieldControl {
  readonly element: HTMLElement;
  readonly below: HTMLElement;
  readonly #name: string;
  readonly #label: string;
  readonly #texts: Texts;
  readonly #control: TextControl;
  readonly #eye: HTMLButtonElement;
  readonly #box: HTMLInputElement;
  readonly #keep: HTMLElement;
  readonly #keepText = h('span', {});
  readonly #note = h('p', { class: 'problem', role: 'status' });
  #content: FormField['content'] = 'empty';
  #revealed = false;
  #missing = false;
  /** Sends what was typed last, while that waits. */
  #send: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ name, label, kind }: FormField, texts: Texts) {
    this.#name = name;
    this.#label = label;
    this.#texts = texts;
    this.#control = new TextControl({
      ...{ label, texts, multiline: kind === 'multiline', secret: true },
      onChange: value => this.#onTyped(value),
    });
    this.#eye = iconButton('eye', filled(texts.show, label), () => this.#toggle());
    this.#box = h('input', { type: 'checkbox' });
    this.#box.addEventListener('change', () => {
      post({ type: 'keep-secret', edit: nextEdit(), field: name, keep: this.#box.checked });
    });
    this.#keep = h('label', { class: 'flag keep' }, this.#box, this.#keepText);
    this.element = h('div', { class: 'secret' }, this.#control.element, this.#eye);
    this.below = h('div', {}, this.#keep, this.#note);
    this.#control.input.addEventListener('blur', () => this.#onLeft());
    this.#mask();
  }

  set(field: FormField): void {
    const { content, value, secretName, secretKept, stated, problem } = field;
    const before = this.#content;
    this.#content = content;
    const masked = content === 'secret' || content === 'concealed';
    // A box that somebody types into is never rewritten.
    const typing = this.#control.hasFocus && this.#control.value !== '';
    if (!masked) {
      if (!typing || content === 'text') this.#control.set(stated ? value : { text: '', references: [] });
      this.#revealed = false;
    } else if (!typing && !this.#revealed) {
      this.#control.set({ text: '', references: [] });
    }
    if (before !== content && !typing) this.#revealed = false;
    this.#control.input.placeholder = masked && secretKept !== false ? dots : '';
    this.#control.input.setAttribute('aria-invalid', String(problem?.severity === 'error'));
    this.#box.checked = content !== 'concealed';
    this.#box.disabled = content === 'empty';
    this.#keep.hidden = content === 'text';
    this.#keepText.textContent =
      secretName === undefined ? this.#texts.keptAs : filled(this.#texts.keptAsName, secretName);
    this.#missing = content === 'secret' && secretKept === false;
    const missing = this.#missing && !typing;
    const becomesVariable = typing && mayBeVariable(this.#control.value);
    this.#note.hidden = becomesVariable || (!missing && content !== 'concealed');
    this.#note.className = 'problem warning';
    const note = missing ? this.#texts.notSetHere : this.#texts.inTheFile;
    if (!this.#note.hidden && this.#note.textContent !== note) fill(this.#note, icon('warning'), note);
    this.#mask();
  }

  /** The value that was asked for. */
  reveal(value: string): void {
    this.#revealed = true;
    this.#control.set({ text: value, references: [] });
    this.#mask();
  }

  focus(): void {
    this.#control.input.focus();
  }

  #toggle(): void {
    if (this.#revealed) {
      this.#revealed = false;
      if (this.#content === 'secret' || this.#content === 'concealed') this.#control.set({ text: '', references: [] });
      this.#mask();
    } else if (this.#control.value !== '') {
      this.#revealed = true;
      this.#mask();
    } else post({ type: 'reveal', field: this.#name });
  }

  #onTyped(value: string): void {
    this.#mask();
    clearTimeout(this.#timer);
    this.#send = undefined;
    const literal = value !== '' && !value.includes('{{');
    if (!literal) {
      if (value !== '' || this.#content !== 'empty') change({ type: 'field', name: this.#name, value });
      return;
    }
    const edit = nextEdit();
    this.#send = () => {
      this.#send = undefined;
      clearTimeout(this.#timer);
      if (this.#content === 'concealed')
        post({ type: 'change', edit, change: { type: 'field', name: this.#name, value } });
      else post({ type: 'secret', edit, field: this.#name, value });
    };
    // A brace at the end may become a variable: it is stored once the box is left.
    if (!value.endsWith('{')) this.#timer = setTimeout(() => this.#send?.(), rest);
  }

  /** What was typed is stored by now: the page need not hold it any longer. */
  #onLeft(): void {
    this.#send?.();
    if (this.#revealed || this.#control.value.includes('{{')) return;
    this.#control.set({ text: '', references: [] });
    if (this.#control.input.placeholder === '' && this.#content !== 'empty') this.#control.input.placeholder = dots;
    this.#mask();
  }

  #mask(): void {
    const { value } = this.#control;
    const open = this.#revealed || mayBeVariable(value);
    this.#control.element.classList.toggle('masked', !open);
    const stored = this.#content === 'secret' || this.#content === 'concealed';
    this.#eye.hidden = value === '' ? !stored || this.#missing : value.includes('{{');
    const label = filled(this.#revealed ? this.#texts.hide : this.#texts.show, this.#label);
    this.#eye.title = label;
    this.#eye.setAttribute('aria-label', label);
    this.#eye.setAttribute('aria-pressed', String(this.#revealed));
    fill(this.#eye, icon(this.#revealed ? 'eye-closed' : 'eye'));
  }
}

/** Whether a value names variables, or does with the next key. */
function mayBeVariable(value: string): boolean {
  return value === '{' || value.includes('{{');
}
