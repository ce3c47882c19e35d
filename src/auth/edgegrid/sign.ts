import { createHmac } from 'node:crypto';
import { type Body, type Edit, MASK } from '../../core/request.ts';
import { hashBody } from '../body-hash.ts';

export interface EdgeGridInput {
  readonly method: string;
  /** As sent, apart from scheme and host where they are to be others. */
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Body | undefined;
  readonly accessToken: string;
  readonly clientToken: string;
  readonly clientSecret: string;
  readonly nonce: string;
  /** `20140321T19:34:21+0000` */
  readonly timestamp: string;
  /** Names, in the order in which they are signed. */
  readonly headersToSign: readonly string[];
  /** Bytes of the body that are hashed at most. */
  readonly maxBodySize: number;
}

/** Signs a request for Akamai's APIs. @see https://techdocs.akamai.com/developer/docs/edgegrid */
export async function signEdgeGrid(input: EdgeGridInput): Promise<Edit> {
  const { clientToken, accessToken, timestamp, nonce } = input;
  const lead = `EG1-HMAC-SHA256 client_token=${clientToken};access_token=${accessToken};timestamp=${timestamp};nonce=${nonce};`;
  const [, scheme = '', host = '', target = ''] = /^(\w+):\/\/([^/?#]*)([^#]*)/.exec(input.url) ?? [];
  const data = [
    input.method.toUpperCase(),
    scheme.toLowerCase(),
    host.slice(host.lastIndexOf('@') + 1).toLowerCase(),
    // Akamai's own libraries leave out a question mark that nothing follows.
    `${target.startsWith('/') ? '' : '/'}${target.endsWith('?') ? target.slice(0, -1) : target}`,
    canonicalHeaders(input),
    await contentHash(input),
    lead,
  ].join('\t');
  const signature = createHmac('sha256', signingKey(input.clientSecret, timestamp)).update(data).digest('base64');
  const value = `${lead}signature=${signature}`;
  return { in: 'header', name: 'Authorization', value, masked: `${lead}signature=${MASK}` };
}

let last = { secret: '', timestamp: '', key: '' };

/** Requests of one second share it. */
function signingKey(secret: string, timestamp: string): string {
  if (last.secret !== secret || last.timestamp !== timestamp) {
    last = { secret, timestamp, key: createHmac('sha256', secret).update(timestamp).digest('base64') };
  }
  return last.key;
}

function canonicalHeaders({ headers, headersToSign }: EdgeGridInput): string {
  const lines: string[] = [];
  for (const wanted of headersToSign) {
    const lower = wanted.toLowerCase();
    const found = headers.find(({ name }) => name.toLowerCase() === lower);
    if (found) lines.push(`${lower}:${found.value.trim().replace(/\s+/g, ' ')}`);
  }
  return lines.join('\t');
}

/** Only POST bodies are signed, and of a longer one its beginning. */
async function contentHash({ method, body, maxBodySize }: EdgeGridInput): Promise<string> {
  if (method.toUpperCase() !== 'POST' || !body || body.length === 0) return '';
  return hashBody(body, 'sha256', 'base64', maxBodySize);
}
