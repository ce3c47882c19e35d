import * as vscode from 'vscode';
import { positionAt } from '../../language/positions.ts';
import type { Span, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';

/** A span of a tree as a range of its document. */
export function rangeOf(tree: SyntaxTree, { start, end }: Span): vscode.Range {
  const from = positionAt(tree, start);
  const to = end === start ? from : positionAt(tree, end);
  return new vscode.Range(from.line, from.column, to.line, to.column);
}

export function textEdits(tree: SyntaxTree, edits: readonly TextEdit[]): vscode.TextEdit[] {
  return edits.map(edit => vscode.TextEdit.replace(rangeOf(tree, edit), edit.text));
}
