import type { ResponseModel } from '../../features/presentation/response-model.ts';
import { formatDuration, formatSize } from '../../features/presentation/units.ts';
import { fill, h, icon, iconButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { post } from './host.ts';
import type { ToPanel } from './messages.ts';
import type { Texts } from './texts.ts';

/** Status, time and size of the response, or the progress of the send, with the panel's actions. */
export class Header {
  readonly element = h('header', { class: 'header' });
  readonly #texts: Texts;
  readonly #progress = h('div', { class: 'progress', role: 'progressbar' });
  #timer: ReturnType<typeof setInterval> | undefined;
  #pinned = false;
  /** What is on its way, and where it says how much of it came. */
  #running: { readonly startedAt: number; readonly attempts: number; readonly received: HTMLElement } | undefined;

  constructor(texts: Texts) {
    this.#texts = texts;
    this.#progress.setAttribute('aria-label', texts.loading);
    this.#progress.hidden = true;
  }

  get progress(): HTMLElement {
    return this.#progress;
  }

  show(model: ResponseModel, position: number, count: number): void {
    this.#stop();
    const texts = this.#texts;
    const pin = iconButton(this.#pinned ? 'pinned' : 'pin', this.#pinned ? texts.unpin : texts.pin, () =>
      post({ type: 'pin', pinned: !this.#pinned }),
    );
    pin.setAttribute('aria-pressed', String(this.#pinned));
    const older = iconButton('chevron-left', texts.older, () => post({ type: 'history', step: -1 }));
    const newer = iconButton('chevron-right', texts.newer, () => post({ type: 'history', step: 1 }));
    older.disabled = position <= 1;
    newer.disabled = position >= count;
    fill(
      this.element,
      h(
        'div',
        { class: 'summary', role: 'status' },
        status(model, texts),
        h('span', { class: 'measure' }, formatDuration(model.durationMs)),
        model.body && h('span', { class: 'measure' }, formatSize(model.body.size)),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'subject',
          title: `${texts.goToRequest}\n${model.method} ${model.url}`,
          onclick: () => post({ type: 'goto', file: model.file, line: model.line }),
        },
        h('span', { class: 'method' }, model.method),
        h('span', { class: 'url' }, model.url),
      ),
      h(
        'div',
        { class: 'actions', role: 'toolbar', 'aria-label': texts.response },
        count > 1 && older,
        count > 1 && newer,
        iconButton('history', texts.history, () => post({ type: 'pick-history' })),
        pin,
        iconButton('debug-restart', texts.sendAgain, () => post({ type: 'resend' })),
      ),
    );
  }

  setPinned(pinned: boolean): void {
    this.#pinned = pinned;
  }

  /** Counts the seconds until another call of this class. */
  running({ title, startedAt, attempts, received }: Extract<ToPanel, { type: 'running' }>): void {
    const texts = this.#texts;
    const came = received > 0 ? filled(texts.received, formatSize(received)) : '';
    // The button stays the same one, for the hand that is about to press it.
    if (this.#running?.startedAt === startedAt && this.#running.attempts === attempts) {
      this.#running.received.textContent = came;
      return;
    }
    this.#stop();
    const size = h('span', { class: 'measure' }, came);
    this.#running = { startedAt, attempts, received: size };
    const elapsed = h('span', { class: 'measure', 'aria-hidden': 'true' });
    const tick = (): void => {
      elapsed.textContent = `${(Math.max(0, Date.now() - startedAt) / 1000).toFixed(1)} s`;
    };
    tick();
    this.#timer = setInterval(tick, 100);
    this.#progress.hidden = false;
    const focused = this.element.contains(document.activeElement);
    const cancel = h(
      'button',
      { type: 'button', class: 'secondary cancel', onclick: () => post({ type: 'cancel' }) },
      icon('stop-circle'),
      texts.cancel,
    );
    fill(
      this.element,
      h(
        'div',
        { class: 'summary', role: 'status' },
        icon('loading codicon-modifier-spin'),
        filled(texts.sending, title),
      ),
      elapsed,
      size,
      attempts > 1 && h('span', { class: 'measure' }, filled(texts.attempt, attempts)),
      h('span', { class: 'spacer' }),
      cancel,
    );
    if (focused) cancel.focus();
  }

  /** Shows a line in place of a response. */
  message(text: string): void {
    this.#stop();
    fill(this.element, h('div', { class: 'summary', role: 'status' }, text));
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#running = undefined;
    this.#progress.hidden = true;
  }
}

function status(model: ResponseModel, texts: Texts): HTMLElement {
  if (model.status === undefined) {
    const cancelled = model.error?.code === 'cancelled';
    return h(
      'span',
      { class: cancelled ? 'status' : 'status status-error' },
      icon(cancelled ? 'circle-slash' : 'error'),
      model.error?.title ?? texts.noResponse,
    );
  }
  const kind = Math.floor(model.status / 100);
  const mark = { 2: 'pass', 3: 'arrow-swap', 4: 'warning', 5: 'error' }[kind] ?? 'info';
  return h('span', { class: `status status-${kind}` }, icon(mark), `${model.status} ${model.statusText ?? ''}`.trim());
}
