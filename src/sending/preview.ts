import { type AuthInForce, type DriverPorts, previewAuthorized } from '../auth/driver.ts';
import type { StatementProblem } from '../auth/values.ts';
import type { CookieJar } from '../cookies/cookie-jar.ts';
import type { ConnectionTls } from '../core/client-tls.ts';
import { asCountersignError, type CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { HttpRequest } from '../core/request.ts';
import type { Variables } from '../core/variables.ts';
import type { AuthDecision } from './auth-in-force.ts';
import { type PreparedRequest, type PreparePorts, prepareRequest } from './prepare.ts';
import { redactedError, redactedTexts } from './redacted.ts';
import type { RequestSettings } from './request-settings.ts';
import type { TextResolver } from './variable-text.ts';
import type { RequestTarget } from './workspace.ts';

/** A request as it would go out. Nothing was sent. */
export interface Preview {
  /** The request line. */
  readonly place: Place;
  readonly request: HttpRequest;
  /** The same before its authorization. */
  readonly unauthorized: HttpRequest;
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

async function computed(
  target: RequestTarget,
  ports: PreviewPorts,
  signal: AbortSignal,
  auth: 'resolve' | 'skip' = 'resolve',
): Promise<Preview> {
  const prepared = await prepareRequest(target, ports, auth);
  const { decision, place, problems, settings, auth: stated, tls } = prepared;
  const request = withCookies(prepared.request, prepared, ports.cookies);
  const known = { place, decision, problems, settings, auth: stated, tls, unauthorized: request };
  if (!stated) return { ...known, request, pending: [] };
  const authorized = await previewAuthorized(request, stated, ports.driver, signal);
  return { ...known, request: authorized.request, pending: authorized.pending };
}

/** A request as far as it can be computed. */
export interface PartialPreview {
  /** Has `{{names}}` where a value is missing, and lacks what can't be made without it; absent where nothing can be made. */
  readonly preview?: Preview;
  /** Why the request can't be sent as it stands. */
  readonly error?: CountersignError;
}

/** Computes the first attempt of a request, with the names of variables that have no value. Never fails. */
export async function previewPartly(
  target: RequestTarget,
  ports: LenientPorts,
  signal: AbortSignal,
): Promise<PartialPreview> {
  const shown = (preview: Preview): Preview => ({ ...preview, pending: redactedTexts(preview.pending, ports) });
  try {
    return { preview: shown(await computed(target, ports, signal)) };
  } catch (reason) {
    const error = redactedError(asCountersignError(reason), ports);
    const lenient: PreviewPorts = {
      ...ports,
      variablesFor: async (...wanted) => leaveUnresolved(await ports.variablesFor(...wanted)),
    };
    for (const auth of ['resolve', 'skip'] as const) {
      try {
        const preview = shown(await computed(target, lenient, signal, auth));
        return { preview: { ...preview, request: withNames(preview.request) }, error };
      } catch {
        // What is wrong has been told.
      }
    }
    return { error };
  }
}

export interface LenientPorts extends PreviewPorts {
  variablesFor(...wanted: Parameters<PreviewPorts['variablesFor']>): Promise<Variables>;
}

/** The request with the names of variables that have no value as they are written, not as a URL would have them. */
function withNames(request: HttpRequest): HttpRequest {
  const plain = (url: string): string =>
    url.replace(/%7B%7B(.+?)%7D%7D/g, (_, name: string) => `{{${name.replaceAll('%20', ' ')}}}`);
  const { url, maskedUrl } = request;
  return { ...request, url: plain(url), ...(maskedUrl === undefined ? {} : { maskedUrl: plain(maskedUrl) }) };
}

/** A resolver that leaves what has no value as it is written. */
export function leaveUnresolved(variables: Variables): TextResolver {
  return { resolve: (text: string, place: Place) => variables.resolveWithProblems(text, place) };
}

/** The request with the cookies that the jar holds for its URL, unless `@no-cookie-jar` is stated. */
export function withCookies(request: HttpRequest, prepared: PreparedRequest, cookies: CookieJar): HttpRequest {
  if (!prepared.settings.cookieJar) return request;
  const stored = cookies.cookiesFor(request.url);
  return stored.length === 0 ? request : { ...request, cookies: [...request.cookies, ...stored] };
}
