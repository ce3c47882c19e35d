import { type AuthInForce, type DriverPorts, previewAuthorized } from '../auth/driver.ts';
import type { StatementProblem } from '../auth/values.ts';
import type { CookieJar } from '../cookies/cookie-jar.ts';
import type { ConnectionTls } from '../core/client-tls.ts';
import { asCountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { HttpRequest } from '../core/request.ts';
import type { AuthDecision } from './auth-in-force.ts';
import { type PreparedRequest, type PreparePorts, prepareRequest } from './prepare.ts';
import { redactedError, redactedTexts } from './redacted.ts';
import type { RequestSettings } from './request-settings.ts';
import type { RequestTarget } from './workspace.ts';

/** A request as it would go out. Nothing was sent. */
export interface Preview {
  /** The request line. */
  readonly place: Place;
  readonly request: HttpRequest;
  readonly decision: AuthDecision;
  /** What only sending can tell, a clause each. */
  readonly pending: readonly string[];
  readonly problems: readonly StatementProblem[];
  readonly settings: RequestSettings;
  /** The statement in force with its values; undefined where no auth is in force. */
  readonly auth: AuthInForce | undefined;
  /** How the connection to its host will be made; undefined where nothing is stated about it. */
  readonly tls?: ConnectionTls | undefined;
}

export interface PreviewPorts extends PreparePorts {
  readonly driver: DriverPorts;
  readonly cookies: CookieJar;
}

/** Computes the first attempt of a request. @throws CountersignError where it could not be sent either */
export async function previewRequest(
  target: RequestTarget,
  ports: PreviewPorts,
  signal: AbortSignal,
): Promise<Preview> {
  try {
    const preview = await computed(target, ports, signal);
    return { ...preview, pending: redactedTexts(preview.pending, ports) };
  } catch (error) {
    throw redactedError(asCountersignError(error), ports);
  }
}

async function computed(target: RequestTarget, ports: PreviewPorts, signal: AbortSignal): Promise<Preview> {
  const prepared = await prepareRequest(target, ports);
  const { decision, place, problems, settings, auth, tls } = prepared;
  const known = { place, decision, problems, settings, auth, tls };
  const request = withCookies(prepared.request, prepared, ports.cookies);
  if (!auth) return { ...known, request, pending: [] };
  const authorized = await previewAuthorized(request, auth, ports.driver, signal);
  return { ...known, request: authorized.request, pending: authorized.pending };
}

/** The request with the cookies that the jar holds for its URL, unless `@no-cookie-jar` is stated. */
export function withCookies(request: HttpRequest, prepared: PreparedRequest, cookies: CookieJar): HttpRequest {
  if (!prepared.settings.cookieJar) return request;
  const stored = cookies.cookiesFor(request.url);
  return stored.length === 0 ? request : { ...request, cookies: [...request.cookies, ...stored] };
}
