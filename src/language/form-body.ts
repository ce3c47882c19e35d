import type { BodyPart } from './syntax-tree.ts';

/**
 * Joins the lines of a form: a line end before or after `&` is not part of it, nor are the blanks around a name and
 * its value.
 */
export function joinFormLines(text: string): string {
  const form = joinLines(text);
  return form.includes(' ') || form.includes('\t') ? trimFields(form) : form;
}

function trimFields(form: string): string {
  const fields: string[] = [];
  let start = 0;
  let equals = -1;
  let open = true;
  for (let at = 0; at <= form.length; at++) {
    const code = at === form.length ? 38 : form.charCodeAt(at);
    if (code === 38 /* & */) {
      if (equals === -1) fields.push(form.slice(start, at));
      else fields.push(`${trimBlanks(form, start, equals)}=${trimBlanks(form, equals + 1, at)}`);
      start = at + 1;
      equals = -1;
    } else if (code === 61 /* = */) {
      if (equals === -1) equals = at;
    } else if (open && code === 123 && form.charCodeAt(at + 1) === 123) {
      // What stands between braces is one piece: it may hold “&” and “=”.
      const close = form.indexOf('}}', at + 2);
      if (close === -1) open = false;
      else at = close + 1;
    }
  }
  return fields.join('&');
}

function trimBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function joinLines(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  const pieces = text.split(/(\r\n|\r|\n)/);
  let form = pieces[0] ?? '';
  for (let index = 1; index < pieces.length; index += 2) {
    const line = pieces[index + 1] ?? '';
    const begins = line.trimStart().startsWith('&');
    if (begins) form = form.trimEnd() + line.trimStart();
    else if (form.endsWith('&')) form += line.trimStart();
    else form += (pieces[index] ?? '') + line;
  }
  return form;
}

/**
 * Joins the parts of a form between which fields are commented out, each joined already. An `&` that was there for a
 * field which is commented out above the first part or below the last one goes.
 */
export function joinFormParts(
  parts: readonly BodyPart[],
  commented: { readonly above: boolean; readonly below: boolean },
): readonly BodyPart[] {
  return parts.map((part, index) => {
    if (part.kind !== 'text') return part;
    let { text } = part;
    const next = parts[index + 1];
    if (index > 0 && parts[index - 1]?.kind === 'text') text = /^\s*&/.test(text) ? text.trimStart() : text;
    if (next?.kind === 'text' && /^\s*&/.test(next.text)) text = text.trimEnd();
    if (index === 0 && commented.above) text = text.replace(/^\s*&/, '');
    if (next === undefined && commented.below) text = text.replace(/&\s*$/, '');
    return text === part.text ? part : { ...part, text };
  });
}
