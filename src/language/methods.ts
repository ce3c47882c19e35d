/** The methods of RFC 9110, PATCH (RFC 5789) and QUERY, as completion offers them. */
export const commonMethods: readonly string[] = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'QUERY',
  'TRACE',
  'CONNECT',
];

/** Methods of WebDAV and its relatives, and of caches and secret stores. */
const furtherMethods = [
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'SEARCH', 'REPORT', 'ACL', 'LIST'],
  ...['CHECKOUT', 'CHECKIN', 'UNCHECKOUT', 'MERGE', 'MKACTIVITY', 'MKWORKSPACE', 'MKCALENDAR', 'VERSION-CONTROL'],
  ...['UPDATE', 'LABEL', 'BIND', 'REBIND', 'UNBIND', 'LINK', 'UNLINK', 'PURGE', 'BASELINE-CONTROL', 'ORDERPATCH'],
];

/** Words that other dialects write in a method's place for something else than an HTTP request, with their feature. */
export const protocolMethods: ReadonlyMap<string, string> = new Map([
  ['GRPC', 'grpc'],
  ['WEBSOCKET', 'websocket'],
  ['WS', 'websocket'],
  ['WSS', 'websocket'],
  ['SSE', 'server-sent-events'],
  ['EVENTSOURCE', 'server-sent-events'],
  ['MQTT', 'mqtt'],
  ['AMQP', 'amqp'],
  ['RSOCKET', 'rsocket'],
]);

/** Every word that is a method in any case of its letters; `GRAPHQL` stands for a POST of a GraphQL operation. */
export const knownMethods: ReadonlySet<string> = new Set([
  ...commonMethods,
  ...furtherMethods,
  'GRAPHQL',
  ...protocolMethods.keys(),
]);
