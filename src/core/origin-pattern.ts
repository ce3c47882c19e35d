/**
 * The canonical form of an origin that a person allows: `https://api.example.com`, `api.example.com` (over https),
 * `https://*.example.com` for each host below that one; undefined where it is none.
 */
export function originPattern(text: string): string | undefined {
  const [, scheme = 'https://', star = '', rest = ''] =
    /^(https?:\/\/)?(\*\.)?([^*/?#@\\\s]+)\/?$/i.exec(text.trim()) ?? [];
  // A whole top-level domain is nobody's.
  if (rest === '' || (star !== '' && !/^[^.:]+\.[^.:]/.test(rest))) return undefined;
  const address = scheme.toLowerCase() + rest;
  if (!URL.canParse(address)) return undefined;
  const { protocol, host } = new URL(address);
  return `${protocol}//${star}${host}`;
}

/** Whether a canonical pattern stands for that origin (scheme, host and port). */
export function matchesOrigin(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('//*.');
  if (star < 0) return pattern === origin;
  const scheme = pattern.slice(0, star + 2);
  const below = pattern.slice(star + 3);
  return origin.startsWith(scheme) && origin.endsWith(below) && origin.length > scheme.length + below.length;
}
