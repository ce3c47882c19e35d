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
