/** What a text holds that is no text, as a clause; undefined where it holds none. */
export function controlCharacter(text: string | undefined): string | undefined {
  if (!/[\0-\x1f\x7f]/.test(text ?? '')) return undefined;
  return /[\r\n]/.test(text ?? '') ? 'a line break' : 'a control character';
}
