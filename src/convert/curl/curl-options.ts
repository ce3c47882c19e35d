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
  P: 'ftp-port',
  Q: 'quote',
  t: 'telnet-option',
};

/** As `curl --help all` lists them, and newer ones. */
const longWithValue = new Set([
  ...Object.values(withValue),
  ...'abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout'.split(' '),
  ...'connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary'.split(' '),
  ...'data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url'.split(' '),
  ...'dump-header ech egd-file engine etag-compare etag-save expect100-timeout form form-string'.split(' '),
  ...'ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode'.split(' '),
  ...'happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts interface ip-tos'.split(' '),
  ...'ipfs-gateway json keepalive-cnt keepalive-time key key-type knownhosts krb libcurl limit-rate'.split(' '),
  ...'local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time'.split(' '),
  ...'netrc-file noproxy oauth2-bearer output output-dir parallel-max parallel-max-host pass'.split(' '),
  ...'pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert'.split(' '),
  ...'proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass'.split(' '),
  ...'proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword'.split(' '),
  ...'proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer request'.split(' '),
  ...'request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs'.split(' '),
  ...'socks4 socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr'.split(' '),
  ...'telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace'.split(' '),
  ...'trace-ascii trace-config unix-socket upload-file upload-flags url url-query user user-agent'.split(' '),
  ...'variable vlan-priority write-out'.split(' '),
]);

/** Options that change nothing here, and so are no loss. */
const harmless = new Set([
  ...'disable remote-time parallel no-sessionid styled-output no-clobber create-dirs'.split(' '),
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
  ':': 'next',
  '0': 'http1.0',
  '1': 'tlsv1',
  '2': 'sslv2',
  '3': 'sslv3',
  '4': 'ipv4',
  '6': 'ipv6',
  a: 'append',
  B: 'use-ascii',
  j: 'junk-session-cookies',
  l: 'list-only',
  n: 'netrc',
  p: 'proxytunnel',
  q: 'disable',
  R: 'remote-time',
  Z: 'parallel',
};

/** Options that say something about the request. */
const understood = new Set([
  ...'url header user-agent referer cookie range form form-string upload-file json get head request'.split(' '),
  ...'max-time connect-timeout insecure user digest ntlm anyauth oauth2-bearer aws-sigv4 data data-raw'.split(' '),
  ...'data-binary data-ascii data-urlencode url-query'.split(' '),
]);

/** Options with their values, in order; short ones by their long names; a bare word is a URL. */
export function curlOptions(words: readonly string[]): readonly CurlOption[] {
  const found: CurlOption[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('--') && word.length > 2) {
      const [name = '', joined] = splitOnce(word.slice(2), '=');
      // `--expand-…` is the option that follows, its value with curl's own variables in it.
      const takesValue = longWithValue.has(name.replace(/^expand-/, ''));
      if (joined !== undefined && takesValue) found.push([name, joined]);
      else if (takesValue) {
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
