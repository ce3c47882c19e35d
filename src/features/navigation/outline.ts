import { findScheme } from '../../auth/schemes/index.ts';
import { textOfBlock } from '../../language/positions.ts';
import type { AuthNode, PlacedBlock, Span, SyntaxTree, VariableNode } from '../../language/syntax-tree.ts';
import { requestTitle } from '../../sending/request-title.ts';

/** An entry of a document’s outline. Spans are those of the document; `selection` lies within the whole. */
export interface OutlineItem extends Span {
  readonly kind: 'request' | 'variable' | 'auth';
  readonly name: string;
  readonly detail: string;
  readonly selection: Span;
}

/** What a document holds, in order: requests, the variables and the authorization of the file. */
export function outline(tree: SyntaxTree): readonly OutlineItem[] {
  return tree.blocks.flatMap(placed => {
    const { block } = placed;
    const stated = [
      ...(block.request || !block.auth ? [] : [authItem(placed, block.auth)]),
      ...(block.request ? [] : block.variables.map(node => variableItem(placed, node))),
    ].sort((a, b) => a.start - b.start);
    return block.request ? [requestItem(tree, placed)] : stated;
  });
}

function requestItem(tree: SyntaxTree, placed: PlacedBlock): OutlineItem {
  const { block, offset } = placed;
  const { request, title, name } = block;
  const line = request ? { start: request.start, end: request.target.end } : { start: 0, end: 0 };
  const method = request?.method?.text.toUpperCase() ?? 'GET';
  const target = `${method} ${request?.target.text ?? ''}`;
  const shown = requestTitle(placed).trim() || target;
  const end = offset + textOfBlock(tree, placed).trimEnd().length;
  return {
    kind: 'request',
    name: shown,
    detail: [title && name ? name.text : '', shown === target ? '' : target].filter(text => text !== '').join(' · '),
    start: offset,
    end: Math.max(end, offset + line.end),
    selection: { start: offset + line.start, end: offset + line.end },
  };
}

function variableItem({ offset }: PlacedBlock, { name, start, end }: VariableNode): OutlineItem {
  const span = { start: offset + start, end: offset + end };
  const selection = { start: offset + name.start, end: offset + name.end };
  return { kind: 'variable', name: `@${name.text}`, detail: '', ...span, selection };
}

function authItem({ offset }: PlacedBlock, { scheme, start, end }: AuthNode): OutlineItem {
  const span = { start: offset + start, end: offset + end };
  const detail = findScheme(scheme.text)?.label ?? '';
  return { kind: 'auth', name: `@auth ${scheme.text}`.trimEnd(), detail, ...span, selection: span };
}
