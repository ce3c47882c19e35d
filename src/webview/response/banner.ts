import type {
  AuthorizationModel,
  ErrorModel,
  OriginModel,
  ResponseModel,
} from '../../features/presentation/response-model.ts';
import { h, icon, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { post } from './host.ts';
import type { ErrorAction } from './messages.ts';
import type { Texts } from './texts.ts';

/** Says in words what went wrong, with what can be done. */
export function errorBanner(error: ErrorModel, texts: Texts): HTMLElement {
  const action = (label: string, name: ErrorAction): HTMLElement =>
    h('button', { type: 'button', class: 'secondary', onclick: () => post({ type: 'action', action: name }) }, label);
  const { file, line, where = '' } = error;
  const cancelled = error.code === 'cancelled';
  return h(
    'section',
    { class: cancelled ? 'banner' : 'banner banner-error', role: 'alert' },
    icon(cancelled ? 'circle-slash' : 'error'),
    h(
      'div',
      {},
      h('h2', {}, error.title),
      h('p', {}, error.message),
      error.hint !== undefined && h('p', { class: 'hint' }, icon('lightbulb'), error.hint),
      h(
        'div',
        { class: 'actions' },
        error.secret !== undefined && secretButton(filled(texts.setSecret, error.secret), error.secret, 'primary'),
        action(texts.sendAgain, 'resend'),
        file !== undefined &&
          line !== undefined &&
          h(
            'button',
            { type: 'button', class: 'secondary', onclick: () => post({ type: 'goto', file, line }) },
            filled(texts.goTo, where),
          ),
        error.code === 'untrusted-workspace' && action(texts.manageTrust, 'trust'),
        ['certificate', 'proxy', 'timeout'].includes(error.code) && action(texts.openSettings, 'settings'),
        action(texts.showConsole, 'console'),
      ),
    ),
  );
}

/** That anybody on the way may have answered. */
export function unverifiedBanner(texts: Texts): HTMLElement {
  return h('section', { class: 'banner banner-warning' }, icon('unlock'), h('div', {}, h('p', {}, texts.unverified)));
}

/** What the request says of its response: those that failed with why, each a link to its line. */
export function testsBanner({ tests, file }: ResponseModel, texts: Texts): HTMLElement {
  const failed = tests.filter(({ passed }) => !passed);
  return h(
    'section',
    {
      class: failed.length > 0 ? 'banner banner-error' : 'banner banner-passed',
      role: failed.length > 0 ? 'alert' : 'status',
    },
    icon(failed.length > 0 ? 'error' : 'pass'),
    h(
      'div',
      {},
      h('h2', {}, filled(texts.testsPassed, tests.length - failed.length, tests.length)),
      failed.length > 0 &&
        h(
          'ul',
          { class: 'causes' },
          ...failed.map(({ name, message, line }) =>
            h(
              'li',
              {},
              linkButton(name, () => post({ type: 'goto', file, line }), filled(texts.goTo, name)),
              message !== undefined && h('span', { class: 'evidence' }, message),
            ),
          ),
        ),
    ),
  );
}

/** What the server said of the authorization. */
export function authorizationBanner(authorization: AuthorizationModel, texts: Texts): HTMLElement {
  return h(
    'section',
    { class: 'banner banner-warning', role: 'alert' },
    icon('shield'),
    h(
      'div',
      {},
      h('h2', {}, texts.authorizationFailed),
      h('p', {}, authorization.explanation),
      authorization.causes.length > 0 && causes(authorization.causes, texts),
      authorization.secrets.length > 0 &&
        h(
          'div',
          { class: 'actions' },
          ...authorization.secrets.map(name => secretButton(filled(texts.enterAgain, name), name, 'secondary')),
        ),
      authorization.challenges.length > 0 &&
        h(
          'dl',
          {},
          h('dt', {}, texts.challenge),
          ...authorization.challenges.map(challenge => h('dd', {}, h('code', {}, challenge))),
        ),
      authorization.used && h('dl', {}, h('dt', {}, texts.credential), h('dd', {}, place(authorization.used, texts))),
    ),
  );
}

/** Asks for a secret, keeps it, and sends the request again. */
function secretButton(label: string, name: string, kind: 'primary' | 'secondary'): HTMLElement {
  return h('button', { type: 'button', class: kind, onclick: () => post({ type: 'set-secret', name }) }, label);
}

/** Why it may have been refused: each cause with what it is known from, and what to do. */
function causes(list: AuthorizationModel['causes'], texts: Texts): HTMLElement {
  return h(
    'ul',
    { class: 'causes', 'aria-label': texts.causes },
    ...list.map(({ text, evidence, fix }) =>
      h(
        'li',
        {},
        h('strong', {}, text),
        h('span', { class: 'evidence' }, evidence),
        fix !== undefined && h('span', { class: 'hint' }, icon('lightbulb'), fix),
      ),
    ),
  );
}

function place(origin: OriginModel, texts: Texts): HTMLElement {
  const { file, line, label } = origin;
  return file === undefined || line === undefined
    ? h('span', {}, label)
    : linkButton(label, () => post({ type: 'goto', file, line }), filled(texts.goTo, label));
}
