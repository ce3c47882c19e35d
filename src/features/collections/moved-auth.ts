import { dirname, join } from 'node:path';
import type { AuthStatement } from '../../auth/inheritance.ts';
import { setAuth, setFileAuth, type AuthStatement as WrittenAuth } from '../../language/auth-printer.ts';
import { parse } from '../../language/parser.ts';
import { printEdits } from '../../language/printer.ts';
import type { PlacedBlock, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import { type AuthDecision, authInForce } from '../../sending/auth-in-force.ts';
import { findScopes } from '../../sending/scopes.ts';
import type { Workspace } from '../../sending/workspace.ts';
import { isRelativePath, pathFrom } from './relative-paths.ts';

/** The auth in force for a request (or, without a block, for a document), wherever it stands. */
export async function decidedAuth(
  file: string,
  tree: SyntaxTree,
  block: number | undefined,
  workspace: Workspace,
): Promise<AuthDecision> {
  return authInForce(file, tree, block, (await findScopes(file, tree, workspace)).scopes);
}

/** Whether two decisions authorize a request alike: the same scheme with the same values. */
export function sameAuth(a: AuthDecision, b: AuthDecision): boolean {
  return valuesKey(a.statement) === valuesKey(b.statement);
}

function valuesKey(statement: AuthStatement | undefined): string {
  if (!statement) return '';
  const { scheme } = statement;
  const fields = statement.fields.map(field => {
    const { name, value, fromFile, place } = field;
    return [name, isRelativePath(scheme, field) ? join(dirname(place.file), value) : value, fromFile];
  });
  return JSON.stringify([scheme, fields.sort()]);
}

/** Edits that make a request (or, without a block, a document) state an auth that was in force for it elsewhere. */
export function stateAuth(
  file: string,
  tree: SyntaxTree,
  placed: PlacedBlock | undefined,
  { statement }: AuthDecision,
): TextEdit[] {
  const written: WrittenAuth = statement
    ? {
        scheme: statement.scheme,
        fields: statement.fields.map(field => ({
          name: field.name,
          value: isRelativePath(statement.scheme, field) ? pathFrom(file, field.place.file, field.value) : field.value,
          ...(field.fromFile ? { fromFile: true } : {}),
        })),
      }
    : { scheme: 'none', fields: [] };
  return placed ? setAuth(tree, placed, written) : setFileAuth(tree, written);
}

/** A workspace in which some documents read otherwise; undefined where there is none any more. */
export function changedWorkspace(
  workspace: Workspace,
  changed: ReadonlyMap<string, SyntaxTree | undefined>,
): Workspace {
  return {
    tree: file => (changed.has(file) ? changed.get(file) : workspace.tree(file)),
    root: file => workspace.root(file),
  };
}

/** A document after edits. */
export function edited(tree: SyntaxTree, edits: readonly TextEdit[]): SyntaxTree {
  return edits.length === 0 ? tree : parse(printEdits(tree, edits));
}
