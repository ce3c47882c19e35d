import type { Place } from '../core/place.ts';
import type { Level } from '../core/request.ts';

/** A field as a directive states it: variables unreplaced. */
export interface StatedField {
  readonly name: string;
  readonly value: string;
  /** The value is the path of a file that holds it. */
  readonly fromFile: boolean;
  readonly place: Place;
}

/** What an `@auth` directive says. */
export interface AuthStatement {
  /** A scheme's id, `inherit` or `none`. */
  readonly scheme: string;
  readonly fields: readonly StatedField[];
  readonly place: Place;
  /** Why it cannot be read as it was meant, at its place; absent where it can. */
  readonly fault?: { readonly message: string; readonly place: Place };
}

/** One level that may state auth, whether or not it does. */
export interface AuthLevel {
  readonly level: Level;
  /** The file that speaks for this level. */
  readonly file: string;
  readonly statement?: AuthStatement;
}

/** One level that was asked, and what it said. */
export interface TrailStep {
  readonly level: Level;
  readonly file: string;
  /** Absent where the level says nothing. */
  readonly line?: number;
  /** A scheme's id, `inherit` or `none`; absent where the level says nothing. */
  readonly said?: string;
}

export interface EffectiveAuth {
  /** The statement in force; undefined where nobody states one, or `none` is stated. */
  readonly statement: AuthStatement | undefined;
  /** Where the decision was made (also for `none`); undefined where nobody decided. */
  readonly from: { readonly level: Level; readonly file: string; readonly line: number } | undefined;
  /** The levels asked, inner first, up to the one that decided. */
  readonly trail: readonly TrailStep[];
}

/**
 * The auth in force: the nearest statement other than `inherit` wins whole; `none` stops the search.
 * @param levels inner first: request, file, folders, collection
 */
export function effectiveAuth(levels: readonly AuthLevel[]): EffectiveAuth {
  const trail: TrailStep[] = [];
  for (const { level, file, statement } of levels) {
    trail.push(statement ? { level, file, line: statement.place.line, said: statement.scheme } : { level, file });
    if (!statement || statement.scheme === 'inherit') continue;
    return {
      statement: statement.scheme === 'none' ? undefined : statement,
      from: { level, file, line: statement.place.line },
      trail,
    };
  }
  return { statement: undefined, from: undefined, trail };
}
