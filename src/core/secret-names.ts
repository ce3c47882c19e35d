const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'pwd',
  'pass',
  'passphrase',
  'passcode',
  'secret',
  'token',
  'jwt',
  'credential',
  'credentials',
  'otp',
  'apikey',
  'authorization',
  'cookie',
]);

const SECRET_KEYS = new Set(['api', 'private', 'secret', 'subscription', 'account', 'signing', 'encryption', 'master']);

/**
 * Whether a variable, parameter or header of this name holds a secret by all that people call theirs: its last word is
 * `password`, `token`, `secret` and the like, or it is an `api key`, `private key`, `secret access key` …
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(word => word !== '');
  const last = words.at(-1);
  if (last === undefined) return false;
  if (SECRET_WORDS.has(last)) return true;
  return last === 'key' && words.slice(0, -1).some(word => SECRET_KEYS.has(word));
}

const CREDENTIAL_HEADERS = new Set([
  ...['authorization', 'proxy-authorization', 'authentication', 'authentication-info', 'proxy-authentication-info'],
  ...['cookie', 'cookie2', 'set-cookie', 'set-cookie2', 'dpop'],
]);

/** Last words of headers that prove something, besides those of secret names. */
const PROVING_WORDS = new Set(['authentication', 'auth', 'signature', 'session', 'sessionid', 'sid', 'hmac', 'bearer']);

/** Headers whose last word is `key` and which are none: RFC 6455, idempotency of requests, caches. */
const HARMLESS_KEYS =
  /^(?:sec-websocket-key|(?:x-)?idempotency-key|(?:x-)?(?:surrogate|cache|partition|routing|sort)-key)$/;

/**
 * Whether a header of this name is a credential: one that a standard defines, a secret name, any other `key`
 * (`X-Functions-Key`, `DD-APPLICATION-KEY`), a session or a signature over the request.
 */
export function isCredentialHeader(name: string): boolean {
  const lower = name.trim().toLowerCase();
  if (CREDENTIAL_HEADERS.has(lower) || isSecretName(name)) return true;
  const words = lower.split(/[^a-z]+/).filter(word => word !== '');
  const last = words.at(-1) ?? '';
  if (last === 'key') return words.length > 1 && !HARMLESS_KEYS.test(lower);
  return PROVING_WORDS.has(last) || (last === 'id' && words.at(-2) === 'session');
}
