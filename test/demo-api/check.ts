import type { Socket } from 'node:net';
import type { AuthorizationServer } from './authorization-server.ts';

/** A request as the server saw it, for whoever checks it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as they came, not normalised. */
  readonly target: string;
  readonly url: URL;
  /** Lower-case names; repeated fields joined as Node joins them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** For schemes that authorize a connection. */
  readonly socket: Socket;
}

export interface Verdict {
  readonly ok: boolean;
  /** Who it was, where it went well. */
  readonly user?: string;
  /** One clause: what was found, or what is wrong. */
  readonly detail: string;
  /** Status of a refusal; 401 where undefined. */
  readonly status?: number;
  /** Added to the response: challenges, a server's own signature. Repeated names are sent repeatedly. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/**
 * What a file in `checks/` exports as `check`: it guards `/auth/<name of the file>` and everything below. It verifies
 * with something independent of the product's own code where there is such a thing.
 */
export type Check = (request: SeenRequest, server?: Pick<AuthorizationServer, 'userOf'>) => Verdict | Promise<Verdict>;

/** The one value of a header, undefined where there is none. */
export function headerOf(request: SeenRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
