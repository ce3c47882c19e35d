import { decodeText } from '../../core/charset.ts';
import type { BodyKind } from '../../features/presentation/media-type.ts';
import { sniffKind } from '../../features/presentation/media-type.ts';
import type { BodyModel } from '../../features/presentation/response-model.ts';
import { formatSize } from '../../features/presentation/units.ts';
import { fill, h, iconButton, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { FindBar } from './find-bar.ts';
import { formatJson, jsonTokens } from './format-json.ts';
import { formatXml, MarkupTokens } from './format-markup.ts';
import { splitText } from './format-text.ts';
import type { Lines } from './lines.ts';
import { HexLines, TextLines } from './lines.ts';
import type { ToPanel } from './messages.ts';
import { Steps } from './steps.ts';
import { TextView } from './text-view.ts';
import type { Texts } from './texts.ts';

type Body = Extract<ToPanel, { type: 'body' }>;
type Mode = 'pretty' | 'raw' | 'preview' | 'hex';

const modesOf: Readonly<Record<BodyKind, readonly Mode[]>> = {
  json: ['pretty', 'raw'],
  xml: ['pretty', 'raw'],
  html: ['raw', 'preview'],
  text: ['raw'],
  image: ['preview', 'hex'],
  binary: ['hex', 'raw'],
};

export interface BodyActions {
  save(): void;
  copy(): void;
  open(): void;
  /** Called when a person chooses between pretty and raw. */
  chosen(raw: boolean): void;
  /** Called when a person chooses whether long lines are wrapped. */
  wrapped(wraps: boolean): void;
  /** Asks for the bytes again, with the secrets in them or without. */
  reveal(reveal: boolean): void;
}

/** The body of the response: text with colours, folds and search, a picture, a rendered page, or bytes. */
export class BodyTab {
  readonly #panel: HTMLElement;
  readonly #texts: Texts;
  readonly #actions: BodyActions;
  readonly #view: TextView;
  readonly #find: FindBar;
  readonly #steps = new Steps();
  readonly #toolbar = h('div', { class: 'toolbar' });
  readonly #notice = h('div', { class: 'notice', role: 'status' });
  readonly #content = h('div', { class: 'content' });
  #model: BodyModel | undefined;
  #bytes: Uint8Array | undefined;
  #charset = 'utf-8';
  #secrets: Body['secrets'] = 'none';
  #whole = true;
  #kind: BodyKind = 'text';
  #mode: Mode = 'raw';
  #lines: Lines | undefined;
  #raw: boolean;
  #wraps = false;
  #objectUrl: string | undefined;

  constructor(panel: HTMLElement, texts: Texts, raw: boolean, actions: BodyActions) {
    this.#panel = panel;
    this.#texts = texts;
    this.#raw = raw;
    this.#actions = actions;
    this.#view = new TextView(texts);
    this.#find = new FindBar(this.#view, () => this.#lines, texts);
    panel.append(this.#toolbar, this.#find.element, this.#notice, this.#content);
    this.#notice.hidden = true;
  }

  /** True where searching was possible and the find bar is open now. */
  find(): boolean {
    if (!this.#content.contains(this.#view.element)) return false;
    this.#find.open();
    return true;
  }

  /** Wraps long lines or not. */
  wrap(wraps: boolean): void {
    this.#wraps = wraps;
    if (this.#lines && this.#mode !== 'hex') this.#view.wrap(wraps);
    this.#drawToolbar();
  }

  /** Wraps long lines if they aren't, and the other way round; false where there are none. */
  toggleWrap(): boolean {
    if (!this.#lines || this.#mode === 'hex') return false;
    this.wrap(!this.#wraps);
    this.#actions.wrapped(this.#wraps);
    return true;
  }

  /** Says what there is to show before the bytes have arrived. */
  expect(model: BodyModel | undefined, message: string): void {
    this.#model = model;
    this.#bytes = undefined;
    this.#lines = undefined;
    this.#steps.stop();
    this.#release();
    this.#notice.hidden = true;
    this.#find.close();
    const empty = model === undefined || model.size === 0;
    this.#toolbar.hidden = empty;
    fill(this.#content, h('p', { class: 'placeholder' }, empty ? message : this.#texts.loading));
    this.#drawToolbar();
  }

  show({ bytes: received, charset, secrets, whole }: Body): void {
    if (!this.#model) return;
    const bytes = new Uint8Array(received);
    this.#bytes = bytes;
    this.#charset = charset;
    this.#secrets = secrets;
    this.#whole = whole;
    this.#kind = this.#model.kind === 'binary' ? sniffKind(bytes) : this.#model.kind;
    const modes = modesOf[this.#kind];
    this.#mode = this.#raw && modes.includes('raw') && modes.includes('pretty') ? 'raw' : (modes[0] ?? 'raw');
    // A picture that did not arrive whole can't be drawn.
    if (this.#kind === 'image' && !whole) this.#mode = 'hex';
    this.#draw();
  }

  #draw(): void {
    const bytes = this.#bytes;
    if (!bytes) return;
    this.#steps.stop();
    this.#release();
    this.#drawToolbar();
    this.#drawNotice(bytes.length);
    if (this.#mode === 'preview') {
      this.#find.close();
      this.#lines = undefined;
      fill(this.#content, this.#kind === 'image' ? this.#picture(bytes) : this.#page(bytes));
    } else {
      fill(this.#content, this.#view.element);
      if (this.#mode === 'hex') this.#showLines(new HexLines(bytes));
      else this.#showText(this.#decode(bytes));
    }
  }

  /** That this is a part only, that it isn't valid, or that secrets are masked. */
  #drawNotice(length: number, malformed = false): void {
    const texts = this.#texts;
    const started =
      !this.#whole && this.#model ? filled(texts.started, formatSize(length), formatSize(this.#model.size)) : undefined;
    const masked = this.#secrets === 'masked';
    const toggle = linkButton(masked ? texts.reveal : texts.hide, () => this.#actions.reveal(masked));
    const focused = this.#notice.contains(document.activeElement);
    fill(
      this.#notice,
      started !== undefined && h('p', {}, `${started} `, linkButton(texts.openWhole, this.#actions.open)),
      malformed && h('p', {}, texts.notFormatted),
      this.#secrets !== 'none' && h('p', {}, `${masked ? texts.bodyMasked : texts.bodyRevealed} `, toggle),
    );
    if (focused) toggle.focus();
    this.#notice.hidden = !this.#notice.hasChildNodes();
  }

  #showText(text: string): void {
    if (this.#kind === 'json') {
      const lines = new TextLines(jsonTokens);
      this.#showLines(lines);
      if (this.#mode === 'raw') this.#fill(splitText(text, lines));
      else this.#fill(formatJson(text, lines), valid => this.#sayMalformed(valid));
    } else if (this.#kind === 'xml' || this.#kind === 'html') {
      const tokens = new MarkupTokens(line => lines.text(line));
      const lines: TextLines = new TextLines((_, line) => tokens.tokens(line));
      this.#showLines(lines);
      this.#fill(this.#mode === 'pretty' ? formatXml(text, lines) : splitText(text, lines, true));
    } else {
      const lines = new TextLines();
      this.#showLines(lines);
      this.#fill(splitText(text, lines, true));
    }
  }

  #sayMalformed(valid: boolean): void {
    // The start of a body that is shown only in part never is whole JSON.
    if (!valid && this.#whole) this.#drawNotice(this.#bytes?.length ?? 0, true);
  }

  #showLines(lines: Lines): void {
    this.#lines = lines;
    this.#view.show(lines, this.#wraps && this.#mode !== 'hex');
    this.#find.search();
  }

  #fill<T>(work: Generator<void, T>, done?: (result: T) => void): void {
    this.#panel.setAttribute('aria-busy', 'true');
    this.#steps.start(
      work,
      result => {
        this.#panel.removeAttribute('aria-busy');
        this.#view.refresh();
        this.#find.search();
        this.#drawToolbar();
        done?.(result);
      },
      () => this.#view.refresh(),
    );
  }

  #decode(bytes: Uint8Array): string {
    return decodeText(bytes, this.#charset);
  }

  #picture(bytes: Uint8Array): HTMLElement {
    this.#objectUrl = URL.createObjectURL(new Blob([bytes.slice()], { type: this.#model?.mediaType ?? '' }));
    const caption = h('figcaption', {}, formatSize(bytes.length));
    const image = h('img', { src: this.#objectUrl, alt: this.#texts.body });
    image.addEventListener('load', () => {
      const size = filled(this.#texts.imageOf, image.naturalWidth, image.naturalHeight);
      image.alt = size;
      caption.textContent = `${size} · ${formatSize(bytes.length)}`;
    });
    return h('figure', { class: 'picture', tabindex: 0 }, image, caption);
  }

  /** The page in a frame that may run nothing and load nothing. */
  #page(bytes: Uint8Array): HTMLElement {
    const frame = h('iframe', { class: 'page', sandbox: '', title: this.#texts.htmlPreview });
    frame.srcdoc = this.#decode(bytes);
    return frame;
  }

  #drawToolbar(): void {
    const texts = this.#texts;
    const labels: Readonly<Record<Mode, string>> = {
      pretty: texts.pretty,
      raw: this.#kind === 'html' ? texts.source : this.#kind === 'binary' ? texts.text : texts.raw,
      preview: texts.preview,
      hex: texts.hex,
    };
    const modes = this.#bytes ? modesOf[this.#kind] : [];
    const choices = modes.map(mode =>
      h(
        'button',
        {
          type: 'button',
          class: 'choice',
          'aria-pressed': String(mode === this.#mode),
          onclick: () => this.#choose(mode),
        },
        labels[mode],
      ),
    );
    const isText = this.#lines !== undefined;
    const hadWrapFocus = document.activeElement?.classList.contains('wrap') ?? false;
    const wrap =
      isText && this.#mode !== 'hex' ? iconButton('word-wrap', texts.wrap, () => void this.toggleWrap()) : undefined;
    wrap?.classList.add('wrap');
    wrap?.setAttribute('aria-keyshortcuts', 'Alt+Z');
    const focused = this.#toolbar.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
    fill(
      this.#toolbar,
      modes.length > 1 && h('div', { class: 'choices', role: 'group' }, ...choices),
      h('span', { class: 'media-type' }, this.#model?.mediaType),
      h('span', { class: 'spacer' }),
      wrap,
      isText && iconButton('search', texts.find, () => this.#find.open()),
      isText && this.#lines?.hasFolds && iconButton('collapse-all', texts.foldAll, () => this.#view.foldAll(true)),
      isText && this.#lines?.hasFolds && iconButton('expand-all', texts.unfoldAll, () => this.#view.foldAll(false)),
      iconButton('copy', texts.copy, this.#actions.copy),
      iconButton('go-to-file', texts.open, this.#actions.open),
      iconButton('save', texts.save, this.#actions.save),
    );
    wrap?.setAttribute('aria-pressed', String(this.#wraps));
    if (hadWrapFocus) wrap?.focus();
    if (focused) choices.find(choice => choice.textContent === focused)?.focus();
  }

  #choose(mode: Mode): void {
    this.#mode = mode;
    if (modesOf[this.#kind].includes('pretty')) {
      this.#raw = mode === 'raw';
      this.#actions.chosen(this.#raw);
    }
    this.#draw();
  }

  #release(): void {
    if (this.#objectUrl) URL.revokeObjectURL(this.#objectUrl);
    this.#objectUrl = undefined;
  }
}
