import { CountersignError } from '../../core/errors.ts';
import { headerValue, requestUrl } from '../../core/request.ts';
import { controlCharacterProblems } from '../control-character.ts';
import { type EdgeGridClient, readEdgerc } from '../edgegrid/edgerc.ts';
import { signEdgeGrid } from '../edgegrid/sign.ts';
import { requireOwnHost } from '../own-host.ts';
import { type AuthResponse, defineScheme, type Outcome } from '../scheme.ts';
import { basicTimestamp, parseTimestamp, requireTimestamp } from '../timestamp.ts';

const SPECIFICATION = 'https://techdocs.akamai.com/developer/docs/edgegrid';
const LARGEST_BODY = 131_072;

/** Akamai EdgeGrid. @see https://techdocs.akamai.com/developer/docs/edgegrid */
export const edgegrid = defineScheme({
  id: 'edgegrid',
  label: 'Akamai EdgeGrid',
  summary: 'Signs the request with the credentials of an Akamai API client.',
  specification: SPECIFICATION,
  fields: [
    {
      name: 'accessToken',
      label: 'Access token',
      kind: 'text',
      placeholder: 'akab-…',
      help: 'Says what the client may do; an .edgerc section can give it.',
    },
    {
      name: 'clientToken',
      label: 'Client token',
      kind: 'text',
      placeholder: 'akab-…',
      help: 'Names the client; an .edgerc section can give it.',
    },
    {
      name: 'clientSecret',
      label: 'Client secret',
      kind: 'secret',
      help: 'Signs the request; an .edgerc section can give it.',
    },
    {
      name: 'edgerc',
      snippet: false,
      label: 'Credentials file',
      kind: 'text',
      path: true,
      placeholder: '~/.edgerc',
      help: 'File that holds the credentials in sections.',
    },
    {
      name: 'section',
      snippet: false,
      label: 'Section',
      kind: 'text',
      placeholder: 'default',
      help: 'Section of the credentials file.',
    },
    {
      name: 'nonce',
      label: 'Nonce',
      kind: 'text',
      advanced: true,
      help: 'A random text of its own for each request where it is not given.',
    },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'text',
      advanced: true,
      placeholder: '20140321T19:34:21+0000',
      help: 'Time of the signature; now where it is not given.',
    },
    {
      name: 'baseUrl',
      label: 'Base URL',
      kind: 'text',
      advanced: true,
      placeholder: 'https://akab-….luna.akamaiapis.net',
      help: 'Scheme and host to sign, where a proxy stands between; those of the request where it is not given.',
    },
    {
      name: 'headersToSign',
      label: 'Headers to sign',
      kind: 'text',
      advanced: true,
      placeholder: 'X-One, X-Two',
      help: 'Names of the headers that the API wants signed, in its order, separated by commas.',
    },
    {
      name: 'maxBodySize',
      label: 'Max body size',
      kind: 'number',
      default: '131072',
      advanced: true,
      help: 'Bytes from the start of a POST body that are signed.',
    },
  ],
  check(values) {
    const { accessToken, clientToken, clientSecret, nonce } = values;
    const problems = controlCharacterProblems({ accessToken, clientToken, clientSecret, nonce });
    const names = ['accessToken', 'clientToken', 'clientSecret'] as const;
    const missing = names.filter(name => !values[name]);
    if (missing.length > 0 && (missing.length < 3 || !(values.edgerc || values.section))) {
      const message = 'Give the access token, the client token and the client secret, or a section of an .edgerc file.';
      for (const field of missing) problems.push({ field, message });
    }
    if (missing.length === 0 && (values.edgerc || values.section)) {
      problems.push({
        field: values.edgerc ? 'edgerc' : 'section',
        message: 'The file is not used, since all credentials are given.',
        severity: 'warning',
      });
    }
    if (values.timestamp && parseTimestamp(values.timestamp) === undefined) {
      problems.push({ field: 'timestamp', message: 'This is not a time such as 20140321T19:34:21+0000.' });
    }
    if (values.maxBodySize !== undefined && !(values.maxBodySize > 0)) {
      problems.push({ field: 'maxBodySize', message: 'The largest body must be 1 byte or more.' });
    }
    if (values.baseUrl && !/^https?:\/\/[^/]/i.test(values.baseUrl)) {
      problems.push({ field: 'baseUrl', message: 'The base URL begins with http:// or https:// and a host.' });
    }
    return problems;
  },
  async *authorize(values, context) {
    const { request, clock, random } = context;
    const { accessToken, clientToken, clientSecret } = values;
    let client: EdgeGridClient;
    if (accessToken && clientToken && clientSecret) client = { accessToken, clientToken, clientSecret };
    else if (values.edgerc || values.section) client = await readEdgerc(values.edgerc, values.section, context);
    else {
      throw new CountersignError('missing-field', 'EdgeGrid lacks “accessToken”, “clientToken” or “clientSecret”.', {
        hint: 'Give all three, or a section of an .edgerc file.',
      });
    }
    const maxBodySize = values.maxBodySize === LARGEST_BODY ? (client.maxBodySize ?? LARGEST_BODY) : values.maxBodySize;
    const time = values.timestamp ? requireTimestamp(values.timestamp) : clock.now();
    const sent = requestUrl(request);
    const url = signedUrl(sent, headerValue(request, 'host'), values.baseUrl);
    const used = client.source ? [client.source] : [];
    for (const source of used) requireOwnHost(source, new URL(url).host, sent);
    const edit = await signEdgeGrid({
      method: request.method,
      url,
      headers: request.headers,
      body: request.body,
      accessToken: client.accessToken,
      clientToken: client.clientToken,
      clientSecret: client.clientSecret,
      nonce: values.nonce || uuid(random.bytes(16)),
      timestamp: basicTimestamp(time).replace(/(..)(..)Z$/, ':$1:$2+0000'),
      headersToSign: values.headersToSign ? values.headersToSign.split(/[\s,;]+/).filter(Boolean) : [],
      maxBodySize,
    });
    const response = yield { edits: [edit], credentials: used };
    return explainRefusal(response, time, client.host, new URL(sent).host);
  },
});

function signedUrl(url: string, host: string | undefined, baseUrl: string | undefined): string {
  const [, scheme = '', authority = '', target = ''] = /^(\w+:\/\/)([^/?#]*)(.*)$/s.exec(url) ?? [];
  const base = baseUrl ? /^https?:\/\/[^/?#]+/i.exec(baseUrl)?.[0] : undefined;
  if (baseUrl && !base)
    throw new CountersignError(
      'invalid-value',
      'The field “baseUrl” does not begin with http:// or https:// and a host.',
    );
  return (base ?? scheme + (host ?? authority)) + target;
}

/** A random (version 4) UUID. @see RFC 9562 §5.4 */
function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/timestamp/i, 'the clock of this machine and that of the server differ by more than 30 s'],
  [/nonce/i, 'the nonce was used before'],
  [/signature/i, 'the signature does not match: the client secret is wrong, or the request was changed on the way'],
  [/client token/i, 'the client token is not known, or not active'],
  [/access token/i, 'the access token is not known, or does not belong to the client'],
];

async function explainRefusal(
  response: AuthResponse,
  time: number,
  host: string | undefined,
  sentTo: string,
): Promise<Outcome | undefined> {
  if (response.status !== 400 && response.status !== 401 && response.status !== 403) return undefined;
  let said = '';
  try {
    said = new TextDecoder().decode(await response.bytes());
  } catch {
    // What the body says only makes the words better.
  }
  const causes = CAUSES.filter(([pattern]) => pattern.test(said))
    .slice(0, 1)
    .map(([, words]) => words);
  const date = response.headers.find(([name]) => name.toLowerCase() === 'date')?.[1];
  const skew = date ? Math.round((time - Date.parse(date)) / 1000) : 0;
  if (Math.abs(skew) > 30)
    causes.push(`the time signed is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} the server’s clock`);
  if (host && host.toLowerCase() !== sentTo.toLowerCase())
    causes.push(`the credentials are for “${host}”, and the request went to “${sentTo}”`);
  if (causes.length === 0 && response.status === 400) return undefined;
  return {
    verdict: 'refused',
    explanation:
      causes.length > 0
        ? `Akamai refused the request: ${causes.join('; ')}.`
        : `Akamai refused the request with ${response.status}, and does not say why: a token or the secret may be wrong, or the client may lack the right.`,
  };
}
