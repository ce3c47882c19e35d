import type { WithheldCookie, WithheldReason } from '../../cookies/withheld-cookie.ts';
import {
  type Cause,
  credentialParts,
  hasCredentialInUrl,
  headerOf,
  quoted,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** Cookies that did not go along, and the token that has to accompany those that did. */
export const cookieCauses: readonly Rule[] = [withheldSession, csrf];

/** Names that servers give to a session, a login or a token. */
const session = /sess|(?:^|[^a-z])s?sid(?:$|[^a-z])|auth|token|jwt|login|remember|identity|\.aspnet|^_?s$/i;
const ofCsrf = /csrf|xsrf/i;

const told: Readonly<
  Record<WithheldReason, (cookie: WithheldCookie, url: URL) => readonly [why: string, fix: string]>
> = {
  path: ({ path }) => [
    `is sent to ${quoted(path)} and what is below it alone`,
    'Send the request there, or sign in at a path whose cookie covers it.',
  ],
  domain: ({ domain, hostOnly }, { hostname }) => [
    `is sent to ${hostOnly ? domain : `${domain} and the hosts below it`}, not to ${hostname}`,
    `Send the request to ${domain}, or sign in at ${hostname}.`,
  ],
  secure: () => ['is sent over TLS alone (Secure)', 'Write the address with https://.'],
  expired: ({ expiresAt }) => [
    expiresAt === undefined ? 'expired' : `expired at ${new Date(expiresAt).toUTCString()}`,
    'Send the request that signs in once more.',
  ],
  'set-in-clear': () => [
    'was set without TLS, and either says Secure or would stand in place of one that came over TLS: it was not kept',
    'Sign in at an https:// address.',
  ],
  'set-for-other': () => [
    'was set for a domain that this host is not part of, or that is everybody’s: it was not kept',
    'The Domain of Set-Cookie has to be this host, or one above it that somebody registered.',
  ],
  'too-large': () => ['was too large to be kept (4096 bytes with its name)', 'Make the server set a smaller one.'],
};

function withheldSession(refusal: Refusal): Cause | readonly Cause[] | undefined {
  const { request, withheld, declined } = refusal;
  if (refusal.status === 407 || credentialParts(request).length > 0 || hasCredentialInUrl(request)) return undefined;
  const sent = new Set(request.cookies.map(({ name }) => name));
  const isSession = (name: string): boolean => session.test(name) && !ofCsrf.test(name) && !sent.has(name);
  const left = declined.find(isSession);
  if (left !== undefined) {
    return {
      id: 'cookie-jar-off',
      text: `The cookie ${quoted(left)} is kept for this address and was not sent.`,
      evidence: 'The request says # @no-cookie-jar.',
      fix: 'Take that line out, or write a Cookie header.',
    };
  }
  const cookie = withheld.find(({ name }) => isSession(name));
  const url = URL.parse(request.url);
  if (!cookie || !url) return undefined;
  const [why, fix] = told[cookie.reason](cookie, url);
  const place = `${cookie.domain}${cookie.path}`;
  return {
    id: `cookie-${cookie.reason}`,
    text: `The cookie ${quoted(cookie.name)} was not sent: it ${why}.`,
    evidence: `The cookie jar: ${quoted(cookie.name)} of ${quoted(place)}.`,
    fix,
  };
}

/** Which header belongs to which cookie, as frameworks have it. */
const csrfHeaders: readonly (readonly [cookie: RegExp, header: string, whose: string])[] = [
  [/^XSRF-TOKEN$/i, 'X-XSRF-TOKEN', 'Angular, Spring and Laravel'],
  [/^csrftoken$/i, 'X-CSRFToken', 'Django'],
  [/^csrf_access_token$/i, 'X-CSRF-TOKEN', 'Flask-JWT-Extended'],
  [/^_csrf(?:Token)?$|^csrf[-_]?token$/i, 'X-CSRF-Token', 'Express and others'],
];

/** A request from elsewhere that changes something has to prove that it comes from the server's own page. */
function csrf(refusal: Refusal): Cause | undefined {
  const { status, body, request } = refusal;
  if (status !== 403 && status !== 419 && status !== 400) return undefined;
  const wanted = headerOf(refusal, 'x-csrf-token');
  const found =
    /\b(?:CSRF|XSRF|anti-?forgery|authenticity token|InvalidAuthenticityToken|InvalidCrossOriginPolicy)\b/i.exec(
      body.slice(0, 16_384),
    );
  const asks = found !== null || /^(?:fetch|required)$/i.test(wanted ?? '') || status === 419;
  const names = [
    ...request.cookies.map(({ name }) => name),
    ...request.headers.flatMap(({ name, value }) =>
      name.toLowerCase() === 'cookie' ? value.split(';').map(pair => pair.split('=', 1)[0]?.trim() ?? '') : [],
    ),
  ];
  const hasHeader = request.headers.some(({ name }) => ofCsrf.test(name) || /^RequestVerificationToken$/i.test(name));
  const changes = !/^(?:GET|HEAD|OPTIONS|TRACE)$/.test(request.method);
  const mayLack = asks || (status === 403 && !credentialParts(request).some(isAuthorization));
  for (const [cookie, header, whose] of !hasHeader && changes && mayLack ? csrfHeaders : []) {
    const name = names.find(each => cookie.test(each));
    if (name === undefined) continue;
    return {
      id: 'csrf-token-missing',
      text: `The cookie ${quoted(name)} was sent, and no header repeats its token, which proves where the request comes from.`,
      evidence: found
        ? `Its answer speaks of ${quoted(found[0])}; ${header} is not there.`
        : `${status}; ${header} is not there.`,
      fix: `Send ${header} with the cookie’s value, as ${whose} want it: {{login.response.cookies.${name}}} of a request named login.`,
    };
  }
  if (!asks) return undefined;
  return {
    id: hasHeader ? 'csrf-token-refused' : 'csrf-token',
    text: hasHeader
      ? 'The server does not accept the CSRF token that was sent.'
      : 'The server wants a CSRF token beside the credential.',
    evidence: found
      ? `Its answer speaks of ${quoted(found[0])}.`
      : wanted === undefined
        ? `The status ${status}.`
        : `X-CSRF-Token: ${wanted}`,
    fix: hasHeader
      ? 'It belongs to one session: fetch it again with the cookies that go along.'
      : 'Fetch one first, and send it as the server’s documentation says; or use a token in place of a cookie.',
  };
}

const isAuthorization = ({ name }: { readonly name: string }): boolean => name.toLowerCase() === 'authorization';
