import { oneLine } from './foreign-text.ts';

/** Text as code in Markdown, whatever it holds. */
export function code(text: string): string {
  const shown = oneLine(text.replace(/\r\n|\r|\n/g, '⏎'));
  if (shown === '') return '*empty*';
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Text as it is in Markdown: no link, picture, element or emphasis comes of it. */
export function escaped(text: string): string {
  return oneLine(text, 2000).replace(/[\\`*_{}[\]()#+\-.!<>|~&]/g, '\\$&');
}
