import { basename, dirname, join } from 'node:path';
import { findScheme } from '../../auth/schemes/index.ts';
import { isSecret } from '../../core/fields.ts';
import { fileBlock, setAuth } from '../../language/auth-printer.ts';
import { fileBlocks } from '../../language/file-blocks.ts';
import { separatorMark } from '../../language/line-reader.ts';
import { blockIndexAt, lineEndOf } from '../../language/positions.ts';
import { setVariable } from '../../language/printer.ts';
import type { PlacedBlock, Span, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import { collectionFile, folderFile, type Scope } from '../../sending/scopes.ts';
import type { PlacedDiagnostic } from '../diagnostics/block-diagnostics.ts';

/** A change that mends a diagnostic. */
export interface QuickFix {
  readonly title: string;
  readonly diagnostic: PlacedDiagnostic;
  readonly edits: readonly TextEdit[];
  readonly preferred: boolean;
}

/** What mends the diagnostics that touch a span of a document. */
export function quickFixes(
  tree: SyntaxTree,
  diagnostics: readonly PlacedDiagnostic[],
  { start, end }: Span,
): readonly QuickFix[] {
  return diagnostics
    .filter(diagnostic => diagnostic.start <= end && start <= diagnostic.end)
    .flatMap(diagnostic => [
      ...diagnostic.fixes.map(({ title, edits }, index) => {
        return { title, edits, diagnostic, preferred: index === 0 && diagnostic.fixes.length === 1 };
      }),
      ...(diagnostic.code === 'unresolved-variable' ? definitionFixes(tree, diagnostic) : []),
      ...(diagnostic.code === 'missing-field' ? fieldFixes(tree, diagnostic) : []),
    ]);
}

function definitionFixes(tree: SyntaxTree, diagnostic: PlacedDiagnostic): readonly QuickFix[] {
  const name = /^\{\{\s*([A-Za-z_][\w-]*)\s*\}\}$/.exec(tree.text.slice(diagnostic.start, diagnostic.end))?.[1];
  if (name === undefined) return [];
  const fixes: QuickFix[] = [];
  const near = /Did you mean “([^”]+)”\?/.exec(diagnostic.message)?.[1];
  if (near !== undefined) {
    const edits = [{ start: diagnostic.start, end: diagnostic.end, text: `{{${near}}}` }];
    fixes.push({ title: `Change to “${near}”`, edits, diagnostic, preferred: true });
  }
  fixes.push({
    title: `Define “@${name}” in this file`,
    edits: statedVariable(tree, name),
    diagnostic,
    preferred: false,
  });
  fixes.push({
    title: `Use the secret “${name}”`,
    edits: [{ start: diagnostic.start, end: diagnostic.end, text: `{{$secret ${name}}}` }],
    diagnostic,
    preferred: false,
  });
  return fixes;
}

/** Adds the field that a statement lacks; a secret one as a reference to the secret store. */
function fieldFixes(tree: SyntaxTree, diagnostic: PlacedDiagnostic): readonly QuickFix[] {
  const placed = tree.blocks[blockIndexAt(tree, diagnostic.start)];
  const name = /“([^”]+)”\.$/.exec(diagnostic.message)?.[1];
  const { auth } = placed?.block ?? {};
  const scheme = auth && findScheme(auth.scheme.text);
  const field = scheme?.fields.find(candidate => candidate.name === name);
  if (!placed || !auth || !scheme || !field) return [];
  const stated = auth.fields.map(({ name: { text }, value, fromFile }) => ({
    name: text,
    value: value.text,
    fromFile,
  }));
  const edits = setAuth(tree, placed, {
    scheme: scheme.id,
    fields: [...stated, { name: field.name, value: isSecret(field) ? `{{$secret ${scheme.id}-${field.name}}}` : '' }],
  });
  return [{ title: `Add “${field.name}”`, edits, diagnostic, preferred: true }];
}

function statedVariable(tree: SyntaxTree, name: string): readonly TextEdit[] {
  const placed = fileBlock(tree);
  if (placed) return setVariable(tree, placed, name, '');
  const at = tree.text.startsWith('\ufeff') ? 1 : 0;
  const lineEnd = lineEndOf(tree.text);
  const separator = separatorMark(tree.text, at) !== -1 ? '' : `###${lineEnd}`;
  return [{ start: at, end: at, text: `@${name} = ${lineEnd}${lineEnd}${separator}` }];
}

/** A change of where authorization is stated. */
export type AuthAction =
  | { readonly kind: 'state'; readonly block: number }
  | {
      readonly kind: 'move';
      /** The request whose `@auth` it is; undefined for the document’s. */
      readonly block: number | undefined;
      readonly level: 'file' | 'folder' | 'collection';
      readonly destination: string;
    };

/** What can be done with the authorization of the request at an offset, or with that of the document. */
export function authActions(
  file: string,
  tree: SyntaxTree,
  offset: number,
  { scopes, collection }: { readonly scopes: readonly Scope[]; readonly collection: string },
): readonly AuthAction[] {
  const index = blockIndexAt(tree, offset);
  const placed = tree.blocks[index];
  if (!placed) return [];
  const { request, auth } = placed.block;
  const states = auth !== undefined && auth.scheme.text !== 'inherit' && auth.scheme.text !== '';
  if (!states) return request && isHead(placed, offset) ? [{ kind: 'state', block: index }] : [];
  if (!isHead(placed, offset)) return [];
  const own = basename(file);
  const block = request ? index : undefined;
  const moves: AuthAction[] = [];
  const add = (level: 'file' | 'folder' | 'collection', destination: string): void => {
    const scope = scopes.find(candidate => candidate.file === destination);
    const stated = scope ? fileBlocks(scope.tree) : [];
    const taken = stated.some(({ block: other }) => other.auth && other.auth.scheme.text !== 'inherit');
    if (!taken && !(block === undefined && destination === file))
      moves.push({ kind: 'move', block, level, destination });
  };
  if (request && own !== folderFile && own !== collectionFile) add('file', file);
  if (own !== collectionFile) add('folder', join(dirname(file), folderFile));
  add('collection', join(collection, collectionFile));
  return moves;
}

/** Whether an offset is in what comes before a request’s headers, where its authorization is thought of. */
function isHead({ block, offset: base }: PlacedBlock, offset: number): boolean {
  return !block.request || offset - base <= block.request.target.end;
}
