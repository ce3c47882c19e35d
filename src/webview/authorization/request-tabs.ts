import type { FormModel } from '../../features/form-model.ts';
import type { FormPart, RequestForm } from '../../features/form-request.ts';
import { fill, h, icon } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { AddedParts, HiddenParts } from './added-parts.ts';
import { errorBox } from './authorization-tab.ts';
import { change } from './host.ts';
import { RowTable } from './row-table.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

/** The query: what stands in the URL, and what the authorization adds to it. */
export class ParamsTab {
  readonly #table: RowTable;
  readonly #added: AddedGroup;

  constructor(panel: HTMLElement, texts: Texts) {
    this.#table = new RowTable('param', texts.params, texts);
    this.#added = new AddedGroup(texts.addedParams, texts);
    fill(panel, this.#table.element, this.#added.element);
  }

  set({ params, addedParams }: RequestForm): void {
    this.#table.set(params);
    this.#added.set(addedParams);
  }
}

/** The headers that are written, and those that are added, folded behind their number. */
export class HeadersTab {
  readonly #table: RowTable;
  readonly #hidden: HiddenParts;
  readonly #error = h('div', { role: 'status' });
  readonly #texts: Texts;
  #drawn = '';

  constructor(panel: HTMLElement, texts: Texts) {
    this.#texts = texts;
    this.#table = new RowTable('header', texts.headers, texts);
    this.#hidden = new HiddenParts(texts.hiddenHelp, texts);
    fill(panel, this.#table.element, this.#hidden.element, this.#error);
  }

  set({ headers, hiddenHeaders }: RequestForm, { effect }: FormModel): void {
    this.#table.set(headers);
    this.#hidden.set(hiddenHeaders);
    const drawn = JSON.stringify(effect.error ?? '');
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    fill(this.#error, effect.error && errorBox(effect.error, this.#texts));
  }
}

const usualTypes = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];

/** The body as it stands in the text. */
export class BodyTab {
  readonly #texts: Texts;
  readonly #text: TextControl;
  readonly #type = h('div', { class: 'body-type' });
  readonly #files = h('div', { class: 'body-files' });
  readonly #tooLong: HTMLElement;
  readonly #added: AddedGroup;
  #drawn = '';

  constructor(panel: HTMLElement, texts: Texts) {
    this.#texts = texts;
    this.#text = new TextControl({
      ...{ label: texts.bodyText, multiline: true, placeholder: texts.noBody, texts },
      onChange: text => change({ type: 'body', text }),
    });
    this.#tooLong = h('p', { class: 'remark' }, icon('info'), texts.bodyTooLong);
    this.#added = new AddedGroup(texts.addedToBody, texts);
    fill(panel, this.#type, this.#text.element, this.#tooLong, this.#files, this.#added.element);
  }

  set({ body, headers }: RequestForm): void {
    const { text, files, contentType, tooLong, added } = body;
    this.#text.set(text);
    this.#text.element.hidden = tooLong;
    this.#tooLong.hidden = !tooLong;
    this.#added.set(added);
    const drawn = JSON.stringify([files, contentType, text.text === '']);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const set = (value: string): void => {
      const index = headers.findIndex(({ name }) => /^content-type$/i.test(name));
      const name = 'Content-Type';
      change(index === -1 ? { type: 'add-header', name, value } : { type: 'header', index, name, value });
    };
    const offers =
      contentType === undefined && text.text !== ''
        ? usualTypes.map(type =>
            h(
              'button',
              { class: 'secondary', type: 'button', onclick: () => set(type) },
              filled(this.#texts.setContentType, type),
            ),
          )
        : [];
    fill(
      this.#type,
      h('span', { class: 'caption' }, this.#texts.contentType),
      contentType === undefined
        ? h('span', { class: 'caption' }, this.#texts.noContentType)
        : h('code', {}, contentType),
      ...offers,
    );
    this.#files.hidden = files.length === 0;
    fill(
      this.#files,
      h('span', { class: 'caption' }, this.#texts.files),
      ...files.map(path => h('span', { class: 'file-name' }, icon('file'), h('code', {}, path))),
    );
  }
}

/** Added parts under a heading, not there while there are none. */
class AddedGroup {
  readonly element: HTMLElement;
  readonly #parts: AddedParts;

  constructor(label: string, texts: Texts) {
    this.#parts = new AddedParts(label, texts);
    this.element = h('section', { class: 'added-group' }, h('h2', {}, label), this.#parts.element);
  }

  set(parts: readonly FormPart[]): void {
    this.element.hidden = parts.length === 0;
    this.#parts.set(parts);
  }
}
