import { CountersignError } from '../../core/errors.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { withoutParameters } from '../../core/query-parameters.ts';
import {
  bodyBytes,
  type Edit,
  type HttpRequest,
  headerValue,
  MASK,
  percentEncode,
  requestUrl,
} from '../../core/request.ts';
import { hashBody } from '../body-hash.ts';
import { baseString } from './base-string.ts';
import { hashOf, type SignatureMethod, signBaseString } from './signature.ts';

export interface OAuth1Settings {
  readonly consumerKey: string;
  readonly consumerSecret?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenSecret?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly signatureMethod: SignatureMethod;
  readonly addTo: 'header' | 'body-or-url';
  readonly callback?: string | undefined;
  readonly verifier?: string | undefined;
  /** Seconds since the epoch. */
  readonly timestamp?: string | undefined;
  readonly nonce?: string | undefined;
  readonly version?: string | undefined;
  readonly realm?: string | undefined;
  readonly includeBodyHash?: boolean;
  readonly addEmptyParamsToSign?: boolean;
  readonly encodeHeader?: boolean;
}

export interface OAuth1Signed {
  readonly edits: readonly Edit[];
  readonly baseString: string;
}

/** Signs a request: the edits that carry the protocol's parameters. @see RFC 5849 §3 */
export async function signOAuth1(
  request: HttpRequest,
  settings: OAuth1Settings,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<OAuth1Signed> {
  const { signatureMethod: method } = settings;
  if (method.startsWith('RSA') && !settings.privateKey) {
    throw new CountersignError('missing-field', `OAuth 1.0 with ${method} needs a private key.`, {
      hint: 'Give it in “privateKey”: a line “#   privateKey = < ./key.pem” reads it from a file.',
    });
  }
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headerValue(request, 'content-type') ?? '');
  const form = isForm && request.body ? await formText(request.body) : '';
  const parameters = await protocolParameters(request, settings, isForm, ports);
  const inMemory = !request.body || request.body.text !== undefined;
  const inBody = isForm && /^(POST|PUT)$/i.test(request.method) && inMemory;
  const inQuery = settings.addTo !== 'header' && !inBody;
  // What an earlier signature left in the URL gives way to this one's parameters, and is not signed.
  const replaced = new Set(inQuery ? [...parameters.map(([name]) => name), 'oauth_signature'] : []);
  const url = withoutParameters(requestUrl(request), name => replaced.has(name));
  const signed = baseString(request.method, url, headerValue(request, 'host'), form, parameters);
  const signature = signBaseString(signed, method, {
    consumerSecret: settings.consumerSecret ?? '',
    tokenSecret: settings.tokenSecret ?? '',
    privateKey: settings.privateKey ?? '',
  });
  const all = [...parameters, ['oauth_signature', signature] as const];
  if (settings.addTo === 'header') {
    return { baseString: signed, edits: [headerEdit(all, settings.realm, settings.encodeHeader ?? true)] };
  }
  const edits = all.map(([name, value]): Edit => {
    const masked = name === 'oauth_signature' ? { masked: MASK } : {};
    return { in: inQuery ? 'query' : 'form', name, value, ...masked };
  });
  return { baseString: signed, edits };
}

async function formText(body: NonNullable<HttpRequest['body']>): Promise<string> {
  return body.text ?? new TextDecoder().decode(await bodyBytes(body));
}

async function protocolParameters(
  request: HttpRequest,
  settings: OAuth1Settings,
  isForm: boolean,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<readonly (readonly [string, string])[]> {
  const { signatureMethod, callback, verifier } = settings;
  const parameters: (readonly [string, string])[] = [
    ['oauth_consumer_key', settings.consumerKey],
    ['oauth_token', settings.token ?? ''],
    ['oauth_signature_method', signatureMethod],
    ['oauth_timestamp', settings.timestamp || String(Math.floor(clock.now() / 1000))],
    ['oauth_nonce', settings.nonce || Buffer.from(random.bytes(16)).toString('hex')],
    ['oauth_version', settings.version ?? ''],
    // Steps of a sign-in: never there unless they are given, however empty parameters are treated.
    ...(callback ? [['oauth_callback', callback] as const] : []),
    ...(verifier ? [['oauth_verifier', verifier] as const] : []),
  ];
  const hash = hashOf(signatureMethod);
  if (settings.includeBodyHash && hash && !isForm && !callback && !verifier) {
    parameters.push(['oauth_body_hash', await hashBody(request.body, hash, 'base64')]);
  }
  return settings.addEmptyParamsToSign ? parameters : parameters.filter(([, value]) => value !== '');
}

/** @see RFC 5849 §3.5.1 */
function headerEdit(
  parameters: readonly (readonly [string, string])[],
  realm: string | undefined,
  encode: boolean,
): Edit {
  const text = (signature: (value: string) => string): string => {
    const quoted = parameters.map(([name, value]) => {
      const shown = encode ? percentEncode(value) : value.replace(/["\\]/g, '\\$&');
      return `${name}="${name === 'oauth_signature' ? signature(shown) : shown}"`;
    });
    const lead = realm ? [`realm="${realm.replace(/["\\]/g, '\\$&')}"`] : [];
    return `OAuth ${[...lead, ...quoted].join(', ')}`;
  };
  return { in: 'header', name: 'Authorization', value: text(value => value), masked: text(() => MASK) };
}
