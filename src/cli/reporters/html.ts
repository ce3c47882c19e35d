import { createHash } from 'node:crypto';
import type { Output } from '../output.ts';
import { causeLines, failureText, labelOf, type ReportedRequest, type Reporter } from '../report.ts';
import type { ReportedResponse } from '../reported-response.ts';

/** The most requests that the chart of times has a bar for. */
const mostBars = 400;

const style = `:root{color-scheme:light dark;--line:#8884;--dim:light-dark(#616161,#9d9d9d);--good:light-dark(#1a7f37,#3fb950);--bad:light-dark(#cf222e,#f85149);--bar:light-dark(#0969da,#58a6ff);--back:light-dark(#f6f8fa,#161b22)}
*{box-sizing:border-box}body{font:14px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1.5rem 1rem;background:light-dark(#fff,#0d1117);color:light-dark(#1f2328,#e6edf3)}
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}h3{font-size:.85rem;margin:.75rem 0 .25rem;color:var(--dim)}
.facts{display:flex;flex-wrap:wrap;gap:1rem 2rem;margin:1rem 0}.facts div b{display:block;font-size:1.5rem}.good{color:var(--good)}.bad{color:var(--bad)}.dim{color:var(--dim)}
.bar{position:sticky;top:0;background:inherit;display:flex;gap:.5rem;flex-wrap:wrap;align-items:center;padding:.5rem 0;z-index:1}
.bar input{flex:1;min-width:12rem}.bar input,.bar select{font:inherit;padding:.3rem .5rem;border:1px solid var(--line);border-radius:6px;background:transparent;color:inherit}
details{border:1px solid var(--line);border-radius:6px;margin:.35rem 0;overflow:hidden}summary{display:grid;grid-template-columns:1.2rem 3.2rem minmax(0,1fr) auto auto;gap:.6rem;padding:.4rem .6rem;cursor:pointer;list-style:none;align-items:baseline}
summary::-webkit-details-marker{display:none}summary:focus-visible{outline:2px solid var(--bar);outline-offset:-2px}.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.inside{padding:.25rem .75rem .75rem;border-top:1px solid var(--line)}
pre{background:var(--back);border-radius:6px;padding:.6rem;overflow:auto;max-height:28rem;white-space:pre-wrap;overflow-wrap:anywhere;font:12px/1.45 ui-monospace,monospace;margin:.25rem 0}ul{margin:.25rem 0;padding-left:.25rem;list-style:none}
svg{width:100%;height:5rem;display:block;background:var(--back);border-radius:6px}rect{fill:var(--bar)}rect.bad{fill:var(--bad)}[hidden]{display:none!important}
@media(max-width:40rem){summary{grid-template-columns:1.2rem 3rem minmax(0,1fr) auto}summary .tests{display:none}}`;

const script = `const rows=[...document.querySelectorAll('details')],text=document.querySelector('#text'),state=document.querySelector('#state'),shown=document.querySelector('#shown');
function filter(){const wanted=text.value.toLowerCase();let count=0;for(const row of rows){const fits=(state.value==='all'||row.dataset.state===state.value)&&(wanted===''||row.dataset.text.includes(wanted));row.hidden=!fits;if(fits)count++}shown.textContent=count+' of '+rows.length}
text.addEventListener('input',filter);state.addEventListener('change',filter);filter();`;

const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** One file that opens anywhere: a summary, the times, and each request with what went over the wire, secrets masked. */
export function htmlReporter(output: Output): Reporter {
  const times: { readonly label: string; readonly ms: number; readonly ok: boolean }[] = [];
  const rows: string[] = [];
  let tests = 0;
  let failedTests = 0;
  let skipped = 0;
  const startedAt = new Date();
  return {
    exchanges: true,
    request(request, _, exchange) {
      times.push({ label: labelOf(request), ms: request.durationMs, ok: request.ok });
      tests += request.tests?.length ?? 0;
      failedTests += request.tests?.filter(({ passed }) => !passed).length ?? 0;
      if (request.skipped) skipped++;
      rows.push(rowOf(request, exchange?.log, exchange?.response));
    },
    end({ requests, failed, durationMs }) {
      const fact = (value: string | number, what: string, kind = ''): string =>
        `<div class="${kind}"><b>${html(String(value))}</b>${html(what)}</div>`;
      output.line(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${failed === 0 ? 'Passed' : `${failed} failed`} · Countersign</title><style>${style}</style></head><body>
<header><h1 class="${failed === 0 ? 'good' : 'bad'}">${failed === 0 ? 'All requests passed' : `${failed} of ${requests} requests failed`}</h1>
<div class="dim"><time datetime="${startedAt.toISOString()}">${startedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC</time></div></header>
<section class="facts" aria-label="Summary">${fact(requests, 'requests')}${fact(requests - failed - skipped, 'passed', 'good')}${fact(failed, 'failed', failed > 0 ? 'bad' : '')}${fact(skipped, 'skipped')}${fact(`${tests - failedTests}/${tests}`, 'tests', failedTests > 0 ? 'bad' : '')}${fact(`${(durationMs / 1000).toFixed(2)} s`, 'in all')}${fact(`${Math.round(median(times.map(({ ms }) => ms)))} ms`, 'median')}</section>
${chart(times)}
<h2>Requests</h2>
<div class="bar" role="search"><input id="text" type="search" placeholder="Filter by name, URL or file" aria-label="Filter by name, URL or file">
<select id="state" aria-label="State"><option value="all">All</option><option value="failed">Failed</option><option value="passed">Passed</option><option value="skipped">Skipped</option></select><span class="dim" id="shown" role="status"></span></div>
<main>`);
      for (const row of rows) output.line(row);
      output.line(`</main><script>${script}</script></body></html>`);
    },
  };
}

function rowOf(request: ReportedRequest, log: string | undefined, response: ReportedResponse | undefined): string {
  const {
    ok,
    status,
    method,
    url,
    file,
    line,
    durationMs,
    tests = [],
    causes = [],
    error,
    skipped,
    iteration,
  } = request;
  const state = !ok ? 'failed' : skipped ? 'skipped' : 'passed';
  const mark = { failed: '✗', skipped: '–', passed: '✓' }[state];
  const label = `${labelOf(request)}${iteration === undefined ? '' : ` (iteration ${iteration})`}`;
  const passed = tests.filter(test => test.passed).length;
  const parts = [
    `<div class="dim">${html(`${method} ${url}`)}<br>${html(`${file}:${error?.line ?? line}`)} · ${html(request.auth.scheme)}</div>`,
    ok
      ? ''
      : `<p class="bad">${html(failureText(request))}${error?.hint ? `<br><span class="dim">${html(error.hint)}</span>` : ''}</p>`,
    causes.length === 0
      ? ''
      : `<ul>${causeLines(causes)
          .map(text => `<li>${html(text.replace(/^- | {2}/, ''))}</li>`)
          .join('')}</ul>`,
    tests.length === 0
      ? ''
      : `<h3>Tests</h3><ul>${tests.map(test => `<li class="${test.passed ? 'good' : 'bad'}">${test.passed ? '✓' : '✗'} ${html(test.name)}${test.message === undefined ? '' : `: ${html(test.message)}`}</li>`).join('')}</ul>`,
    log ? `<h3>As it went over the wire</h3><pre tabindex="0">${html(log)}</pre>` : '',
    response?.body ? `<h3>Body</h3><pre tabindex="0">${html(bodyOf(response))}</pre>` : '',
  ];
  return `<details data-state="${state}" data-text="${html(`${label} ${method} ${url} ${file}`.toLowerCase())}"><summary><span class="${ok ? (skipped ? 'dim' : 'good') : 'bad'}" aria-label="${state}">${mark}</span><span class="${status !== null && status >= 400 ? 'bad' : ''}">${status ?? '—'}</span><span class="name">${html(label)}</span><span class="dim tests">${tests.length === 0 ? '' : `${passed}/${tests.length} tests`}</span><span class="dim">${Math.round(durationMs)} ms</span></summary><div class="inside">${parts.join('')}</div></details>`;
}

function bodyOf({ body, truncated }: ReportedResponse): string {
  if (!body) return '';
  const text = 'text' in body ? body.text : '(binary)';
  return truncated ? `${text}\n…` : text;
}

/** A bar for each request, in their order; of very many, for stretches of them the longest. */
function chart(times: readonly { readonly label: string; readonly ms: number; readonly ok: boolean }[]): string {
  if (times.length < 2) return '';
  const each = Math.ceil(times.length / mostBars);
  const bars = Array.from({ length: Math.ceil(times.length / each) }, (_, at) => {
    const stretch = times.slice(at * each, (at + 1) * each);
    const longest = stretch.reduce((one, other) => (other.ms > one.ms ? other : one));
    return { ...longest, ok: stretch.every(({ ok }) => ok) };
  });
  const most = Math.max(...bars.map(({ ms }) => ms), 1);
  const width = Math.min(1000 / bars.length, 40);
  const shapes = bars.map(({ label, ms, ok }, at) => {
    const height = Math.max(1, (ms / most) * 96);
    return `<rect${ok ? '' : ' class="bad"'} x="${(at * width).toFixed(2)}" y="${(100 - height).toFixed(2)}" width="${Math.max(width - 1, 0.5).toFixed(2)}" height="${height.toFixed(2)}"><title>${html(label)}: ${Math.round(ms)} ms</title></rect>`;
  });
  return `<h2>Times <span class="dim">(up to ${Math.round(most)} ms)</span></h2><svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="The time of each request">${shapes.join('')}</svg>`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function html(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text
    .replace(/[&<>"']/g, character => entities[character] ?? character)
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
