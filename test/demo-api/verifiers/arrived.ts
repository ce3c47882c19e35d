import type { SeenRequest } from '../check.ts';

/** What a verifier needs of a request that came over the wire; header names are in lower case. */
export type Arrived = Pick<SeenRequest, 'method' | 'target' | 'body'> & {
  readonly headers: Readonly<Record<string, string | undefined>>;
};

/** The same, of a request that the demo API saw. */
export function arrived({ method, target, body, headers }: SeenRequest): Arrived {
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return { method, target, body, headers: Object.fromEntries(single) };
}
