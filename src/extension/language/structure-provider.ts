import * as vscode from 'vscode';
import { documentLinks } from '../../features/navigation/document-links.ts';
import { foldings } from '../../features/navigation/folding.ts';
import { type OutlineItem, outline } from '../../features/navigation/outline.ts';
import { selectionRanges } from '../../features/navigation/selection-ranges.ts';
import { formatBlock, formatDocument } from '../../language/formatter.ts';
import { absolutePath } from '../../sending/absolute-path.ts';
import type { Documents } from '../documents.ts';
import { rangeOf, textEdits } from './ranges.ts';

const symbolKinds: Readonly<Record<OutlineItem['kind'], vscode.SymbolKind>> = {
  request: vscode.SymbolKind.Method,
  variable: vscode.SymbolKind.Variable,
  auth: vscode.SymbolKind.Key,
};

export function symbols(documents: Documents, document: vscode.TextDocument): vscode.DocumentSymbol[] {
  const tree = documents.treeOf(document);
  return outline(tree).map(
    item =>
      new vscode.DocumentSymbol(
        item.name,
        item.detail,
        symbolKinds[item.kind],
        rangeOf(tree, item),
        rangeOf(tree, item.selection),
      ),
  );
}

export function foldingRanges(documents: Documents, document: vscode.TextDocument): vscode.FoldingRange[] {
  const kinds = { region: vscode.FoldingRangeKind.Region, comment: vscode.FoldingRangeKind.Comment };
  return foldings(documents.treeOf(document)).map(
    ({ start, end, kind }) => new vscode.FoldingRange(start, end, kind && kinds[kind]),
  );
}

export function links(documents: Documents, document: vscode.TextDocument): vscode.DocumentLink[] {
  const tree = documents.treeOf(document);
  const own = documents.fileOf(document.uri);
  return documentLinks(tree).map(link => {
    const file = absolutePath(link.path, own);
    const found = new vscode.DocumentLink(rangeOf(tree, link), documents.uriOf(file));
    found.tooltip = `Open ${link.path}`;
    return found;
  });
}

export function selections(
  documents: Documents,
  document: vscode.TextDocument,
  positions: readonly vscode.Position[],
): vscode.SelectionRange[] {
  const tree = documents.treeOf(document);
  return positions.map(position => {
    let range: vscode.SelectionRange | undefined;
    for (const span of selectionRanges(tree, document.offsetAt(position)).toReversed()) {
      range = new vscode.SelectionRange(rangeOf(tree, span), range);
    }
    return range ?? new vscode.SelectionRange(new vscode.Range(position, position));
  });
}

export function formatting(
  documents: Documents,
  document: vscode.TextDocument,
  range?: vscode.Range,
): vscode.TextEdit[] {
  const tree = documents.treeOf(document);
  if (!range) return textEdits(tree, formatDocument(tree));
  return tree.blocks
    .filter(({ line, block }) => line <= range.end.line && line + block.lineCount > range.start.line)
    .flatMap(placed => textEdits(tree, formatBlock(tree, placed)))
    .filter(edit => range.contains(edit.range));
}
