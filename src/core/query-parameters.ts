/** Finds and removes parameters of a query as it is written; everything else in it stays as it is. */

/** The written pairs of an URL's query with that name, decoded or not, as they stand. */
export function writtenParameters(url: string, name: string): readonly string[] {
  const at = url.indexOf('?');
  if (at < 0) return [];
  return url
    .slice(at + 1)
    .split('&')
    .filter(pair => pair !== '' && nameOf(pair) === name);
}

/** The URL without the parameters of those names; a query that has none left goes with its question mark. */
export function withoutParameters(url: string, isGone: (name: string) => boolean): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  const pairs = url.slice(at + 1).split('&');
  const kept = pairs.filter(pair => pair === '' || !isGone(nameOf(pair)));
  if (kept.length === pairs.length) return url;
  return kept.some(pair => pair !== '') ? `${url.slice(0, at)}?${kept.join('&')}` : url.slice(0, at);
}

function nameOf(pair: string): string {
  const name = pair.split('=', 1)[0] ?? '';
  if (!/[%+]/.test(name)) return name;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
