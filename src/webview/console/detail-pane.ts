import type { CertificateDetails } from '../../core/wire-record.ts';
import type { ConsoleDetail } from '../../features/presentation/console-model.ts';
import { fill, h, icon, iconButton } from '../shared/dom.ts';
import { post } from '../shared/page.ts';
import { filled, type Words } from '../shared/words.ts';
import type { CopyAs } from './messages.ts';
import type { english } from './texts.ts';

/** One exchange as it went over the wire, secrets masked until they are revealed. */
export class DetailPane {
  readonly element: HTMLElement;
  readonly #texts: Words<typeof english>;
  readonly #close: () => void;

  constructor(texts: Words<typeof english>, close: () => void) {
    this.#texts = texts;
    this.#close = close;
    this.element = h('section', { class: 'detail', 'aria-label': texts.details });
    this.clear();
  }

  clear(): void {
    this.element.classList.remove('open');
    fill(this.element, h('p', { class: 'placeholder' }, this.#texts.choose));
  }

  show(detail: ConsoleDetail): void {
    const texts = this.#texts;
    const { id, revealed, request, response } = detail;
    const { scrollTop } = this.element;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.action : undefined;
    const copy = (label: string, as: CopyAs): HTMLElement =>
      h('button', { type: 'button', class: 'secondary', onclick: () => this.#copy(id, as, revealed) }, label);
    fill(
      this.element,
      h(
        'div',
        { class: 'actions' },
        h(
          'button',
          {
            type: 'button',
            class: 'secondary',
            'data-action': 'reveal',
            'aria-pressed': String(revealed),
            onclick: () => post({ type: 'show', id, reveal: !revealed }),
          },
          icon(revealed ? 'eye-closed' : 'eye'),
          revealed ? texts.hide : texts.reveal,
        ),
        copy(texts.copyRaw, 'raw'),
        copy(texts.copyCurl, 'curl'),
        copy(texts.copyHar, 'har'),
        h('span', { class: 'space' }),
        iconButton('close', texts.close, this.#close),
      ),
      ...part(texts.theRequest, h('pre', { tabindex: 0 }, request)),
      ...part(texts.theResponse, h('pre', { tabindex: 0 }, response)),
      ...part(texts.connection, this.#connection(detail)),
    );
    this.element.classList.add('open');
    this.element.scrollTop = scrollTop;
    if (focused) this.element.querySelector<HTMLElement>(`[data-action="${focused}"]`)?.focus();
  }

  #copy(id: number, as: CopyAs, secrets: boolean): void {
    post({ type: 'copy', id, as, secrets });
  }

  #connection({ connection, httpVersion }: ConsoleDetail): HTMLElement {
    const texts = this.#texts;
    const tls = connection?.tls;
    const address = connection?.address && `${connection.address}${connection.port ? ` : ${connection.port}` : ''}`;
    const family = connection?.family ? ` (${connection.family})` : '';
    const rows: (readonly [string, string | Node | undefined])[] = [
      [texts.protocol, `HTTP/${httpVersion}`],
      [texts.address, address && address + family],
      [texts.proxy, connection?.proxy],
      [texts.reused, connection && (connection.reused ? texts.usedAgain : texts.opened)],
      [texts.tls, tls && [tls.version, tls.cipher, ...(tls.resumed ? [texts.resumed] : [])].join(', ')],
      [texts.verification, tls && (tls.verified ? texts.verified : filled(texts.notVerified, tls.problem ?? ''))],
      ...(tls?.chain ?? []).map((certificate, index) => {
        return [filled(texts.certificate, index + 1), this.#certificate(certificate)] as const;
      }),
    ];
    const shown = rows.filter((row): row is readonly [string, string | Node] => row[1] !== undefined && row[1] !== '');
    return h('dl', {}, ...shown.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  }

  #certificate({ subject, issuer, validTo, names, fingerprint }: CertificateDetails): HTMLElement {
    const texts = this.#texts;
    const expired = validTo < Date.now();
    const date = new Date(validTo).toLocaleString(document.documentElement.lang || undefined, { dateStyle: 'medium' });
    return h(
      'div',
      {},
      h('div', {}, subject),
      h('div', { class: 'calm' }, filled(texts.issuedBy, issuer)),
      h('div', { class: expired ? 'expired' : 'calm' }, filled(expired ? texts.expiredSince : texts.validUntil, date)),
      names !== undefined && h('div', { class: 'calm' }, names),
      h('div', { class: 'calm' }, `SHA-256 ${fingerprint}`),
    );
  }
}

function part(title: string, content: HTMLElement): readonly HTMLElement[] {
  return [h('h2', {}, title), content];
}
