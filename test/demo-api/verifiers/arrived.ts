import type { SeenRequest } from '../check.ts';

/** What a verifier needs of a request that came over the wire; header names are in lower case. */
export type Arrived = Pick<SeenRequest, 'method' | 'target' | 'body'> & {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** It came over TLS. */
  readonly secure?: boolean;
};

/** The scheme and host that the client addressed, which most signatures cover. */
export function addressed({ headers, secure }: Arrived): string {
  return `${secure ? 'https' : 'http'}://${headers.host}`;
}

/** The same, of a request that the demo API saw. */
export function arrived({ method, target, body, headers, url }: SeenRequest): Arrived {
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return { method, target, body, headers: Object.fromEntries(single), secure: url.protocol === 'https:' };
}
