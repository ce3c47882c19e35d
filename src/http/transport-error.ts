import { CountersignError, type ErrorCode } from '../core/errors.ts';

const CA_HINT =
  'Add its authority with the setting for extra CA certificates (on the command line: --cacert), or write # @insecure above the request to skip the check.';

const CERTIFICATE_ERRORS: Readonly<Record<string, readonly [what: string, hint?: string]>> = {
  CERT_HAS_EXPIRED: [
    'has expired',
    'Ask for a new certificate, or write # @insecure above the request to skip the check.',
  ],
  CERT_NOT_YET_VALID: ['is not valid yet', 'Check the clock of this machine, or write # @insecure above the request.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['is self-signed'],
  SELF_SIGNED_CERT_IN_CHAIN: ['is signed by an authority that this machine does not trust'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['is signed by an authority that this machine does not trust'],
  UNABLE_TO_GET_ISSUER_CERT: ['is signed by an authority that this machine does not trust'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['is signed by an authority that this machine does not trust'],
  CERT_UNTRUSTED: ['is not trusted'],
  CERT_REJECTED: ['is not trusted for this purpose'],
  CERT_REVOKED: ['has been revoked'],
  CERT_SIGNATURE_FAILURE: ['has a signature that does not fit'],
  CERT_CHAIN_TOO_LONG: ['comes with a chain that is too long'],
  INVALID_CA: ['is signed by something that is no authority'],
  INVALID_PURPOSE: ['was not issued for servers'],
  HOSTNAME_MISMATCH: ['is for another host'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'is for another host',
    'Check the host in the URL, or write # @insecure above the request to skip the check.',
  ],
};

/** What Node names `UNSPECIFIED` and only OpenSSL's words tell. @see https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/ */
const WEAKNESSES: readonly (readonly [said: RegExp, what: string])[] = [
  [/\bCA certificate key too weak/i, 'comes from an authority whose key is too weak'],
  [/\bkey too weak/i, 'has a key that is too weak'],
  [/\b(?:md|digest algorithm) too weak/i, 'is signed with a digest that is too weak'],
];

const LOST = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'ENOTCONN', 'ERR_HTTP2_SESSION_ERROR']);
const NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL', 'EAI_ADDRFAMILY']);
const UNREACHABLE = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);

/** Whether an error means that the connection was closed under the request. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message } = describe(error);
  return LOST.has(code) && !/bad (response|upgrade)/.test(message);
}

/**
 * What went wrong on the way, in words for a person.
 * @param shown host and port, secrets masked
 */
export function transportError(error: unknown, shown: string): CountersignError {
  if (error instanceof CountersignError) return error;
  const { code, message, syscall } = describe(error);
  const make = (kind: ErrorCode, text: string, hint?: string): CountersignError =>
    new CountersignError(kind, text, { cause: error, ...(hint === undefined ? {} : { hint }) });

  const certificate = CERTIFICATE_ERRORS[code];
  if (certificate)
    return make('certificate', `The certificate of ${shown} ${certificate[0]}.`, certificate[1] ?? CA_HINT);
  const weakness = code === 'UNSPECIFIED' ? WEAKNESSES.find(([said]) => said.test(message))?.[1] : undefined;
  if (weakness) {
    const hint =
      'Ask for a stronger certificate, or write # @insecure above the request (--insecure) to skip the check.';
    return make('certificate', `The certificate of ${shown} ${weakness} to be trusted.`, hint);
  }
  if (NOT_FOUND.has(code) || (code === 'EINVAL' && syscall === 'getaddrinfo')) {
    return make(
      'host-not-found',
      `The host ${shown} could not be found.`,
      code === 'EAI_AGAIN'
        ? 'The name server did not answer: check the network connection.'
        : 'Check the spelling of the host, the selected environment, and the network connection.',
    );
  }
  if (code === 'ECONNREFUSED') {
    return make(
      'connection-refused',
      `${shown} refused the connection.`,
      'Check that the server is running and that the port is right.',
    );
  }
  if (UNREACHABLE.has(code)) {
    return make(
      'connection-refused',
      `${shown} cannot be reached from this network.`,
      'Check the network connection and the proxy settings.',
    );
  }
  if (
    code === 'ETIMEDOUT' ||
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    code === 'UND_ERR_HEADERS_TIMEOUT' ||
    code === 'UND_ERR_BODY_TIMEOUT'
  ) {
    return make(
      'timeout',
      `${shown} did not answer in time.`,
      'Check that the host and port can be reached from this network.',
    );
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return make(
      'protocol',
      `The response headers of ${shown} are larger than is accepted.`,
      'The limit is 256 KiB in all.',
    );
  }
  if (isParserError(error) || /bad (response|upgrade)/.test(message)) {
    return make(
      'protocol',
      `${shown} answered with something that is not HTTP.`,
      'Check the port, and whether it speaks https instead of http.',
    );
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return make('connection-lost', `${shown} ended the response before it was complete.`, 'Send the request again.');
  }
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    return make(
      'invalid-header',
      'The Content-Length header does not fit the length of the body.',
      'Remove the header: the length is known from the body.',
    );
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return make(
      'protocol',
      `${shown} does not speak TLS on this port.`,
      'Use http:// instead of https://, or another port.',
    );
  }
  if (/^ERR_SSL_.*(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)/.test(code)) {
    return make(
      'certificate',
      `${shown} broke off the TLS handshake.`,
      'It may ask for a client certificate, or for another: state one as SSLConfiguration of the environment, in the settings, or with --cert.',
    );
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return make(
      'protocol',
      `No TLS connection to ${shown} could be made.`,
      'The server may only offer an outdated version of TLS.',
    );
  }
  if (isConnectionLost(error)) {
    return make(
      'connection-lost',
      `${shown} closed the connection before the response was complete.`,
      'Send the request again; if that repeats, look at the server’s log.',
    );
  }
  if (code.startsWith('ERR_HTTP2') || code.startsWith('UND_ERR_INFO')) {
    return make('protocol', `${shown} broke the rules of HTTP/2.`, 'Look at the server’s log, or try again.');
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return make('cancelled', 'The request was cancelled, as its connection was closed.');
  }
  if (code === 'UND_ERR_INVALID_ARG') return make('invalid-request', `The request cannot be sent: ${message}.`);
  return make('internal', `The request to ${shown} failed${code === '' ? '' : ` (${code})`}.`);
}

/** undici's parser leaves the code of many errors empty. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

function describe(error: unknown): { code: string; message: string; syscall?: unknown } {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error) };
  const { code, message, errors, syscall } = error as Record<string, unknown>;
  // Happy Eyeballs reports every address; the last tells as much as any.
  if (Array.isArray(errors) && errors.length > 0 && typeof code !== 'string') return describe(errors.at(-1));
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '', syscall };
}
