import type { FormModel } from '../../features/form/form-model.ts';
import { fill, h, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { errorBox } from './authorization-tab.ts';
import { post } from './host.ts';
import type { ToPanel } from './messages.ts';
import type { Texts } from './texts.ts';

/** The whole request as it will go out; what the text doesn't show is greyed and says where it comes from. */
export class PreviewTab {
  readonly #texts: Texts;
  readonly #reveal: HTMLButtonElement;
  readonly #error = h('div', { role: 'status' });
  readonly #lines: HTMLElement;
  #revealed = false;
  #shown = false;

  constructor(panel: HTMLElement, texts: Texts) {
    this.#texts = texts;
    this.#reveal = h(
      'button',
      { class: 'secondary', type: 'button', onclick: () => this.#toggle() },
      texts.showSecrets,
    );
    const curl = h(
      'button',
      { class: 'secondary', type: 'button', onclick: () => post({ type: 'copy-curl' }) },
      texts.copyCurl,
    );
    this.#lines = h('div', { class: 'preview-lines', tabindex: 0, role: 'region', 'aria-label': texts.preview });
    fill(panel, h('div', { class: 'toolbar' }, curl, this.#reveal), this.#error, this.#lines);
  }

  /** The tab came into sight, or went. */
  show(shown: boolean): void {
    if (this.#shown === shown) return;
    this.#shown = shown;
    if (!shown) this.#revealed = false;
    this.#watch();
  }

  setError({ effect }: FormModel): void {
    fill(this.#error, effect.error && errorBox(effect.error, this.#texts));
  }

  set({ rows, hasSecrets, revealed }: Extract<ToPanel, { type: 'preview' }>): void {
    this.#reveal.hidden = !hasSecrets;
    this.#reveal.textContent = revealed ? this.#texts.hideSecrets : this.#texts.showSecrets;
    this.#reveal.setAttribute('aria-pressed', String(revealed));
    if (rows.length === 0) {
      fill(this.#lines, h('p', { class: 'placeholder' }, this.#texts.cantCompute));
      return;
    }
    fill(
      this.#lines,
      ...rows.map(({ text, kind, origin, file, line }) =>
        h(
          'div',
          { class: `preview-line ${kind}` },
          h('code', {}, text === '' ? '\u200b' : text),
          origin !== undefined &&
            kind !== 'written' &&
            (file !== undefined && line !== undefined
              ? linkButton(origin, () => post({ type: 'goto', file, line }), filled(this.#texts.goTo, origin))
              : h('span', { class: 'added-origin' }, origin)),
        ),
      ),
    );
  }

  #toggle(): void {
    this.#revealed = !this.#revealed;
    this.#watch();
  }

  #watch(): void {
    post({ type: 'watch-preview', shown: this.#shown, reveal: this.#revealed });
  }
}
