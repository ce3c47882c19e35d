import { maskedHeader, maskedUrls } from '../../core/credential-text.ts';
import type { AttemptRecord } from '../../core/exchange.ts';
import { cookieText, MASK } from '../../core/request.ts';
import { requestModel } from './response-model.ts';

/** The most of a request body that is logged, in UTF-16 units. */
const bodyLogged = 4096;

/** An attempt as text for a log, secrets masked without `reveal`: `>` before what was sent, `<` before what came back. */
export function attemptLog(attempt: AttemptRecord, reveal = false): string {
  const url = reveal ? (text: string): string => text : maskedUrls;
  const header = reveal ? (_: string, value: string): string => value : maskedHeader;
  const { request, response, timing, error, reason } = attempt;
  const model = requestModel(request, reveal);
  const lines = [`${reason === 'request' ? '' : `(${reason}) `}${model.method} ${url(model.url)}`];
  for (const part of model.headers) lines.push(`> ${part.name}: ${header(part.name, part.value)}`);
  if (model.cookies.length > 0) {
    lines.push(`> Cookie: ${model.cookies.map(part => cookieText(part.name, reveal ? part.value : MASK)).join('; ')}`);
  }
  if (model.body?.text) {
    const { text } = model.body;
    const shown = text.slice(0, bodyLogged).split(/\r?\n/);
    lines.push('>', ...shown.map(line => `> ${line}`));
    if (text.length > bodyLogged) lines.push('> …');
  } else if (model.body?.file) lines.push('>', `> (${model.body.file})`);
  if (response) {
    const version = response.httpVersion.replace(/^HTTP\//, '');
    lines.push(`< HTTP/${version} ${response.status} ${response.statusText}`.trimEnd());
    for (const [name, value] of response.headers) lines.push(`< ${name}: ${header(name, value)}`);
  }
  if (timing) lines.push(`  ${Math.round(timing.total)} ms`);
  if (error) lines.push(`! ${error.code}: ${error.message}`);
  return lines.join('\n');
}
