import { type AuthStatement, type EffectiveAuth, effectiveAuth } from '../auth/inheritance.ts';
import type { Level } from '../core/request.ts';
import type { SyntaxTree } from '../language/syntax-tree.ts';
import { shorthandStatement } from './auth-shorthand.ts';
import { authLevels, placeAt, type Scope } from './scopes.ts';

/** The auth in force for a request, as every part of Countersign sees it. */
export interface AuthDecision extends EffectiveAuth {
  /** The statement comes from an Authorization header in shorthand, which then is not sent as written. */
  readonly shorthand: boolean;
}

/** The auth in force for the request (or, without one, for the document) of that block. */
export function authInForce(
  file: string,
  tree: SyntaxTree,
  block: number | undefined,
  scopes: readonly Scope[],
): AuthDecision {
  const placed = block === undefined ? undefined : tree.blocks[block];
  const stated = effectiveAuth(authLevels(file, tree, placed, scopes));
  if (stated.statement || !placed?.block.request) return { ...stated, shorthand: false };
  for (const header of placed.block.request.headers) {
    if (header.name.text.toLowerCase() !== 'authorization') continue;
    const place = placeAt(file, tree, placed, header.start, header.line);
    const statement = shorthandStatement(header.value.text, place);
    if (statement) return withStatement(stated, statement, 'request');
  }
  return { ...stated, shorthand: false };
}

/** The decision with a statement that stands in for a header or for user information in the URL. */
export function withStatement(decision: EffectiveAuth, statement: AuthStatement, level: Level): AuthDecision {
  const { file, line } = statement.place;
  return { statement, from: { level, file, line }, trail: decision.trail, shorthand: true };
}
