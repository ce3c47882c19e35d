/** What each feature of another dialect is called in a message. */
const featureNames: Readonly<Record<string, string>> = {
  assertion: 'Assertions that are scripts',
  'response-redirect': 'Saving the response with “>>”',
  'response-reference': 'References to recorded responses',
  'recorded-response': 'Recorded responses',
  import: 'Imports',
  run: 'Runs of other files',
  'curl-command': 'curl command lines',
  grpc: 'gRPC calls',
  websocket: 'WebSocket connections',
  'server-sent-events': 'Event streams',
  mqtt: 'MQTT connections',
  amqp: 'AMQP connections',
  rsocket: 'RSocket connections',
};

/** Scripts, which are run when the request is sent. */
export const runFeatures: ReadonlySet<string> = new Set(['pre-request-script', 'response-handler', 'script-block']);

/** Directives of other dialects, in lower case. */
export const foreignDirectives: ReadonlySet<string> = new Set([
  ...['import', 'loop', 'sleep', 'ratelimit', 'keepstreaming', 'nostreaminglog', 'responseref'],
  ...['no-log', 'no-response-view', 'no-auto-encoding', 'jwt', 'save', 'openwith', 'extension', 'injectvariables'],
  ...['grpc-reflection', 'verbose', 'debug', 'no-client-cert', 'use-os-credentials', 'lang'],
]);

/** The sentence of the diagnostic for a feature that is kept and not run. */
export function foreignMessage(feature: string): string {
  if (feature.startsWith('directive-')) {
    return `“@${feature.slice(10)}” belongs to another HTTP client. It is kept as it is and has no effect here.`;
  }
  const name = featureNames[feature] ?? feature;
  if (feature === 'recorded-response') return `${name} are kept as they are; this is not sent.`;
  return `${name} of other HTTP clients are kept as they are, and not run or sent.`;
}

/** The feature that a line inside a request begins, looking at its trimmed text; undefined where it is none. */
export function foreignFeature(line: string): string | undefined {
  const first = line.charCodeAt(0);
  if (first === 62 /* > */) {
    if (/^>\s*\{%/.test(line)) return 'response-handler';
    if (/^>>!?\s+\S/.test(line)) return 'response-redirect';
    if (/^>\s+\S.*\.[cm]?[jt]s$/.test(line)) return 'response-handler';
    return undefined;
  }
  if (first === 60 /* < */) {
    if (/^<\s*\{%/.test(line)) return 'pre-request-script';
    if (/^<>\s+\S/.test(line)) return 'response-reference';
    return undefined;
  }
  if (first === 63 /* ? */) return /^\?\?(?:\s|$)/.test(line) ? 'assertion' : undefined;
  if (first === 123 /* { */) return /^\{\{(?:[+@]|$)/.test(line) ? 'script-block' : undefined;
  if (first === 72 /* H */) return /^HTTP\/\d(?:\.\d)?\s+\d{3}(?:\s|$)/.test(line) ? 'recorded-response' : undefined;
  return undefined;
}

/** The feature that a line before the request line begins, those inside a request apart. */
export function featureBeforeRequest(line: string): string | undefined {
  if (/^<\s+\S/.test(line)) return 'pre-request-script';
  if (/^(?:import\s+\S|(?:proto|gql\s+\w+)\s+<\s+\S)/.test(line)) return 'import';
  if (/^run\s+\S/.test(line)) return 'run';
  return /^curl\s+\S/.test(line) ? 'curl-command' : undefined;
}

/** How the last line of a part of another dialect is known; undefined where the part is one line. */
export function closing(feature: string, firstText: string): ((line: string) => boolean) | undefined {
  if (feature === 'script-block') return line => line === '}}';
  if (feature === 'recorded-response' || feature === 'curl-command') return () => false;
  if (firstText.includes('{%')) return line => line.endsWith('%}');
  return undefined;
}
