export interface CookieModel {
  readonly name: string;
  readonly value: string;
  readonly domain?: string;
  readonly path?: string;
  /** As the server wrote it: `Expires`, or `Max-Age` in seconds. */
  readonly expires?: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite?: string;
}

/** One Set-Cookie header's value, for showing; attributes that aren't known are left out. @see RFC 6265 §5.2 */
export function parseSetCookie(header: string): CookieModel {
  const [pair = '', ...attributes] = header.split(';');
  const named = new Map<string, string>();
  for (const attribute of attributes) {
    const [name, value] = split(attribute);
    if (name) named.set(name.toLowerCase(), value);
  }
  const [name, value] = pair.includes('=') ? split(pair) : ['', pair.trim()];
  const maxAge = named.get('max-age');
  const expires = maxAge === undefined ? named.get('expires') : `${maxAge} s`;
  const domain = named.get('domain');
  const path = named.get('path');
  const sameSite = named.get('samesite');
  return {
    name,
    value,
    ...(domain ? { domain } : {}),
    ...(path ? { path } : {}),
    ...(expires ? { expires } : {}),
    ...(sameSite ? { sameSite } : {}),
    secure: named.has('secure'),
    httpOnly: named.has('httponly'),
  };
}

function split(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
