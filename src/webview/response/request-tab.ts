import type { OriginModel, PartModel, RequestModel } from '../../features/presentation/response-model.ts';
import { formatSize } from '../../features/presentation/units.ts';
import { fill, h, icon, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { post } from './host.ts';
import { revealButton, table } from './tables.ts';
import type { Texts } from './texts.ts';

/** The request as it was sent, each part with what it comes from; secrets come from the host when asked for. */
export class RequestTab {
  readonly #panel: HTMLElement;
  readonly #texts: Texts;
  readonly #reveal: (shows: boolean) => void;
  #attempts = 1;

  constructor(panel: HTMLElement, texts: Texts, reveal: (shows: boolean) => void) {
    this.#panel = panel;
    this.#texts = texts;
    this.#reveal = reveal;
  }

  show(request: RequestModel, attempts: number): void {
    this.#attempts = attempts;
    this.#draw(request, false);
  }

  revealed(request: RequestModel): void {
    this.#draw(request, true);
  }

  #draw(request: RequestModel, revealed: boolean): void {
    const texts = this.#texts;
    const parts = [...request.query, ...request.headers, ...request.cookies];
    fill(
      this.#panel,
      h(
        'div',
        { class: 'toolbar' },
        h('span', { class: 'caption' }, this.#attempts > 1 ? filled(texts.asSent, this.#attempts) : texts.asSentOnce),
        h('span', { class: 'spacer' }),
        request.hasSecrets && revealButton(revealed, texts, this.#reveal),
      ),
      h(
        'div',
        { class: 'scrolling', tabindex: 0 },
        h('p', { class: 'request-line' }, h('span', { class: 'method' }, request.method), ' ', request.url),
        parts.length > 0 && this.#parts(request),
        request.overridden.length > 0 && this.#overridden(request.overridden),
        request.body && this.#body(request.body),
      ),
    );
  }

  #parts(request: RequestModel): HTMLElement {
    const texts = this.#texts;
    const row = (part: PartModel, prefix = ''): (Node | string)[] => [
      h('span', { class: part.origin.by === 'file' ? 'name' : 'name hidden-part' }, `${prefix}${part.name}`),
      h(
        'span',
        { class: `value ${part.origin.by === 'file' ? '' : 'hidden-part'}` },
        part.secret && h('span', { class: 'codicon codicon-lock secret', 'aria-hidden': 'true' }),
        part.value,
      ),
      this.#origin(part.origin),
    ];
    return table(
      texts.request,
      [texts.name, texts.value, texts.origin],
      [
        ...request.query.map(part => row(part, '?')),
        ...request.headers.map(part => row(part)),
        ...request.cookies.map(part => row(part, 'Cookie: ')),
      ],
    );
  }

  #origin(origin: OriginModel): HTMLElement {
    const { file, line, label } = origin;
    if (file === undefined || line === undefined) {
      return h('span', { class: 'origin hidden-part', title: this.#texts.hidden }, label);
    }
    const title = filled(this.#texts.goTo, label);
    const link = linkButton(label, () => post({ type: 'goto', file, line }), title);
    link.classList.add('origin');
    return link;
  }

  #overridden(parts: readonly PartModel[]): HTMLElement {
    const texts = this.#texts;
    const rows = parts.map(part => [
      h('s', { class: 'name' }, part.name),
      h('s', { class: 'value' }, part.value),
      this.#origin(part.origin),
    ]);
    return h(
      'section',
      {},
      h('h2', {}, icon('warning'), texts.overridden),
      table(texts.overridden, [texts.name, texts.value, texts.origin], rows),
    );
  }

  #body(body: NonNullable<RequestModel['body']>): HTMLElement {
    const texts = this.#texts;
    const said =
      body.file !== undefined
        ? filled(texts.fileBody, body.file)
        : body.length === undefined
          ? texts.streamedBody
          : formatSize(body.length);
    return h(
      'section',
      {},
      h('h2', {}, texts.bodyOf, h('span', { class: 'caption' }, ` ${said}`)),
      body.text !== undefined && h('pre', { class: 'request-body' }, body.text),
    );
  }
}
