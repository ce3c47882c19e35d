import '@vscode/codicons/dist/codicon.css';
import './style.css';
import { remainingTime } from '../../features/presentation/remaining-time.ts';
import type { ClaimModel, JwtModel, ScopeModel, TokenModel } from '../../features/presentation/token-model.ts';
import { h, icon, linkButton } from '../shared/dom.ts';
import { post } from '../shared/page.ts';
import { filled, readWords } from '../shared/words.ts';
import { type TokenAction, toTokenPage } from './messages.ts';
import { english } from './texts.ts';

const texts = readWords(english);
const main = h('main');
document.body.append(main);
let timer: ReturnType<typeof setInterval> | undefined;

window.addEventListener('message', ({ data }) => {
  const message = toTokenPage(data);
  if (message?.type === 'token') show(message.model);
  else if (message?.type === 'gone') {
    clearInterval(timer);
    main.replaceChildren(h('p', { class: 'calm', role: 'status' }, texts.gone));
  }
});
post({ type: 'ready' });

function show(model: TokenModel): void {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.action : undefined;
  const state = h('p', { class: 'state' });
  main.replaceChildren(
    h('header', {}, h('h1', {}, model.name), h('p', { class: 'calm host' }, model.host), state),
    toolbar(model),
    scopes(model.scopes),
    details(model),
    ...(model.jwts.some(jwt => jwt.of === 'access') || model.scheme !== 'oauth2'
      ? []
      : [h('p', { class: 'calm' }, texts.opaque)]),
    ...model.jwts.map(claims),
    ...(model.usedBy.length === 0 ? [] : [usedBy(model.usedBy)]),
  );
  if (focused) main.querySelector<HTMLElement>(`[data-action="${focused}"]`)?.focus();
  const tick = (): void => showState(state, model, Date.now());
  clearInterval(timer);
  if (model.expiresAt !== undefined) timer = setInterval(tick, 1000);
  tick();
}

const icons = { valid: 'pass-filled', 'expires-soon': 'watch', refreshable: 'sync', expired: 'error' } as const;

function showState(element: HTMLElement, { standing, expiresAt, refreshable }: TokenModel, now: number): void {
  const left = expiresAt === undefined ? undefined : expiresAt - now;
  const ended = standing === 'expired' || standing === 'refreshable' || (left !== undefined && left <= 0);
  const shown = ended
    ? refreshable
      ? 'refreshable'
      : 'expired'
    : left !== undefined && left < 300_000
      ? 'expires-soon'
      : standing;
  const words = {
    valid: texts.valid,
    'expires-soon': texts.expiresSoon,
    refreshable: texts.refreshable,
    expired: texts.expired,
  };
  const rest =
    left === undefined
      ? ended
        ? undefined
        : texts.noEnd
      : left > 0
        ? ended
          ? undefined
          : filled(texts.expiresIn, remainingTime(left))
        : filled(texts.expiredAgo, remainingTime(-left));
  element.className = `state ${shown}`;
  element.replaceChildren(
    icon(icons[shown]),
    h('strong', {}, words[shown]),
    rest === undefined ? '' : h('span', { class: 'calm' }, rest),
  );
}

function toolbar({ refreshable, scheme }: TokenModel): HTMLElement {
  const button = (action: TokenAction, label: string, kind: string, name?: string): HTMLElement =>
    h(
      'button',
      { type: 'button', class: kind, 'data-action': action, onclick: () => post({ type: 'action', action }) },
      name === undefined ? undefined : icon(name),
      label,
    );
  return h(
    'div',
    { class: 'actions' },
    button('use', texts.use, 'primary', 'check'),
    refreshable
      ? button('refresh', texts.refresh, 'secondary', 'refresh')
      : button('get', texts.get, 'secondary', 'add'),
    button('copy', texts.copy, 'secondary', 'copy'),
    button('copyAsHeader', texts.copyAsHeader, 'secondary'),
    button('rename', texts.rename, 'secondary'),
    scheme === 'oauth2' && button('revoke', texts.revoke, 'secondary'),
    button('delete', texts.delete, 'secondary', 'trash'),
  );
}

function section(title: string, ...children: readonly (Node | string | false)[]): HTMLElement {
  return h('section', {}, h('h2', {}, title), ...children);
}

function scopes(list: readonly ScopeModel[]): HTMLElement {
  if (list.length === 0) return section(texts.scopes, h('p', { class: 'calm' }, texts.noScopes));
  const item = ({ name, asked, granted }: ScopeModel): HTMLElement => {
    const said = granted ? (asked ? texts.granted : texts.extra) : texts.refused;
    return h(
      'li',
      { class: granted ? 'granted' : 'refused', title: said },
      icon(granted ? (asked ? 'check' : 'add') : 'close'),
      h('code', {}, name),
      h('span', { class: granted && asked ? 'visually-hidden' : 'calm' }, said),
    );
  };
  return section(texts.scopes, h('ul', { class: 'scopes' }, ...list.map(item)));
}

function details(model: TokenModel): HTMLElement {
  const rows: [string, string | undefined][] = [
    [texts.issuer, model.issuer],
    [texts.account, model.account],
    [texts.client, model.client],
    [texts.environment, model.environment],
    [texts.grant, model.grant],
    [texts.audience, model.audience],
    [texts.type, model.tokenType],
    [texts.obtained, date(model.obtainedAt)],
    [texts.expires, model.expiresAt === undefined ? texts.noEnd : date(model.expiresAt)],
    [texts.refreshToken, model.refreshable ? texts.yes : texts.no],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined);
  return section(
    texts.details,
    h('dl', {}, ...shown.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
  );
}

function claims({ of, header, claims: list, proof }: JwtModel): HTMLElement {
  const row = ({ name, value, instant }: ClaimModel): HTMLElement =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', {}, h('code', {}, value), instant !== undefined && h('span', { class: 'calm' }, date(instant))),
    );
  return section(
    of === 'access' ? texts.accessToken : texts.idToken,
    h('p', { class: 'calm note' }, of === 'access' ? texts.unverified : texts.saysWho),
    ...(proof ? [signature(proof)] : []),
    h('table', {}, h('tbody', {}, ...list.map(row)), h('tbody', { class: 'head' }, ...header.map(row))),
  );
}

function signature({ verified, reason }: NonNullable<JwtModel['proof']>): HTMLElement {
  return h(
    'p',
    { class: `signature ${verified ? 'verified' : 'unverified'}` },
    icon(verified ? 'verified' : 'unverified'),
    h('span', {}, verified ? texts.signatureVerified : texts.signatureUnverified),
    reason !== undefined && h('span', { class: 'calm' }, texts[reason]),
  );
}

function usedBy(files: readonly string[]): HTMLElement {
  const item = (file: string): HTMLElement => {
    const name = file.split(/[/\\]/).at(-1) ?? file;
    return h(
      'li',
      {},
      linkButton(name, () => post({ type: 'open', file }), filled(texts.open, file)),
    );
  };
  return section(texts.usedBy, h('ul', { class: 'files' }, ...files.map(item)));
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toLocaleString(document.documentElement.lang || undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
}
