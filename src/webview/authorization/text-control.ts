import type { FormReference, FormText } from '../../features/form/form-text.ts';
import { fill, h } from '../shared/dom.ts';
import { Completion } from './completion.ts';
import { isAhead } from './host.ts';
import type { Texts } from './texts.ts';
import { hideTooltip, showTooltip } from './tooltip.ts';

export interface TextControlOptions {
  readonly label: string;
  readonly multiline?: boolean;
  readonly placeholder?: string;
  /** What is typed is drawn by the box alone, which masks it. */
  readonly secret?: boolean;
  readonly texts: Texts;
  onChange(value: string): void;
}

let described = 0;

/**
 * A text box whose variables are coloured: a layer behind it draws the text, the box itself only the caret and what is
 * selected. Variables are completed after `{{`, and say their value and origin under the pointer and to screen readers.
 */
export class TextControl {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement | HTMLTextAreaElement;
  readonly #layer: HTMLElement;
  readonly #description: HTMLElement;
  readonly #texts: Texts;
  readonly #secret: boolean;
  #references: readonly FormReference[] = [];
  /** What was typed since the box has the focus, and what the document made of it. */
  #typed: string | undefined;
  #answer: string | undefined;

  constructor({ label, multiline = false, placeholder, secret = false, texts, onChange }: TextControlOptions) {
    this.#texts = texts;
    this.#secret = secret;
    const attributes = { class: 'text-input', 'aria-label': label, placeholder, spellcheck: 'false' };
    this.input = multiline
      ? h('textarea', { ...attributes, rows: 5, wrap: 'off' })
      : h('input', { ...attributes, type: 'text', autocomplete: 'off' });
    this.#layer = h('div', { class: 'text-layer', 'aria-hidden': 'true' });
    described += 1;
    this.#description = h('span', { class: 'visually-hidden', id: `values-${described}` });
    this.input.setAttribute('aria-describedby', this.#description.id);
    const completion = new Completion(this.input, texts.variables);
    this.element = h(
      'div',
      { class: multiline ? 'text-control multiline' : 'text-control' },
      this.#layer,
      this.input,
      this.#description,
      completion.element,
    );
    this.input.addEventListener('focus', () => this.#forget());
    this.input.addEventListener('blur', () => this.#onLeft());
    this.input.addEventListener('input', () => {
      this.#typed = this.input.value;
      this.#answer = undefined;
      this.#references = [];
      this.#draw();
      onChange(this.input.value);
    });
    this.input.addEventListener('scroll', () => this.#follow());
    this.input.addEventListener('mousemove', event => this.#onPointer(event as MouseEvent));
    this.input.addEventListener('mouseleave', hideTooltip);
    this.input.addEventListener('keydown', hideTooltip);
  }

  get value(): string {
    return this.input.value;
  }

  get hasFocus(): boolean {
    return document.activeElement === this.input;
  }

  setLabel(label: string): void {
    if (this.input.getAttribute('aria-label') !== label) this.input.setAttribute('aria-label', label);
  }

  /**
   * Shows what the document says, unless newer text is on its way there. What is being typed stays as it was typed, where
   * the document has it without the blank at its end, or percent-encoded: the next key would be in the wrong place.
   */
  set({ text, references }: FormText): void {
    if (this.hasFocus && isAhead() && this.input.value !== text) return;
    const own = this.hasFocus && !isAhead() && this.#typed === this.input.value;
    if (own) this.#answer ??= text;
    if (own && this.#answer === text && this.input.value !== text) {
      this.#references = [];
      this.#draw();
      return;
    }
    if (this.input.value !== text) {
      this.#forget();
      const caret = this.input.selectionStart;
      this.input.value = text;
      if (this.hasFocus && caret !== null) this.input.setSelectionRange(caret, caret);
    }
    this.#references = references;
    this.#draw();
  }

  #forget(): void {
    this.#typed = undefined;
    this.#answer = undefined;
  }

  /** Now the text is shown as the document has it. */
  #onLeft(): void {
    const text = this.#answer;
    this.#forget();
    if (text === undefined || isAhead() || text === this.input.value) return;
    this.input.value = text;
    this.#draw();
  }

  #draw(): void {
    const { value } = this.input;
    const found: readonly Pick<FormReference, 'start' | 'end' | 'known'>[] =
      this.#references.length > 0 ? this.#references : [...value.matchAll(/\{\{[^{}\r\n]+\}\}/g)].map(asReference);
    const nodes: (Node | string)[] = [];
    let at = 0;
    for (const { start, end, known } of found) {
      if (start < at) continue;
      nodes.push(
        value.slice(at, start),
        h('span', { class: known ? 'variable' : 'variable unknown' }, value.slice(start, end)),
      );
      at = end;
    }
    // A last line that is empty still takes its height.
    const drawn = found.length > 0 || !this.#secret;
    fill(this.#layer, ...(drawn ? [...nodes, value.slice(at), value.endsWith('\n') && '\u200b'] : []));
    this.element.classList.toggle('has-variables', found.length > 0);
    const values = this.#references.map(reference => this.#describe(reference)).join('; ');
    if (this.#description.textContent !== values) this.#description.textContent = values;
    this.#follow();
  }

  #describe({ name, value, origin, known }: FormReference): string {
    if (!known) return `${name}: ${this.#texts.unknownVariable}`;
    return `${name}: ${value ?? this.#texts.noValueNow}, ${origin}`;
  }

  #follow(): void {
    this.#layer.scrollLeft = this.input.scrollLeft;
    this.#layer.scrollTop = this.input.scrollTop;
  }

  #onPointer({ clientX, clientY }: MouseEvent): void {
    const marks = [...this.#layer.querySelectorAll('.variable')];
    const index = marks.findIndex(mark =>
      [...mark.getClientRects()].some(
        ({ left, right, top, bottom }) => clientX >= left && clientX <= right && clientY >= top && clientY <= bottom,
      ),
    );
    const reference = this.#references[index];
    const mark = marks[index];
    if (!reference || !mark) {
      hideTooltip();
      return;
    }
    const { known, value, origin } = reference;
    const lines = known ? [value ?? this.#texts.noValueNow, origin] : [this.#texts.unknownVariable];
    showTooltip(mark.getBoundingClientRect(), reference.name, lines);
  }
}

function asReference(match: RegExpMatchArray): Pick<FormReference, 'start' | 'end' | 'known'> {
  const start = match.index ?? 0;
  return { start, end: start + match[0].length, known: true };
}
