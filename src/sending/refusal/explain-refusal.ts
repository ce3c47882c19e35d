import { challengeCauses } from './challenge-causes.ts';
import { cookieCauses } from './cookie-causes.ts';
import { credentialCauses } from './credential-causes.ts';
import { redirectCauses } from './redirect-causes.ts';
import type { Cause, Refusal, Rule } from './refusal.ts';
import { challengesOf, quoted } from './refusal.ts';
import { serverCauses } from './server-causes.ts';
import { tokenCauses } from './token-causes.ts';

/** Those that hold whatever the status is. */
const ofServer: readonly Rule[] = [...challengeCauses, ...serverCauses];

const moreThanInvalid = new Set([
  ...['expired-token', 'early-token', 'future-token', 'other-audience', 'refresh-token', 'id-token', 'unsigned-token'],
  ...['empty-credential', 'unresolved-variable', 'placeholder', 'doubled-prefix', 'quoted-credential', 'opaque-token'],
]);

/** The most certain first. */
const ofRefusal: readonly Rule[] = [
  ...redirectCauses,
  ...cookieCauses,
  ...credentialCauses,
  ...tokenCauses,
  ...ofServer,
];

/** The most of a body that is looked at, in bytes. */
export const bodyLookedAt = 64 * 1024;

/** Statuses that refuse a credential, or the lack of one; 419 is that of several frameworks. */
const refusing = new Set([401, 403, 407, 419]);

/** Whether a response may refuse the credential, or the lack of one. */
export function mayRefuse(status: number, redirected: boolean): boolean {
  return refusing.has(status) || status === 400 || (status >= 300 && status < 400) || (redirected && status === 200);
}

/**
 * Why the server may have refused: each cause with its evidence, the most certain first; empty where nothing is known.
 * Reads what was sent and what came back, and asks nobody. No cause holds a secret.
 */
export function explainRefusal(refusal: Refusal): readonly Cause[] {
  const { status } = refusal;
  const rules = refusing.has(status) ? ofRefusal : status === 400 ? ofServer : redirectCauses;
  const causesBy = (used: readonly Rule[]): Cause[] => used.flatMap(rule => rule(refusal) ?? []);
  const first = causesBy(rules);
  // A page to sign in at is a refusal, too, and most often a missing session.
  const found =
    rules === redirectCauses && first.some(({ id }) => id === 'sign-in-page')
      ? [...first, ...causesBy(cookieCauses)]
      : first;
  const byId = new Map(found.map(cause => [cause.id, cause]));
  // What the token itself says is more than that the server does not accept it.
  if (found.some(({ id }) => moreThanInvalid.has(id))) byId.delete('invalid-token');
  const causes = [...byId.values()];
  // Of a 400 the server's words are told only where it speaks of authorization at all.
  const said = refusing.has(status) || causes.length > 0 ? serverWords(refusal) : undefined;
  return said && !causes.some(({ evidence, text }) => evidence.includes(said) || text.includes(said))
    ? [...causes, { id: 'server-says', text: `The server says: ${said}`, evidence: 'Its answer.' }]
    : causes;
}

/** The sentence that an answer gives for people, wherever APIs put it. */
function serverWords(refusal: Refusal): string | undefined {
  const { body } = refusal;
  const described = challengesOf(refusal).flatMap(({ params }) => params.get('error_description') ?? [])[0];
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return described && quoted(described);
  }
  const names = ['error_description', 'message', 'Message', 'detail', 'errorMessage', 'error', 'reason', 'title'];
  for (let depth = 0; depth < 4 && typeof value === 'object' && value !== null; depth++) {
    const record = value as Readonly<Record<string, unknown>>;
    for (const name of names) {
      const words = record[name];
      if (typeof words === 'string' && words.trim() !== '' && words.length < 500) return quoted(words);
    }
    value = record.error ?? record.errors ?? record.fault ?? record.Error ?? record[0];
  }
  return described && quoted(described);
}
