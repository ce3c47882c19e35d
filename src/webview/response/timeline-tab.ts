import type { AttemptModel } from '../../features/presentation/response-model.ts';
import { formatDuration } from '../../features/presentation/units.ts';
import { fill, h, icon } from '../shared/dom.ts';
import type { Texts } from './texts.ts';

const phases = ['dns', 'connect', 'tls', 'wait', 'download'] as const;

/** The attempts of an exchange on one scale of time, each with its phases. */
export function showTimeline(
  panel: HTMLElement,
  attempts: readonly AttemptModel[],
  durationMs: number,
  texts: Texts,
): void {
  if (attempts.length === 0) {
    fill(panel, h('p', { class: 'placeholder' }, texts.noAttempts));
    return;
  }
  const ends = attempts.map(attempt => attempt.offset + (attempt.timing?.total ?? 0));
  const scale = Math.max(durationMs, ...ends, 0.001);
  const legend = h(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    ...phases.map(phase => h('li', {}, h('span', { class: `swatch ${phase}` }), texts[phase])),
  );
  fill(
    panel,
    h(
      'div',
      { class: 'scrolling', tabindex: 0 },
      legend,
      h('ol', { class: 'timeline' }, ...attempts.map(attempt => entry(attempt, scale, texts))),
      h('p', { class: 'total' }, `${texts.total} `, h('strong', {}, formatDuration(durationMs))),
    ),
  );
}

function entry(attempt: AttemptModel, scale: number, texts: Texts): HTMLElement {
  const { timing } = attempt;
  const reasons = {
    request: texts.reasonRequest,
    challenge: texts.reasonChallenge,
    redirect: texts.reasonRedirect,
    token: texts.reasonToken,
    script: texts.reasonScript,
  };
  const status = attempt.status === undefined ? undefined : `${attempt.status} ${attempt.statusText ?? ''}`.trim();
  const details = timing
    ? phases.flatMap(phase => {
        const ms = timing[phase];
        return ms === undefined ? [] : [h('div', {}, h('dt', {}, texts[phase]), h('dd', {}, formatDuration(ms)))];
      })
    : [];
  if (timing && timing.connect === undefined) details.unshift(h('div', {}, h('dt', {}, texts.reused)));
  return h(
    'li',
    { class: 'attempt' },
    h(
      'div',
      { class: 'attempt-head' },
      h('strong', {}, reasons[attempt.reason]),
      h('span', { class: 'attempt-target' }, `${attempt.method} ${attempt.url}`),
      status !== undefined && h('span', { class: `status status-${Math.floor((attempt.status ?? 0) / 100)}` }, status),
      h('span', { class: 'attempt-total' }, timing ? formatDuration(timing.total) : ''),
    ),
    bar(attempt, scale),
    attempt.error !== undefined && h('p', { class: 'attempt-error' }, icon('error'), attempt.error),
    h('dl', { class: 'phases' }, ...details),
    (attempt.remoteAddress !== undefined || attempt.httpVersion !== undefined) &&
      h(
        'p',
        { class: 'caption' },
        [attempt.httpVersion && `HTTP/${attempt.httpVersion.replace(/^HTTP\//, '')}`, attempt.remoteAddress]
          .filter(Boolean)
          .join(' · '),
      ),
  );
}

function bar(attempt: AttemptModel, scale: number): HTMLElement {
  const track = h('div', { class: 'track', 'aria-hidden': 'true' });
  const { timing } = attempt;
  if (!timing) return track;
  const known = phases.reduce((sum, phase) => sum + (timing[phase] ?? 0), 0);
  let at = attempt.offset;
  // What no phase accounts for (queueing, writing the request) comes before the wait.
  const unknown = Math.max(0, timing.total - known);
  for (const phase of phases) {
    if (phase === 'wait') at += unknown;
    const ms = timing[phase];
    if (ms === undefined) continue;
    const segment = h('div', { class: `segment ${phase}` });
    segment.style.left = `${(at / scale) * 100}%`;
    segment.style.width = `${(ms / scale) * 100}%`;
    track.append(segment);
    at += ms;
  }
  return track;
}
