import type { CookieModel } from '../../features/presentation/set-cookie.ts';
import { h, icon, iconButton } from '../shared/dom.ts';
import { post } from './host.ts';
import type { Texts } from './texts.ts';

/** A table with a header row; cells are text or elements. */
export function table(
  label: string,
  columns: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement {
  return h(
    'table',
    { class: 'grid', 'aria-label': label },
    h('thead', {}, h('tr', {}, ...columns.map(column => h('th', { scope: 'col' }, column)))),
    h('tbody', {}, ...rows.map(cells => h('tr', {}, ...cells.map(cell => h('td', {}, cell))))),
  );
}

/** A value that can be copied. */
function copyable(value: string, texts: Texts): HTMLElement {
  return h(
    'div',
    { class: 'copyable' },
    h('span', { class: 'value' }, value),
    iconButton('copy', `${texts.copy}: ${value.slice(0, 40)}`, () => post({ type: 'copy-text', text: value })),
  );
}

/** Shows secrets, or hides them again. */
export function revealButton(revealed: boolean, texts: Texts, reveal: (shows: boolean) => void): HTMLElement {
  return h(
    'button',
    { type: 'button', class: 'secondary reveal', onclick: () => reveal(!revealed) },
    icon(revealed ? 'eye-closed' : 'eye'),
    revealed ? texts.hide : texts.reveal,
  );
}

export function headersTable(headers: readonly (readonly [string, string])[], texts: Texts): HTMLElement {
  if (headers.length === 0) return h('p', { class: 'placeholder' }, texts.noHeaders);
  const rows = headers.map(([name, value]) => [h('span', { class: 'name' }, name), copyable(value, texts)]);
  return table(texts.headers, [texts.name, texts.value], rows);
}

export function cookiesTable(cookies: readonly CookieModel[], texts: Texts): HTMLElement {
  if (cookies.length === 0) return h('p', { class: 'placeholder' }, texts.noCookies);
  const rows = cookies.map(cookie => [
    h('span', { class: 'name' }, cookie.name),
    copyable(cookie.value, texts),
    cookie.domain ?? '',
    cookie.path ?? '',
    cookie.expires ?? texts.session,
    flags(cookie),
  ]);
  const columns = [texts.name, texts.value, texts.domain, texts.path, texts.expires, texts.flags];
  return table(texts.cookies, columns, rows);
}

function flags(cookie: CookieModel): HTMLElement {
  const names = [
    cookie.secure && 'Secure',
    cookie.httpOnly && 'HttpOnly',
    cookie.sameSite !== undefined && `SameSite=${cookie.sameSite}`,
  ];
  return h(
    'span',
    { class: 'flags' },
    ...names.map(name => name !== false && h('span', { class: 'flag' }, name === 'Secure' && icon('lock'), name)),
  );
}
