import { createHash, createHmac, type KeyObject, verify } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import { type Arrived, addressed } from './arrived.ts';

/** Recomputes what came over the wire with `oauth-1.0a`, fed with what node's own URL parser reads. */
export function recomputeOAuth1(
  secrets: { consumerSecret: string; tokenSecret: string },
  {
    publicKey,
    seen = new Set<string>(),
    now = () => Date.now(),
  }: { publicKey?: KeyObject; seen?: Set<string>; now?: () => number } = {},
) {
  return (arrived: Arrived): string | undefined => {
    const { method, target, headers, body } = arrived;
    const url = new URL(addressed(arrived) + target);
    const oauth: Record<string, string> = {};
    for (const [, name = '', value = ''] of (headers.authorization ?? '').matchAll(/(oauth_\w+)="([^"]*)"/g)) {
      oauth[name] = decodeURIComponent(value);
    }
    const others: [string, string][] = [...url.searchParams];
    if (headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      others.push(...new URLSearchParams(body.toString()));
    const data: Record<string, string[]> = {};
    for (const [name, value] of others) {
      if (name.startsWith('oauth_')) oauth[name] = value;
      else data[name] = [...(data[name] ?? []), value];
    }
    const { oauth_signature: signature = '', ...signed } = oauth;
    if (Math.abs(Number(signed.oauth_timestamp) * 1000 - now()) > 300_000) return 'timestamp_refused';
    if (seen.has(signed.oauth_nonce ?? '')) return 'nonce_used';
    seen.add(signed.oauth_nonce ?? '');
    const name = signed.oauth_signature_method ?? '';
    const hash = name.slice(name.indexOf('-') + 1).toLowerCase();
    if (signed.oauth_body_hash && signed.oauth_body_hash !== createHash(hash).update(body).digest('base64'))
      return 'body_hash';
    let base = '';
    const counterpart = new OAuth({
      consumer: { key: signed.oauth_consumer_key ?? '', secret: secrets.consumerSecret },
      signature_method: name,
      hash_function: (text, key) => {
        base = text;
        return name === 'PLAINTEXT' ? key : createHmac(hash, key).update(text).digest('base64');
      },
    });
    const request = { method, url: `${url.origin}${url.pathname}`, data };
    // The body hash is one of the parameters; the library would drop the others' data because of it.
    const { oauth_body_hash: bodyHash, ...parameters } = signed;
    if (bodyHash) data.oauth_body_hash = [bodyHash];
    const hmac = name.startsWith('RSA')
      ? (counterpart as unknown as { getBaseString(r: object, o: object): string }).getBaseString(request, parameters)
      : (counterpart as unknown as { getSignature(r: object, s: string, o: object): string }).getSignature(
          request,
          secrets.tokenSecret,
          parameters,
        );
    if (!name.startsWith('RSA')) return hmac === signature ? undefined : `signature_invalid ${base}`;
    return verify(hash, Buffer.from(hmac), publicKey as KeyObject, Buffer.from(signature, 'base64'))
      ? undefined
      : `signature_invalid ${hmac}`;
  };
}
