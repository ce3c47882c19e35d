import type { FormModel } from '../../features/form/form-model.ts';
import { fill, h, icon } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { change, post } from './host.ts';
import type { SendStatus } from './messages.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** What the panel is about: a request with its method, URL and Send; or the name of a file, folder or collection. */
export class Header {
  readonly element: HTMLElement;
  readonly #texts: Texts;
  readonly #title: HTMLButtonElement;
  readonly #level = h('span', { class: 'level' });
  readonly #unsaved: HTMLElement;
  readonly #status = h('span', { class: 'status', role: 'status' });
  readonly #line: HTMLElement;
  readonly #method: HTMLSelectElement;
  readonly #url: TextControl;
  readonly #send: HTMLButtonElement;
  #running = false;

  constructor(texts: Texts) {
    this.#texts = texts;
    this.#title = h('button', {
      class: 'title',
      type: 'button',
      title: texts.showText,
      onclick: () => post({ type: 'show-text' }),
    });
    const save = h('button', { class: 'link', type: 'button', onclick: () => post({ type: 'save' }) }, texts.save);
    this.#unsaved = h('span', { class: 'unsaved' }, icon('circle-filled'), texts.unsaved, ' ', save);
    this.#method = h('select', { 'aria-label': texts.method });
    this.#method.addEventListener('change', () => change({ type: 'method', method: this.#method.value }));
    this.#url = new TextControl({ label: texts.url, texts, onChange: url => change({ type: 'url', url }) });
    this.#send = h('button', {
      class: 'primary send',
      type: 'button',
      onclick: () => post({ type: this.#running ? 'cancel' : 'send' }),
    });
    this.#url.element.addEventListener('keydown', event => {
      const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
      const alone = !(ctrlKey || metaKey || altKey || shiftKey || isComposing);
      // The completion takes Enter for itself.
      if (key !== 'Enter' || !alone || event.defaultPrevented) return;
      event.preventDefault();
      this.send();
    });
    this.#line = h(
      'div',
      { class: 'request-line' },
      h('div', { class: 'select method' }, this.#method, icon('chevron-down')),
      this.#url.element,
      this.#send,
    );
    this.element = h(
      'header',
      { class: 'header' },
      h(
        'div',
        { class: 'subject' },
        h('h1', {}, this.#title),
        this.#level,
        this.#unsaved,
        h('span', { class: 'spacer' }),
        this.#status,
      ),
      this.#line,
    );
    this.setStatus({ running: false });
  }

  /** Sends the request, where the panel has one and it isn't on its way. */
  send(): void {
    if (!this.#line.hidden && !this.#running) post({ type: 'send' });
  }

  set({ title, file, line, level, request }: FormModel, unsaved: boolean): void {
    this.#title.textContent = title;
    const name = file.split(/[\\/]/).at(-1) ?? file;
    this.#level.textContent = `${this.#texts[level]} · ${level === 'file' ? filled(this.#texts.line, line) : `${name}, ${filled(this.#texts.line, line)}`}`;
    this.#unsaved.hidden = !unsaved;
    this.#line.hidden = request === undefined;
    if (!request) return;
    const wanted = methods.includes(request.method) ? methods : [request.method, ...methods];
    if (
      this.#method.options.length !== wanted.length ||
      ![...this.#method.options].some(each => each.value === request.method)
    ) {
      fill(this.#method, ...wanted.map(method => h('option', { value: method }, method)));
    }
    this.#method.value = request.method;
    this.#method.className = `method-${request.method.toLowerCase()}`;
    this.#url.set(request.url);
  }

  setStatus({ running, last }: SendStatus): void {
    this.#running = running;
    fill(this.#send, icon(running ? 'debug-stop' : 'play'), running ? this.#texts.cancel : this.#texts.send);
    this.#send.classList.toggle('running', running);
    this.#status.className = `status ${running ? '' : (last?.kind ?? '')}`;
    fill(this.#status, running ? this.#texts.sending : last?.text);
  }
}
