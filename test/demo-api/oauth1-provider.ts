import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SeenRequest } from './check.ts';
import { credentials } from './credentials.ts';
import { arrived } from './verifiers/arrived.ts';
import { recomputeOAuth1 } from './verifiers/oauth1.ts';

const { consumerKey, consumerSecret, token: finalToken, tokenSecret: finalSecret } = credentials.oauth1;

interface Temporary {
  readonly secret: string;
  readonly callback: string;
  verifier?: string;
}

/** The three legs of OAuth 1.0 below `/oauth1/`: `request`, `authorize`, `access`. @see RFC 5849 §2 */
export class OAuth1Provider {
  readonly #temporary = new Map<string, Temporary>();
  readonly #seen = new Set<string>();

  handle(request: SeenRequest, response: ServerResponse, leg: string): void {
    if (leg === 'authorize') this.#authorize(request, response);
    else if (leg === 'request' || leg === 'access') this.#issue(request, response, leg);
    else response.writeHead(404).end();
  }

  #issue(request: SeenRequest, response: ServerResponse, leg: 'request' | 'access'): void {
    const given = parametersOf(request);
    const temporary = this.#temporary.get(given.oauth_token ?? '');
    const wrong = this.#problem(request, given, leg === 'access' ? temporary : undefined, leg);
    if (wrong) {
      const header = { 'WWW-Authenticate': `OAuth realm="demo", oauth_problem="${wrong}"` };
      response.writeHead(401, header).end(`oauth_problem=${wrong}`);
    } else if (leg === 'access') {
      // Good for one exchange.
      this.#temporary.delete(given.oauth_token ?? '');
      sendForm(response, { oauth_token: finalToken, oauth_token_secret: finalSecret });
    } else {
      const token = randomBytes(9).toString('base64url');
      const secret = randomBytes(9).toString('base64url');
      this.#temporary.set(token, { secret, callback: given.oauth_callback ?? 'oob' });
      sendForm(response, { oauth_token: token, oauth_token_secret: secret, oauth_callback_confirmed: 'true' });
    }
  }

  #problem(
    request: SeenRequest,
    given: Readonly<Record<string, string>>,
    temporary: Temporary | undefined,
    leg: 'request' | 'access',
  ): string | undefined {
    if (request.method !== 'POST') return 'parameter_rejected';
    if (!given.oauth_signature) return 'parameter_absent';
    if (given.oauth_consumer_key !== consumerKey) return 'consumer_key_unknown';
    if (leg === 'request' && !given.oauth_callback) return 'parameter_absent';
    if (leg === 'access' && !temporary) return 'token_rejected';
    if (given.oauth_signature_method?.startsWith('RSA')) return 'signature_method_rejected';
    const recompute = recomputeOAuth1({ consumerSecret, tokenSecret: temporary?.secret ?? '' }, { seen: this.#seen });
    const wrong = recompute(arrived(request))?.split(' ')[0];
    if (wrong) return wrong;
    const unproven = leg === 'access' && (!temporary?.verifier || given.oauth_verifier !== temporary.verifier);
    return unproven ? 'verifier_invalid' : undefined;
  }

  /** A page with two buttons; the form comes back here and sends the browser on to the callback. */
  #authorize(request: SeenRequest, response: ServerResponse): void {
    const token = request.url.searchParams.get('oauth_token') ?? '';
    const temporary = this.#temporary.get(token);
    if (!temporary) {
      response.writeHead(404).end('There is no such sign-in.');
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(page(temporary.callback));
      return;
    }
    const agreed = !new URLSearchParams(request.body.toString()).has('deny');
    if (agreed) temporary.verifier = randomBytes(9).toString('base64url');
    const answer: Record<string, string> = agreed
      ? { oauth_token: token, oauth_verifier: temporary.verifier ?? '' }
      : { oauth_token: token, oauth_problem: 'permission_denied' };
    if (temporary.callback === 'oob') {
      response.end(answer.oauth_verifier ?? 'Not allowed.');
      return;
    }
    const location = new URL(temporary.callback);
    for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
    response.writeHead(302, { Location: location.href }).end();
  }
}

function parametersOf({ headers }: SeenRequest): Record<string, string> {
  const pairs = String(headers.authorization ?? '').matchAll(/(oauth_\w+)="([^"]*)"/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, decodeURIComponent(value ?? '')]));
}

function sendForm(response: ServerResponse, values: Readonly<Record<string, string>>): void {
  response.writeHead(200, { 'Content-Type': 'application/x-www-form-urlencoded' });
  response.end(new URLSearchParams(values).toString());
}

const page = (callback: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Allow ${consumerKey}?</title>
<h1>Allow ${consumerKey} to act as ${credentials.user}?</h1>
<p>${callback === 'oob' ? 'It will show a code to copy.' : 'It will send you back.'}</p>
<form method="post"><button>Allow</button> <button name="deny" value="yes">Deny</button></form></html>
`;
