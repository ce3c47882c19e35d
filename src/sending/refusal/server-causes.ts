import { type Cause, headerOf, quoted, type Refusal, type Rule } from './refusal.ts';

/** What servers, gateways and clouds say in ways of their own. */
export const serverCauses: readonly Rule[] = [
  clientCertificate,
  botCheck,
  userAgent,
  singleSignOn,
  rateLimit,
  amazon,
  google,
  microsoft,
];

/** The words of nginx and IIS. @see https://nginx.org/en/docs/http/ngx_http_ssl_module.html#errors */
function clientCertificate({ status, body }: Refusal): Cause | undefined {
  if (status !== 400 && status !== 403) return undefined;
  const missing = /No required SSL certificate was sent|403\.7\b|client certificate (?:is )?required/i.exec(body);
  const refused = /The SSL certificate error|403\.1[67]\b/i.exec(body);
  const found = missing ?? refused;
  if (!found) return undefined;
  return {
    id: missing ? 'client-certificate-wanted' : 'client-certificate-refused',
    text: missing
      ? 'The server wants a client certificate, and none was sent.'
      : 'The server does not trust the client certificate.',
    evidence: `Its answer: ${quoted(found[0])}`,
    fix: missing
      ? 'Name one for this host: in SSLConfiguration of the environment, in the settings, or by --cert.'
      : 'Look who issued it, and whether it expired.',
  };
}

function botCheck(refusal: Refusal): Cause | undefined {
  const { body } = refusal;
  const server = headerOf(refusal, 'server') ?? '';
  const cloudflare =
    headerOf(refusal, 'cf-mitigated') !== undefined ||
    (/cloudflare/i.test(server) && /<title>(?:Just a moment|Attention Required)/i.test(body));
  const akamai = /AkamaiGHost/i.test(server) && /<TITLE>Access Denied/i.test(body);
  const other =
    headerOf(refusal, 'x-datadome') !== undefined || /Request unsuccessful\. Incapsula incident ID/i.test(body);
  if (!cloudflare && !akamai && !other) return undefined;
  return {
    id: 'bot-check',
    text: 'A guard in front of the server refused the request; its credential was not looked at.',
    evidence: cloudflare ? 'The answer of Cloudflare.' : akamai ? 'The answer of Akamai.' : 'The answer of the guard.',
    fix: 'Ask whoever runs the server to let this client pass, or send from a network that may.',
  };
}

function userAgent({ status, body }: Refusal): Cause | undefined {
  const found = /[^.\n<>]{0,120}\bUser-Agent\b[^.\n<>]{0,120}/i.exec(body.slice(0, 16_384))?.[0];
  if (status !== 403 || !found || !/make sure|required|missing|must|without/i.test(found)) return undefined;
  return {
    id: 'user-agent',
    text: 'The server wants another User-Agent header.',
    evidence: `Its answer: ${quoted(found)}`,
    fix: 'Write one: User-Agent: your-app',
  };
}

function singleSignOn(refusal: Refusal): Cause | undefined {
  const sso = headerOf(refusal, 'x-github-sso');
  if (sso === undefined) return undefined;
  const url = /url=(\S+)/.exec(sso)?.[1];
  return {
    id: 'single-sign-on',
    text: 'The token is not yet authorized for the single sign-on of this organization.',
    evidence: 'X-GitHub-SSO',
    ...(url === undefined ? {} : { fix: `Authorize it at ${quoted(url.split('?', 1)[0] ?? url)}.` }),
  };
}

function rateLimit(refusal: Refusal): Cause | undefined {
  const remaining = headerOf(refusal, 'x-ratelimit-remaining') ?? headerOf(refusal, 'ratelimit-remaining');
  if (refusal.status !== 403 || remaining?.trim() !== '0') return undefined;
  const after = headerOf(refusal, 'retry-after');
  return {
    id: 'rate-limit',
    text: 'The limit of requests is used up.',
    evidence: 'RateLimit-Remaining: 0',
    fix: after === undefined ? 'Wait, and send again.' : `Send again after ${quoted(after)}.`,
  };
}

/** @see https://docs.aws.amazon.com/apigateway/api-reference/handling-errors/ */
function amazon(refusal: Refusal): Cause | undefined {
  const type = (headerOf(refusal, 'x-amzn-errortype') ?? '').split(':', 1)[0] ?? '';
  const evidence = `X-Amzn-ErrorType: ${quoted(type)}`;
  if (type === 'MissingAuthenticationTokenException') {
    return {
      id: 'aws-no-route',
      text: 'API Gateway answers so where it has no such path or method, or where a signature is missing.',
      evidence,
      fix: 'Compare path, stage and method with the API; where they are right, state “@auth awsv4”.',
    };
  }
  const denied = /User: (\S{1,200}) is not authorized to perform: ([\w:*-]{1,100})/.exec(refusal.body);
  if (!denied) return undefined;
  return {
    id: 'aws-permission',
    text: `AWS knows who asks, and lacks a policy that allows ${quoted(denied[2] ?? '')}.`,
    evidence: `Its answer: ${quoted(denied[0])}`,
    fix: 'Add it to the policy of that user or role, or use another one.',
  };
}

/** @see https://cloud.google.com/apis/design/errors#error_info */
function google({ body }: Refusal): Cause | undefined {
  const reason = /"reason"\s*:\s*"([A-Z_]{5,60})"/.exec(body)?.[1];
  const told: Readonly<Record<string, readonly [text: string, fix: string]>> = {
    API_KEY_INVALID: ['The API key is not valid.', 'Copy it again from the console, without blanks.'],
    API_KEY_HTTP_REFERRER_BLOCKED: ['The API key is restricted to web pages.', 'Use one without that restriction.'],
    API_KEY_IP_ADDRESS_BLOCKED: [
      'The API key is restricted to other addresses.',
      'Add the address of this machine to it.',
    ],
    API_KEY_SERVICE_BLOCKED: ['The API key is restricted to other services.', 'Add this service to it.'],
    SERVICE_DISABLED: ['The service is not enabled in the project.', 'Enable it in the console.'],
    ACCESS_TOKEN_SCOPE_INSUFFICIENT: [
      'The token lacks a scope.',
      'Get one with the scope that the method’s documentation names.',
    ],
    ACCESS_TOKEN_EXPIRED: ['The token expired.', 'Get a new one.'],
    ACCESS_TOKEN_TYPE_UNSUPPORTED: ['This kind of token is not taken here.', 'Use an OAuth 2.0 access token.'],
    CREDENTIALS_MISSING: ['The service takes no API keys.', 'Use an OAuth 2.0 access token.'],
    USER_PROJECT_DENIED: ['The project that pays may not be used.', 'Ask for the role Service Usage Consumer in it.'],
  };
  const found = reason === undefined || !Object.hasOwn(told, reason) ? undefined : told[reason];
  if (!found) return undefined;
  return { id: 'google-reason', text: found[0], evidence: `Its answer: reason ${quoted(reason ?? '')}`, fix: found[1] };
}

/** @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
function microsoft({ body }: Refusal): Cause | undefined {
  const found = /\bAADSTS(\d{5,7}):? ?([^"\r\n]{0,200})/.exec(body);
  if (!found) return undefined;
  return {
    id: 'entra-error',
    text: `Microsoft Entra refused: ${quoted((found[2] ?? '').split(/\. |Trace ID/)[0] ?? '')}.`,
    evidence: `AADSTS${found[1]}`,
    fix: `Look it up: https://login.microsoftonline.com/error?code=${found[1]}`,
  };
}
