import '@vscode/codicons/dist/codicon.css';
import './style.css';
import type { FormModel } from '../../features/form/form-model.ts';
import type { FormRow } from '../../features/form/form-request.ts';
import { fill, h, icon } from '../shared/dom.ts';
import { TabList } from '../shared/tab-list.ts';
import { readWords } from '../shared/words.ts';
import { AuthorizationTab } from './authorization-tab.ts';
import { setVariables } from './completion.ts';
import { Header } from './header.ts';
import { isAhead, noteArrived, post, savedState, saveState } from './host.ts';
import type { PanelState, Tab, ToPanel } from './messages.ts';
import { tabs as tabIds, toPanel } from './messages.ts';
import { PreviewTab } from './preview-tab.ts';
import { BodyTab, HeadersTab, ParamsTab } from './request-tabs.ts';
import { english } from './texts.ts';
import { hideTooltip, tooltipElement } from './tooltip.ts';

const texts = readWords(english);
let state: PanelState = savedState() ?? { tab: 'authorization' };
let restored = false;

const header = new Header(texts);
const message = h('p', { class: 'gone', role: 'status' }, texts.loading);
const refusal = h('p', { class: 'refusal', role: 'alert' });
refusal.hidden = true;
const list = new TabList<Tab>(
  texts.partsOfRequest,
  tabIds.map(id => ({ id, label: texts[id] })),
  'authorization',
  tab => select(tab),
);
const authorization = new AuthorizationTab(list.panel('authorization'), texts);
const params = new ParamsTab(list.panel('params'), texts);
const headers = new HeadersTab(list.panel('headers'), texts);
const body = new BodyTab(list.panel('body'), texts);
const preview = new PreviewTab(list.panel('preview'), texts);
const main = h(
  'main',
  { class: 'waiting' },
  header.element,
  refusal,
  message,
  list.element,
  list.panels,
  tooltipElement(),
);
document.body.append(main);

function select(tab: Tab): void {
  hideTooltipSafely();
  // The list selects its first tab while it is made.
  if (!restored) return;
  state = { ...state, tab };
  saveState(state);
  preview.show(tab === 'preview');
}

function hideTooltipSafely(): void {
  if (restored) hideTooltip();
}

function setModel({ model, edit, unsaved }: Extract<ToPanel, { type: 'model' }>): void {
  noteArrived(edit);
  const { file, level, title, line, request } = model;
  state = { ...state, subject: { file, level, title, line } };
  saveState(state);
  main.className = `level-${level}`;
  message.hidden = true;
  if (!isAhead()) refusal.hidden = true;
  header.set(model, unsaved);
  authorization.set(model);
  // Levels above requests have an authorization, and nothing else.
  list.element.hidden = request === undefined;
  if (request) {
    params.set(request);
    headers.set(request, model);
    body.set(request);
    preview.setError(model);
    list.setBadge('params', count(sent(request.params) + request.addedParams.length));
    list.setBadge('headers', count(sent(request.headers)));
  }
  if (!restored) restore(model);
}

function restore({ request }: FormModel): void {
  restored = true;
  list.select(request ? state.tab : 'authorization');
}

function sent(rows: readonly FormRow[]): number {
  return rows.filter(({ disabled }) => !disabled).length;
}

function count(of: number): number | undefined {
  return of === 0 ? undefined : of;
}

function receive(value: unknown): void {
  const told = toPanel(value);
  switch (told?.type) {
    case 'model':
      setModel(told);
      return;
    case 'variables':
      setVariables(told.variables);
      return;
    case 'status':
      header.setStatus(told.status);
      return;
    case 'preview':
      preview.set(told);
      return;
    case 'revealed':
      authorization.reveals.show(told.field, told.value);
      return;
    case 'refused':
      noteArrived(told.edit);
      refusal.hidden = false;
      fill(refusal, icon('error'), told.message);
      return;
    case 'gone':
      main.className = 'waiting';
      message.hidden = false;
      message.textContent = told.message;
      return;
  }
}

window.addEventListener('message', event => receive(event.data));
document.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  header.send();
});
// Undo means the text's, whichever control has the focus.
document.addEventListener(
  'keydown',
  event => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const redo = key === 'y' || (key === 'z' && event.shiftKey);
    if (key !== 'z' && !redo && key !== 's') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    post({ type: key === 's' ? 'save' : redo ? 'redo' : 'undo' });
  },
  { capture: true },
);
document.addEventListener('keydown', event => event.key === 'Escape' && hideTooltip());
document.addEventListener('scroll', hideTooltip, { capture: true });
post({ type: 'ready' });
