import type { BodyPart } from './syntax-tree.ts';

/** Joins the lines of a form: a line end before or after `&` is not part of it. */
export function joinFormLines(text: string): string {
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
