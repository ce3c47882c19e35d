import { mediaTypes } from './media-types.ts';

/** A header that requests carry, for completion and hover. */
export interface HeaderField {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly values?: readonly string[];
  /** Address of the specification that defines it. */
  readonly specification: string;
}

const rfc = (number: number, section: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`;
const http = (section: string): string => rfc(9110, section);
const caching = (section: string): string => rfc(9111, section);
const fetchStandard = 'https://fetch.spec.whatwg.org/';

const charsetTypes = ['text/plain; charset=utf-8', 'text/html; charset=utf-8', 'application/json; charset=utf-8'];
const encodings = ['gzip', 'br', 'zstd', 'deflate', 'identity'];

function field(name: string, help: string, specification: string, values?: readonly string[]): HeaderField {
  return { name, help, specification, ...(values ? { values } : {}) };
}

/** In the order of their names. */
export const headerFields: readonly HeaderField[] = [
  field('A-IM', 'Instance manipulations, such as deltas, that the client accepts.', rfc(3229, '10.5.3')),
  field('Accept', 'Media types that the client wants in response, with weights such as `;q=0.8`.', http('12.5.1'), [
    '*/*',
    ...mediaTypes,
  ]),
  field(
    'Accept-Charset',
    'Character encodings that the client wants; outdated, everyone speaks UTF-8.',
    http('12.5.2'),
    ['utf-8', 'iso-8859-1'],
  ),
  field('Accept-Encoding', 'Compressions that the client can undo.', http('12.5.3'), [
    'gzip, deflate, br, zstd',
    ...encodings,
    '*',
  ]),
  field('Accept-Language', 'Languages that the person reads, with weights.', http('12.5.4'), [
    'en',
    'en-US',
    'en-US,en;q=0.9',
    'de',
    'fr',
    'es',
    'ja',
    'zh-CN',
    '*',
  ]),
  field(
    'Accept-Datetime',
    'The time of whose state of a resource the client wants a copy (Memento).',
    rfc(7089, '2.1.1'),
  ),
  field(
    'Access-Control-Request-Headers',
    'Headers that the cross-origin request to follow will carry (CORS preflight).',
    `${fetchStandard}#http-access-control-request-headers`,
  ),
  field(
    'Access-Control-Request-Method',
    'Method that the cross-origin request to follow will have (CORS preflight).',
    `${fetchStandard}#http-access-control-request-method`,
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  ),
  field(
    'Authorization',
    'Credentials for the server. `# @auth` writes it for you, with the secret kept out of the file.',
    http('11.6.2'),
    ['Basic ', 'Bearer ', 'Digest '],
  ),
  field('Cache-Control', 'What caches on the way may do.', caching('5.2'), [
    'no-cache',
    'no-store',
    'max-age=0',
    'max-stale',
    'min-fresh=60',
    'no-transform',
    'only-if-cached',
  ]),
  field('Connection', 'Whether this connection stays open, in HTTP/1.1.', http('7.6.1'), [
    'keep-alive',
    'close',
    'Upgrade',
  ]),
  field('Content-Digest', 'A digest of the content as it is sent.', rfc(9530, '2'), ['sha-256=::', 'sha-512=::']),
  field(
    'Content-Disposition',
    'Name and file name of a part of a form, or how a body is to be kept.',
    'https://www.rfc-editor.org/rfc/rfc6266',
    ['form-data; name=""', 'form-data; name=""; filename=""', 'attachment; filename=""', 'inline'],
  ),
  field('Content-Encoding', 'How the body is compressed.', http('8.4'), encodings),
  field('Content-Language', 'Language of those for whom the body is meant.', http('8.5'), ['en', 'de', 'fr']),
  field(
    'Content-Length',
    'Bytes of the body; calculated when the request is sent, where it is not stated.',
    http('8.6'),
  ),
  field('Content-Location', 'Address of the resource that the body represents.', http('8.7')),
  field(
    'Content-MD5',
    'MD5 digest of the body; outdated, though some services ask for it.',
    'https://www.rfc-editor.org/rfc/rfc1864',
  ),
  field('Content-Range', 'Which part of the whole the body is.', http('14.4'), ['bytes 0-499/1234']),
  field('Content-Type', 'Media type of the body.', http('8.3'), [
    ...mediaTypes,
    ...charsetTypes,
    'multipart/form-data; boundary=part',
  ]),
  field('Cookie', 'Cookies, besides those of the cookie jar.', rfc(6265, '5.4'), ['name=value']),
  field('Date', 'When the message was made.', http('6.6.1'), ['{{$datetime rfc1123}}']),
  field('Depth', 'How deep a WebDAV method goes below its target.', rfc(4918, '10.2'), ['0', '1', 'infinity']),
  field('Destination', 'Where WebDAV’s COPY and MOVE put the resource.', rfc(4918, '10.3')),
  field(
    'DNT',
    'Asks not to be tracked; outdated, see `Sec-GPC`.',
    'https://www.w3.org/TR/tracking-dnt/#dnt-header-field',
    ['1', '0'],
  ),
  field(
    'DPoP',
    'Proof that the sender holds the key to which its token is bound; `# @auth oauth2` writes it with `dpop=true`.',
    rfc(9449, '4'),
  ),
  field('Early-Data', 'Says that the request was sent in TLS early data.', rfc(8470, '5.1'), ['1']),
  field('Expect', 'What the server must agree to before the body is sent.', http('10.1.1'), ['100-continue']),
  field('Forwarded', 'What proxies on the way changed: client, host, protocol.', rfc(7239, '4'), [
    'for=192.0.2.1;proto=https;host=example.com',
  ]),
  field('From', 'E-mail address of the person behind the client.', http('10.1.2')),
  field(
    'Host',
    'Host and port of the target; taken from the URL where it is not stated. A relative target needs it.',
    http('7.2'),
  ),
  field(
    'Idempotency-Key',
    'A key by which the server knows a request that is sent again.',
    'https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/',
    ['"{{$guid}}"', '{{$guid}}'],
  ),
  field('If', 'States and lock tokens on which a WebDAV method depends.', rfc(4918, '10.4')),
  field('If-Match', 'Goes ahead only where the resource has one of these entity tags.', http('13.1.1'), [
    '"etag"',
    '*',
  ]),
  field('If-Modified-Since', 'Asks for the resource only where it changed since.', http('13.1.3'), [
    '{{$datetime rfc1123 -1 d}}',
  ]),
  field('If-None-Match', 'Goes ahead only where the resource has none of these entity tags.', http('13.1.2'), [
    '"etag"',
    '*',
  ]),
  field(
    'If-Range',
    'Asks for the range only where the resource is the same as before, otherwise for all of it.',
    http('13.1.5'),
  ),
  field('If-Unmodified-Since', 'Goes ahead only where the resource did not change since.', http('13.1.4')),
  field('Keep-Alive', 'How long and for how many requests a connection stays open.', rfc(2068, '19.7.1.1'), [
    'timeout=5, max=100',
  ]),
  field(
    'Last-Event-ID',
    'The event after which a stream of events goes on.',
    'https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header',
  ),
  field('Link', 'Relations to other resources.', rfc(8288, '3'), ['<https://example.com>; rel="next"']),
  field('Lock-Token', 'The lock that WebDAV’s UNLOCK removes.', rfc(4918, '10.5')),
  field('Max-Forwards', 'How many proxies may pass the request on.', http('7.6.2'), ['0', '10']),
  field('Origin', 'The origin whose page makes the request.', `${fetchStandard}#origin-header`, [
    'https://example.com',
    'null',
  ]),
  field('Overwrite', 'Whether WebDAV’s COPY and MOVE may replace what is there.', rfc(4918, '10.6'), ['T', 'F']),
  field('Pragma', 'Outdated; see `Cache-Control`.', caching('5.4'), ['no-cache']),
  field('Prefer', 'What the client would like the server to do.', rfc(7240, '2'), [
    'return=minimal',
    'return=representation',
    'respond-async',
    'wait=10',
    'handling=strict',
    'handling=lenient',
  ]),
  field('Priority', 'How urgent the response is.', rfc(9218, '4'), ['u=3', 'u=1, i']),
  field('Proxy-Authorization', 'Credentials for the proxy.', http('11.7.2'), ['Basic ', 'Bearer ']),
  field('Range', 'Asks for a part of the resource.', http('14.2'), ['bytes=0-499']),
  field('Referer', 'Address of the page that led here.', http('10.1.3')),
  field('Repr-Digest', 'A digest of the representation, whatever part of it is sent.', rfc(9530, '3'), [
    'sha-256=::',
    'sha-512=::',
  ]),
  field(
    'Sec-Fetch-Dest',
    'What a browser wants the response for.',
    'https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header',
    ['empty', 'document', 'image', 'script', 'style'],
  ),
  field(
    'Sec-Fetch-Mode',
    'How a browser makes the request.',
    'https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header',
    ['cors', 'navigate', 'no-cors', 'same-origin', 'websocket'],
  ),
  field(
    'Sec-Fetch-Site',
    'How a browser’s page and the target are related.',
    'https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header',
    ['same-origin', 'same-site', 'cross-site', 'none'],
  ),
  field(
    'Sec-Fetch-User',
    'Says that a person caused a navigation.',
    'https://www.w3.org/TR/fetch-metadata/#sec-fetch-user-header',
    ['?1'],
  ),
  field('Sec-GPC', 'Asks that data be neither sold nor shared.', 'https://www.w3.org/TR/gpc/', ['1']),
  field('Signature', 'A signature of parts of the message.', rfc(9421, '4.2')),
  field('Signature-Input', 'Which parts of the message a signature covers, and how.', rfc(9421, '4.1')),
  field(
    'SOAPAction',
    'What a SOAP 1.1 request is for.',
    'https://www.w3.org/TR/2000/NOTE-SOAP-20000508/#_Toc478383528',
    ['""'],
  ),
  field('TE', 'Transfer codings that the client accepts.', http('10.1.4'), ['trailers', 'gzip', 'deflate']),
  field('Timeout', 'How long a WebDAV lock is wanted.', rfc(4918, '10.7'), ['Second-600', 'Infinite']),
  field(
    'traceparent',
    'The trace to which this request belongs.',
    'https://www.w3.org/TR/trace-context/#traceparent-header',
    ['00-{{$random.hexadecimal(32)}}-{{$random.hexadecimal(16)}}-01'],
  ),
  field(
    'tracestate',
    'What tracing systems add to `traceparent`.',
    'https://www.w3.org/TR/trace-context/#tracestate-header',
  ),
  field('Trailer', 'Names of the fields that follow the body.', http('6.6.2')),
  field('Transfer-Encoding', 'How the body is framed, in HTTP/1.1.', rfc(9112, '6.1'), ['chunked']),
  field('Upgrade', 'Protocols to which the client would change.', http('7.8'), ['websocket', 'h2c']),
  field(
    'Upgrade-Insecure-Requests',
    'Says that the client prefers an encrypted response.',
    'https://www.w3.org/TR/upgrade-insecure-requests/#preference',
    ['1'],
  ),
  field('User-Agent', 'Name and version of the client; Countersign’s own where it is not stated.', http('10.1.5')),
  field('Via', 'Proxies that the message passed.', http('7.6.3')),
  field(
    'X-API-Key',
    'An API key, where a service calls it so. `# @auth apikey` writes it, with the key kept out of the file.',
    'https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object',
  ),
  field(
    'X-Correlation-ID',
    'An identifier that ties requests of one transaction together; a convention.',
    'https://microservices.io/patterns/observability/distributed-tracing.html',
    ['{{$guid}}'],
  ),
  {
    name: 'X-CSRF-Token',
    help: 'Proof that a form comes from the site itself; a convention of web frameworks.',
    specification:
      'https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html',
  },
  field('X-Forwarded-For', 'Addresses of client and proxies; see `Forwarded`.', rfc(7239, '7.4'), ['192.0.2.1']),
  field('X-Forwarded-Host', 'The host that the client asked for; see `Forwarded`.', rfc(7239, '7.4')),
  field('X-Forwarded-Proto', 'The protocol that the client spoke; see `Forwarded`.', rfc(7239, '7.4'), [
    'https',
    'http',
  ]),
  field(
    'X-HTTP-Method-Override',
    'The method that a server is to take in place of POST; a convention.',
    'https://learn.microsoft.com/openspecs/windows_protocols/ms-odata/bdbabfa6-8c4a-4741-85a9-8d93ffd66c41',
    ['PUT', 'PATCH', 'DELETE'],
  ),
  field(
    'X-Request-ID',
    'An identifier of this request, to find it in logs; a convention.',
    'https://devcenter.heroku.com/articles/http-request-id',
    ['{{$guid}}'],
  ),
  field(
    'X-Request-Type',
    'With `GraphQL`: the body is a GraphQL operation. It is not sent.',
    'https://graphql.org/learn/serving-over-http/',
    ['GraphQL'],
  ),
  field(
    'X-Requested-With',
    'Says that a script makes the request; a convention.',
    'https://developer.mozilla.org/docs/Web/API/XMLHttpRequest',
    ['XMLHttpRequest'],
  ),
];

const byName = new Map(headerFields.map(field => [field.name.toLowerCase(), field]));

/** The header of that name, its case aside. */
export function findHeaderField(name: string): HeaderField | undefined {
  return byName.get(name.toLowerCase());
}
