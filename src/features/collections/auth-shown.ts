import { findScheme } from '../../auth/schemes/index.ts';
import type { AuthDecision } from '../../sending/auth-in-force.ts';

/** The auth in force in as few words as a tree has room for. */
export interface AuthShown {
  /** Undefined where no auth is in force. */
  readonly scheme: string | undefined;
  /** It is decided above the request. */
  readonly inherited: boolean;
  /** It stands in an Authorization header. */
  readonly fromHeader: boolean;
}

/** The words around the names of schemes. */
export interface AuthWords {
  readonly noAuth: string;
  readonly inherited: string;
  readonly fromHeader: string;
  readonly unknown: (scheme: string) => string;
}

const englishAuthWords: AuthWords = {
  noAuth: 'No auth',
  inherited: 'inherited',
  fromHeader: 'from the header',
  unknown: scheme => `Unknown: ${scheme}`,
};

export function authShown({ statement, from, shorthand }: AuthDecision): AuthShown {
  return {
    scheme: statement?.scheme,
    inherited: from !== undefined && from.level !== 'request',
    fromHeader: shorthand,
  };
}

/** `OAuth 2.0 · inherited`, `Basic Auth`, `No auth`. */
export function authText({ scheme, inherited, fromHeader }: AuthShown, words: AuthWords = englishAuthWords): string {
  const name = scheme === undefined ? words.noAuth : (findScheme(scheme)?.label ?? words.unknown(scheme));
  if (fromHeader) return `${name} · ${words.fromHeader}`;
  return inherited ? `${name} · ${words.inherited}` : name;
}
