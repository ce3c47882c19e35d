import { type DriverPorts, previewAuthorized } from '../auth/driver.ts';
import type { StatementProblem } from '../auth/values.ts';
import type { Place } from '../core/place.ts';
import type { HttpRequest } from '../core/request.ts';
import type { CookieJar } from '../http/cookie-jar.ts';
import type { AuthDecision } from './auth-in-force.ts';
import { type PreparedRequest, type PreparePorts, prepareRequest } from './prepare.ts';
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
  const prepared = await prepareRequest(target, ports);
  const { decision, place, problems } = prepared;
  const request = withCookies(prepared.request, prepared, ports.cookies);
  if (!prepared.auth) return { place, request, decision, pending: [], problems };
  const authorized = await previewAuthorized(request, prepared.auth, ports.driver, signal);
  return { place, request: authorized.request, decision, pending: authorized.pending, problems };
}

/** The request with the cookies that the jar holds for its URL, unless `@no-cookie-jar` is stated. */
export function withCookies(request: HttpRequest, prepared: PreparedRequest, cookies: CookieJar): HttpRequest {
  if (!prepared.settings.cookieJar) return request;
  const stored = cookies.cookiesFor(request.url);
  return stored.length === 0 ? request : { ...request, cookies: [...request.cookies, ...stored] };
}
