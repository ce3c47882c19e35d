/** An option by its long name; its value is empty where it takes none. */
export type CurlOption = readonly [name: string, value: string];

/** Short options that take a value, by their long names. */
const withValue: Readonly<Record<string, string>> = {
  X: 'request',
  H: 'header',
  d: 'data',
  u: 'user',
  F: 'form',
  b: 'cookie',
  A: 'user-agent',
  e: 'referer',
  o: 'output',
  m: 'max-time',
  T: 'upload-file',
  x: 'proxy',
  E: 'cert',
  c: 'cookie-jar',
  r: 'range',
  w: 'write-out',
  D: 'dump-header',
  K: 'config',
  U: 'proxy-user',
  C: 'continue-at',
  y: 'speed-time',
  Y: 'speed-limit',
  z: 'time-cond',
};

const longWithValue = new Set([
  ...Object.values(withValue),
  ...'url data-raw data-binary data-ascii data-urlencode json form-string oauth2-bearer aws-sigv4'.split(' '),
  ...'connect-timeout cacert capath key cert-type key-type pass resolve retry retry-delay retry-max-time'.split(' '),
  ...'max-redirs connect-to interface ciphers tls-max proto limit-rate noproxy socks5 socks5-hostname'.split(' '),
  ...'unix-socket request-target stderr trace trace-ascii url-query keepalive-time max-filesize variable'.split(' '),
  ...'expand-url expand-data dns-servers local-port output-dir'.split(' '),
]);

/** Options that change nothing here, and so are no loss. */
const harmless = new Set([
  ...'location compressed silent show-error verbose include progress-bar fail no-progress-meter output'.split(' '),
  ...'remote-name basic globoff write-out http1.1 http2 no-buffer path-as-is keepalive location-trusted'.split(' '),
  ...'tcp-nodelay no-keepalive fail-with-body remote-header-name dump-header stderr'.split(' '),
]);

const shortFlags: Readonly<Record<string, string>> = {
  k: 'insecure',
  L: 'location',
  s: 'silent',
  S: 'show-error',
  v: 'verbose',
  i: 'include',
  I: 'head',
  G: 'get',
  f: 'fail',
  g: 'globoff',
  O: 'remote-name',
  J: 'remote-header-name',
  N: 'no-buffer',
  '#': 'progress-bar',
};

/** Options that say something about the request. */
const understood = new Set([
  ...'url header user-agent referer cookie range form form-string upload-file json get head request'.split(' '),
  ...'max-time connect-timeout insecure user digest ntlm anyauth oauth2-bearer aws-sigv4 data data-raw'.split(' '),
  ...'data-binary data-ascii data-urlencode url-query'.split(' '),
]);

/** Options with their values, in order; short ones by their long names; a bare word is the URL. */
export function curlOptions(words: readonly string[]): readonly CurlOption[] {
  const found: CurlOption[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('--') && word.length > 2) {
      const [name = '', joined] = splitOnce(word.slice(2), '=');
      if (joined !== undefined && longWithValue.has(name)) found.push([name, joined]);
      else if (longWithValue.has(name)) {
        at += 1;
        found.push([name, words[at] ?? '']);
      } else found.push([name, '']);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let index = 1; index < word.length; index += 1) {
        const letter = word[index] ?? '';
        const long = withValue[letter];
        if (long === undefined) {
          found.push([shortFlags[letter] ?? letter, '']);
          continue;
        }
        const rest = word.slice(index + 1);
        if (rest === '') at += 1;
        found.push([long, rest === '' ? (words[at] ?? '') : rest.replace(/^\s+/, '')]);
        break;
      }
    } else if (word !== '') found.push(['url', word]);
  }
  return found;
}

/** The options that say something that can't be kept, each once and as written. */
export function withoutCounterpart(given: readonly CurlOption[]): readonly string[] {
  const names = given.map(([name]) => name).filter(name => !understood.has(name) && !harmless.has(name));
  return [...new Set(names)].map(name => `--${name}`);
}

/** The text before and after the first separator; undefined after it where there is none. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
