import '@vscode/codicons/dist/codicon.css';
import './style.css';
import type { ConsoleRow } from '../../features/presentation/console-model.ts';
import { h, iconButton } from '../shared/dom.ts';
import { post } from '../shared/page.ts';
import { readWords } from '../shared/words.ts';
import { DetailPane } from './detail-pane.ts';
import { ExchangeList } from './exchange-list.ts';
import { toConsole } from './messages.ts';
import { english } from './texts.ts';

const texts = readWords(english);

type Kind = 'all' | 'failed' | ConsoleRow['reason'];
const kinds: readonly Kind[] = ['all', 'failed', 'request', 'token', 'redirect', 'challenge', 'script'];

/** Milliseconds without a key before a filter is applied. */
const pause = 200;

const rows = new Map<number, ConsoleRow>();
/** Which pass the filter. */
let found = new Set<number>();
let filtered = false;
let kind: Kind = 'all';
let timer: ReturnType<typeof setTimeout> | undefined;

const list = new ExchangeList(texts, id => {
  if (id === undefined) detail.clear();
  else post({ type: 'show', id, reveal: false });
});
const detail = new DetailPane(texts, () => list.select(undefined));

const filter = h('input', {
  type: 'search',
  class: 'filter',
  placeholder: texts.filter,
  title: texts.filterHint,
  'aria-label': texts.filterHint,
  spellcheck: 'false',
});
filter.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(() => post({ type: 'filter', text: filter.value }), pause);
});
const choice = h(
  'select',
  { 'aria-label': texts.kinds, title: texts.kinds },
  ...kinds.map(name => h('option', { value: name }, texts[name])),
);
choice.addEventListener('change', () => {
  kind = choice.value as Kind;
  show();
});
const count = h('span', { class: 'count', role: 'status' });
const follow = iconButton('fold-down', texts.follow, () => setFollowing(!list.following));
const bar = h(
  'div',
  { class: 'bar', role: 'toolbar', 'aria-label': texts.exchanges },
  filter,
  choice,
  count,
  h('span', { class: 'space' }),
  follow,
  iconButton('save', texts.save, () => post({ type: 'save', ids: shownRows().map(({ id }) => id) })),
  iconButton('output', texts.log, () => post({ type: 'log' })),
  iconButton('clear-all', texts.clear, () => post({ type: 'clear' })),
);
document.body.append(h('main', {}, bar, h('div', { class: 'panes' }, list.element, detail.element)));
list.onScrolledAway = () => setFollowing(false);
setFollowing(true);

function setFollowing(following: boolean): void {
  list.following = following;
  follow.setAttribute('aria-pressed', String(following));
}

function shownRows(): readonly ConsoleRow[] {
  return [...rows.values()].filter(row => {
    if (filtered && !found.has(row.id)) return false;
    if (kind === 'all') return true;
    return kind === 'failed' ? row.error !== undefined || (row.status ?? 0) >= 400 : row.reason === kind;
  });
}

function show(): void {
  const shown = shownRows();
  list.show(shown, rows.size === 0 ? texts.empty : texts.nothingFound);
  count.textContent = shown.length === rows.size ? String(rows.size) : `${shown.length}/${rows.size}`;
}

window.addEventListener('message', ({ data }) => {
  const message = toConsole(data);
  if (message?.type === 'rows') {
    if (message.fresh) {
      rows.clear();
      list.select(undefined);
    }
    for (const id of message.gone) rows.delete(id);
    for (const row of message.rows) {
      rows.set(row.id, row);
      if (row.found) found.add(row.id);
      else found.delete(row.id);
    }
    show();
  } else if (message?.type === 'found' && message.text === filter.value) {
    found = new Set(message.ids);
    filtered = filter.value.trim() !== '';
    show();
  } else if (message?.type === 'detail' && message.detail.id === list.selected) detail.show(message.detail);
});
post({ type: 'ready' });
