import { createRequire } from 'node:module';
import { type Arrived, addressed } from './arrived.ts';

interface Helpers {
  signRequest(request: object, timestamp: string, secret: string, lead: string): string;
}
const require = createRequire(import.meta.url);
// The package exports only its HTTP client; the signature is computed here.
const akamai = require(require.resolve('akamai-edgegrid').replace('index.js', 'src/helpers.js')) as Helpers;

/** Recomputes what came over the wire with Akamai's own library. */
export function recomputeEdgeGrid(clientSecret: string, seen = new Set<string>()) {
  return (request: Arrived): string | undefined => {
    const { method, target, headers, body } = request;
    const [, lead = '', timestamp = '', nonce = '', signature = ''] =
      /^(EG1-HMAC-SHA256 .*?timestamp=([^;]+);nonce=([^;]+);)signature=(.+)$/.exec(headers.authorization ?? '') ?? [];
    const time = Date.parse(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(.*)\+0000$/, '$1-$2-$3T$4Z'));
    if (Math.abs(time - Date.now()) > 30_000) return 'Invalid timestamp';
    if (seen.has(nonce)) return 'Invalid nonce';
    seen.add(nonce);
    const again = akamai.signRequest(
      {
        method,
        url: addressed(request) + target,
        // The library takes bytes as they are only when they are said to be an archive.
        headers: { 'Content-Type': 'application/gzip' },
        body: body.length > 0 ? new Uint8Array(body) : '',
        headersToSign: headers['x-one'] ? { 'X-One': headers['x-one'] } : {},
      },
      timestamp,
      clientSecret,
      lead,
    );
    return again === signature ? undefined : 'Signature does not match';
  };
}
