import { percentEncode } from '../../core/request.ts';
import { byNameAndValue, normalizedPairs } from '../percent-encoding.ts';

/**
 * The signature base string.
 * @param url as sent
 * @param host value of the Host header, which the server goes by
 * @param form the body, where it is a form
 * @param parameters the protocol's own, unencoded, without realm and signature
 * @see RFC 5849 §3.4.1
 */
export function baseString(
  method: string,
  url: string,
  host: string | undefined,
  form: string,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^(\w+):\/\/([^/?#]*)([^?#]*)\??([^#]*)/.exec(url) ?? [];
  const pairs = [...normalizedPairs(query), ...normalizedPairs(form)];
  for (const [name, value] of parameters) pairs.push([percentEncode(name), percentEncode(value)]);
  pairs.sort(byNameAndValue);
  const normalized = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  const base = `${scheme.toLowerCase()}://${normalizedHost(scheme, host ?? authority)}${path || '/'}`;
  return `${method.toUpperCase()}&${percentEncode(base)}&${percentEncode(normalized)}`;
}

/** @see RFC 5849 §3.4.1.2 */
function normalizedHost(scheme: string, authority: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  return host.replace(scheme.toLowerCase() === 'https' ? /:443$/ : /:80$/, '');
}
