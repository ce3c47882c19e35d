import type { FormModel } from '../../features/form/form-model.ts';
import type { FormPart, RequestForm } from '../../features/form/form-request.ts';
import { fill, h, icon } from '../shared/dom.ts';
import { AddedParts, HiddenParts } from './added-parts.ts';
import { errorBox } from './authorization-tab.ts';
import { Fold } from './fold.ts';
import { change } from './host.ts';
import { RowTable } from './row-table.ts';
import { TextControl } from './text-control.ts';
import type { Texts } from './texts.ts';

/** The query: what stands in the URL, and what the authorization adds to it. */
export class ParamsTab {
  readonly #table: RowTable;
  readonly #added: AddedGroup;

  constructor(panel: HTMLElement, texts: Texts) {
    this.#table = new RowTable('params', texts.params, texts);
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
    this.#table = new RowTable('headers', texts.headers, texts);
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

const usualTypes = ['application/json', 'application/x-www-form-urlencoded', 'application/xml', 'text/plain'];

/** The body: a form's fields as rows, anything else as it stands in the text. */
export class BodyTab {
  readonly #texts: Texts;
  readonly #text: TextControl;
  readonly #fields: RowTable;
  readonly #fold: Fold;
  readonly #type: HTMLSelectElement;
  readonly #files = h('div', { class: 'body-files' });
  readonly #tooLong: HTMLElement;
  readonly #added: AddedGroup;
  #headers: RequestForm['headers'] = [];
  #drawn = '';

  constructor(panel: HTMLElement, texts: Texts) {
    this.#texts = texts;
    this.#text = new TextControl({
      ...{ label: texts.bodyText, multiline: true, placeholder: texts.noBody, texts },
      onChange: text => change({ type: 'body', text }),
    });
    this.#fields = new RowTable('form', texts.formFields, texts);
    this.#fold = new Fold(this.#text.element);
    this.#type = h('select', { 'aria-label': texts.contentType });
    this.#type.addEventListener('change', () => this.#setType(this.#type.value));
    this.#tooLong = h('p', { class: 'remark' }, icon('info'), texts.bodyTooLong);
    this.#added = new AddedGroup(texts.addedToBody, texts);
    const type = h(
      'div',
      { class: 'body-type' },
      h('span', { class: 'caption', 'aria-hidden': 'true' }, texts.contentType),
      h('div', { class: 'select' }, this.#type, icon('chevron-down')),
    );
    fill(panel, type, this.#fields.element, this.#fold.element, this.#tooLong, this.#files, this.#added.element);
  }

  set({ body, headers }: RequestForm): void {
    const { text, rows, files, contentType = '', tooLong, added } = body;
    this.#headers = headers;
    this.#text.set(text);
    this.#fields.element.hidden = rows === undefined;
    this.#fields.set(rows ?? []);
    this.#fold.element.hidden = tooLong;
    this.#fold.setLabel(rows === undefined ? undefined : this.#texts.bodyAsText);
    this.#tooLong.hidden = !tooLong;
    this.#added.set(added);
    const drawn = JSON.stringify([files, contentType]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const types = contentType === '' || usualTypes.includes(contentType) ? usualTypes : [contentType, ...usualTypes];
    fill(
      this.#type,
      h('option', { value: '' }, this.#texts.noContentType),
      ...types.map(type => h('option', { value: type }, type)),
    );
    this.#type.value = contentType;
    this.#files.hidden = files.length === 0;
    fill(
      this.#files,
      h('span', { class: 'caption' }, this.#texts.files),
      ...files.map(path => h('span', { class: 'file-name' }, icon('file'), h('code', {}, path))),
    );
  }

  #setType(value: string): void {
    const list = 'headers';
    const name = 'Content-Type';
    const index = this.#headers.findIndex(header => !header.disabled && /^content-type$/i.test(header.name));
    const written = this.#headers[index];
    if (written === undefined) {
      if (value !== '') change({ type: 'add-row', list, name, value });
    } else if (value === '') change({ type: 'remove-row', list, index });
    else change({ type: 'set-row', list, index, name: written.name, value });
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
