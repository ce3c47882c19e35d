import { basename } from 'node:path';
import { findScheme } from '../auth/schemes/index.ts';
import { type AuthDecision, authInForce } from '../sending/auth-in-force.ts';
import type { Scope } from '../sending/scopes.ts';
import type { RequestTarget } from '../sending/workspace.ts';

export interface AuthLabel extends Pick<AuthDecision, 'from'> {
  readonly label: string;
  /** A token is obtained for it, which a person can ask for. */
  readonly obtainsToken: boolean;
}

/** The auth in force for a request, named, with the place that decides it. */
export function authInForceLabel({ file, tree, block }: RequestTarget, scopes: readonly Scope[]): AuthLabel {
  const decision = authInForce(file, tree, block, scopes);
  return { label: authLabel(decision, file), from: decision.from, obtainsToken: obtains(decision) };
}

function obtains({ statement }: AuthDecision): boolean {
  if (!statement) return false;
  const values = Object.fromEntries(statement.fields.map(({ name, value }) => [name, value]));
  return findScheme(statement.scheme)?.obtainsTokens?.(values) ?? false;
}

/** The auth in force in a few words: `Basic Auth · from folder.http`. */
function authLabel({ statement, from, shorthand }: AuthDecision, file: string): string {
  const inherited = from && from.file !== file ? `from ${basename(from.file)}` : undefined;
  const ofFile = from && from.level === 'file' ? 'from this file' : undefined;
  const where = inherited ?? ofFile;
  const name = statement ? (findScheme(statement.scheme)?.label ?? `Unknown: ${statement.scheme}`) : 'No Auth';
  if (shorthand) return `${name} · from the header`;
  return where === undefined ? name : `${name} · ${where}`;
}
