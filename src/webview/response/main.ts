import '@vscode/codicons/dist/codicon.css';
import './style.css';
import type { ResponseFields, ResponseModel } from '../../features/presentation/response-model.ts';
import { fill, h } from '../shared/dom.ts';
import { TabList } from '../shared/tab-list.ts';
import { readWords } from '../shared/words.ts';
import { authorizationBanner, errorBanner, testsBanner, unverifiedBanner } from './banner.ts';
import { BodyTab } from './body-tab.ts';
import { Header } from './header.ts';
import { post, savedState, saveState } from './host.ts';
import type { PanelState, Tab, ToPanel } from './messages.ts';
import { tabs as tabIds, toPanel } from './messages.ts';
import { RequestTab } from './request-tab.ts';
import { cookiesTable, headersTable, revealButton } from './tables.ts';
import { english } from './texts.ts';
import { showTimeline } from './timeline-tab.ts';

const texts = readWords(english);
const saved = savedState();
let state: PanelState = saved ?? { tab: 'body', raw: false };
let shown: number | undefined;
let current: Extract<ToPanel, { type: 'response' }> | undefined;

const keep = (change: Partial<PanelState>): void => {
  state = { ...state, ...change };
  saveState(state);
};
const withId = (type: 'save' | 'copy' | 'open' | 'reveal') => (): void => {
  if (shown !== undefined) post({ type, id: shown });
};

const header = new Header(texts);
const banners = h('div', { class: 'banners' });
const tabs = new TabList<Tab>(
  texts.responseParts,
  tabIds.map(id => ({ id, label: texts[id] })),
  state.tab,
  tab => keep({ tab }),
);
const body = new BodyTab(tabs.panel('body'), texts, state.raw, {
  save: withId('save'),
  copy: withId('copy'),
  open: withId('open'),
  chosen: raw => keep({ raw }),
  wrapped: wraps => post({ type: 'wrap', wraps }),
  reveal: reveal => {
    if (shown !== undefined) post({ type: 'body', id: shown, reveal });
  },
});
const request = new RequestTab(tabs.panel('request'), texts, reveal);
const heading = h('h1', { class: 'visually-hidden' }, texts.response);
const main = h('main', {}, heading, header.element, header.progress, banners, tabs.element, tabs.panels);
document.body.append(main);
showNothing();

function showNothing(): void {
  main.classList.add('empty');
  const { subject } = state;
  if (subject) {
    header.message(`${subject.status ?? ''} ${subject.method} ${subject.url}`.trim());
    fill(banners, h('section', { class: 'banner' }, h('div', {}, h('p', {}, texts.reloaded), sendAgain())));
  } else header.message(texts.empty);
}

function sendAgain(): HTMLElement {
  return h('button', { type: 'button', class: 'secondary', onclick: () => post({ type: 'resend' }) }, texts.sendAgain);
}

function show(message: Extract<ToPanel, { type: 'response' }>): void {
  const { model, id } = message;
  const changed = shown !== id;
  current = message;
  shown = id;
  main.classList.remove('empty', 'running');
  heading.textContent = model.title || texts.response;
  header.setPinned(message.pinned);
  header.show(model, message.position, message.count);
  if (!changed) return;
  const { error, authorization, unverified } = model;
  fill(
    banners,
    error && errorBanner(error, texts),
    authorization && authorizationBanner(authorization, texts),
    unverified && unverifiedBanner(texts),
    model.tests.length > 0 && testsBanner(model, texts),
  );
  showFields(model);
  showTimeline(tabs.panel('timeline'), model.attempts, model.durationMs, texts);
  request.show(model.request, model.attempts.length);
  body.expect(model.body, model.status === undefined ? texts.noResponse : texts.noBody);
  if (model.body && model.body.size > 0) post({ type: 'body', id, reveal: false });
  tabs.setBadge('headers', model.headers.length || undefined);
  tabs.setBadge('cookies', model.cookies.length || undefined);
  tabs.setBadge('timeline', model.attempts.length > 1 ? model.attempts.length : undefined);
  const { title, method, url, file, line, status } = model;
  keep({ subject: { title, method, url, file, line, ...(status === undefined ? {} : { status }) } });
}

/** Headers and cookies, with the secrets in them masked or shown. */
function showFields({ headers, cookies, fieldsMasked }: ResponseFields): void {
  for (const [id, element] of [
    ['headers', headersTable(headers, texts)],
    ['cookies', cookiesTable(cookies, texts)],
  ] as const) {
    const toggle = current?.model.fieldsMasked && revealButton(!fieldsMasked, texts, reveal);
    fill(tabs.panel(id), toggle && h('div', { class: 'toolbar' }, h('span', { class: 'spacer' }), toggle), element);
  }
}

function reveal(shows: boolean): void {
  if (shows) withId('reveal')();
  else if (current) hide(current.model);
}

function hide(model: ResponseModel): void {
  showFields(model);
  request.show(model.request, model.attempts.length);
  focusReveal();
}

const focusReveal = (): void => tabs.panel(tabs.selected).querySelector<HTMLElement>('.reveal')?.focus();

window.addEventListener('message', event => {
  const message = toPanel(event.data);
  if (!message) return;
  switch (message.type) {
    case 'response':
      return show(message);
    case 'body':
      if (message.id === shown) body.show(message);
      return;
    case 'revealed':
      if (message.id !== shown) return;
      showFields(message);
      request.revealed(message.request);
      return focusReveal();
    case 'running':
      main.classList.add('running');
      return header.running(message);
    case 'idle':
      main.classList.remove('running');
      return current ? header.show(current.model, current.position, current.count) : showNothing();
    case 'wrap':
      return body.wrap(message.wraps);
    case 'pinned':
      header.setPinned(message.pinned);
      if (current && !main.classList.contains('running')) header.show(current.model, current.position, current.count);
  }
});

// On the document: the workbench listens on the window, and would open its own find widget too.
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f' && tabs.selected === 'body' && body.find()) {
    event.preventDefault();
    event.stopPropagation();
  }
  // By the key's place: with Option, Macs write another letter.
  const wraps = event.altKey && !event.ctrlKey && !event.metaKey && event.code === 'KeyZ';
  if (wraps && tabs.selected === 'body' && body.toggleWrap()) {
    event.preventDefault();
    event.stopPropagation();
  }
});

post({ type: 'ready', ...(saved ? { state: saved } : {}) });
