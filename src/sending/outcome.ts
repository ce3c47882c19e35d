import type { Exchange } from '../core/exchange.ts';
import type { AuthDecision } from './auth-in-force.ts';

/** A result, and the auth that was in force where that is known. */
type Outcome = Pick<Exchange, 'response' | 'tests'> & { readonly decision?: AuthDecision };

/** An authorization that was stated and refused is a failure of the request, whatever else counts as one. */
export function isRefusedAuthorization({ response, tests, decision }: Outcome): boolean {
  // A request that says which status it wants means it.
  if (tests?.some(({ name }) => /^status\b/.test(name))) return false;
  return (response?.status === 401 || response?.status === 407) && decision?.statement !== undefined;
}

/** Whether a request that says what it wants of its response got that. */
export function isAsWanted(result: Outcome & Pick<Exchange, 'error'>): boolean {
  if (result.error !== undefined || isRefusedAuthorization(result)) return false;
  return (result.tests ?? []).every(({ passed }) => passed);
}
