import type { AuthResponse, Outcome } from '../scheme.ts';

/**
 * Why the server refused a token that was made here, in words; undefined where it did not.
 * @param expires seconds since the epoch
 * @param signedAt milliseconds since the epoch
 * @see RFC 6750 §3
 */
export function explainJwtRefusal(
  response: AuthResponse,
  { expires, signedAt }: { readonly expires?: unknown; readonly signedAt: number },
): Outcome | undefined {
  if (response.status !== 401) return undefined;
  const header = (wanted: string): string =>
    response.headers
      .filter(([name]) => name.toLowerCase() === wanted)
      .map(([, value]) => value)
      .join(', ');
  const server = Date.parse(header('date'));
  const causes: string[] = [];
  const described = /error_description="((?:[^"\\]|\\.)*)"/.exec(header('www-authenticate'))?.[1];
  const code = /\berror="?([\w-]+)/.exec(header('www-authenticate'))?.[1];
  if (described || code) causes.push(`it says: ${described ?? code}`);
  if (typeof expires === 'number' && expires * 1000 <= (Number.isNaN(server) ? signedAt : server)) {
    causes.push('the token had expired by then');
  }
  const skew = Math.round((signedAt - server) / 1000);
  if (Math.abs(skew) > 60)
    causes.push(`its clock is ${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead of'} the time signed`);
  return {
    verdict: 'refused',
    explanation:
      causes.length > 0
        ? `The server refused the token: ${causes.join('; ')}.`
        : 'The server refused the token, and does not say why: the key, the algorithm or a claim may be wrong.',
  };
}
