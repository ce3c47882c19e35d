import { type StatementProblem, statementProblems } from '../../auth/values.ts';
import type { AuthNode, Block, Diagnostic, Fix, PlacedBlock, Span, SyntaxTree } from '../../language/syntax-tree.ts';

/** A diagnostic at its place in the document. */
export interface PlacedDiagnostic extends Omit<Diagnostic, 'line' | 'fixes'> {
  /** Line and column of its start, counted from 1. */
  readonly line: number;
  readonly column: number;
  /** Edits in document offsets. */
  readonly fixes: readonly Fix[];
}

const known = new WeakMap<Block, readonly Diagnostic[]>();

/**
 * What is wrong with a block as it is written, whatever is around it: found once per block, positions relative to it.
 */
export function blockDiagnostics(block: Block): readonly Diagnostic[] {
  const { auth } = block;
  if (!auth) return block.diagnostics;
  const found = known.get(block);
  if (found) return found;
  const more = authDiagnostics(auth);
  const diagnostics = more.length === 0 ? block.diagnostics : [...block.diagnostics, ...more];
  known.set(block, diagnostics);
  return diagnostics;
}

function authDiagnostics(auth: AuthNode): readonly Diagnostic[] {
  const place = { file: '', line: 1 };
  const problems = statementProblems({
    scheme: auth.scheme.text,
    fields: auth.fields.map(field => ({
      name: field.name.text,
      value: field.value.text,
      fromFile: field.fromFile,
      place,
    })),
    place,
  });
  // The parser reports fields that are given twice.
  const others = problems.filter(({ code }) => code !== 'duplicate-field');
  return others.map((problem): Diagnostic => {
    const { severity, code, message, suggestion } = problem;
    const { span, line } = spanOf(problem, auth);
    const fixes: readonly Fix[] =
      suggestion === undefined
        ? []
        : [{ title: `Change to “${suggestion}”`, edits: [{ start: span.start, end: span.end, text: suggestion }] }];
    return { severity, code, message, start: span.start, end: span.end, line, fixes };
  });
}

function spanOf({ code, index }: StatementProblem, auth: AuthNode): { readonly span: Span; readonly line: number } {
  const field = index === undefined ? undefined : auth.fields[index];
  if (field) return { span: code === 'invalid-value' ? field.value : field.name, line: field.line };
  return { span: auth.scheme.end > auth.scheme.start ? auth.scheme : auth, line: auth.line };
}

/** Diagnostics of a block at their places in the document. */
export function placeDiagnostics(
  tree: SyntaxTree,
  placed: PlacedBlock,
  diagnostics: readonly Diagnostic[],
): readonly PlacedDiagnostic[] {
  return diagnostics.map(({ line, start, end, fixes = [], ...rest }) => {
    const at = placed.offset + start;
    const lineStart = at === 0 ? 0 : tree.text.lastIndexOf('\n', at - 1) + 1;
    return {
      ...rest,
      start: at,
      end: placed.offset + end,
      line: placed.line + line + 1,
      column: at - lineStart + 1,
      fixes: fixes.map(fix => ({
        title: fix.title,
        edits: fix.edits.map(edit => ({
          start: placed.offset + edit.start,
          end: placed.offset + edit.end,
          text: edit.text,
        })),
      })),
    };
  });
}
