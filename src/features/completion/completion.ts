import { commonMethods } from '../../language/methods.ts';
import { type NodeAt, nodeAt } from '../../language/node-at.ts';
import { lineIndexAt, textOfBlock } from '../../language/positions.ts';
import type { SyntaxTree } from '../../language/syntax-tree.ts';
import type { DocumentContext } from '../diagnostics/document-context.ts';
import { completeAuth } from './completion-auth.ts';
import { completeDirective } from './completion-directive.ts';
import { completeHeader } from './completion-header.ts';
import type { CompletionItem, CompletionPorts } from './completion-item.ts';
import { completePath } from './completion-path.ts';
import { completeReference } from './completion-variable.ts';

/** What can stand at an offset of a document. */
export async function complete(
  context: DocumentContext,
  offset: number,
  ports: CompletionPorts,
): Promise<readonly CompletionItem[]> {
  const { tree } = context;
  const node = nodeAt(tree, offset);
  if (node.reference && offset >= node.placed.offset + node.reference.start + 2) {
    const closed = node.reference.closed ? node.placed.offset + node.reference.end - 2 : Number.POSITIVE_INFINITY;
    if (offset <= closed) return completeReference(context, node, offset, ports);
  }
  const path = await completePath(tree, node, offset, ports);
  if (path) return path;
  switch (node.kind) {
    case 'method':
      return methods(node.placed.offset + node.method.start, node.placed.offset + node.method.end, true);
    case 'target':
      return urls(tree, node, offset);
    case 'version':
      return ['HTTP/1.1', 'HTTP/2'].map(label => ({
        ...{ label, insert: label, kind: 'version' },
        start: node.placed.offset + node.version.start,
        end: node.placed.offset + node.version.end,
      }));
    case 'header-name':
    case 'header-value':
      return completeHeader(tree, node, offset);
    case 'directive-name':
    case 'directive-value':
      return completeDirective(tree, node, offset);
    case 'auth-scheme':
    case 'auth-field-name':
    case 'auth-field-value':
      return completeAuth(tree, node, offset, ports);
    case 'blank':
      return onBlankLine(tree, node, offset);
    default:
      return [];
  }
}

function methods(start: number, end: number, withTarget: boolean): readonly CompletionItem[] {
  return [...commonMethods, 'GRAPHQL'].map((method, order) => ({
    label: method,
    kind: 'method',
    insert: withTarget ? `${method} ` : method,
    start,
    end,
    order,
    ...(method === 'GRAPHQL' ? { detail: 'A POST of a GraphQL operation' } : {}),
  }));
}

/** Before the request line, a method; right below the head, another header. */
function onBlankLine(tree: SyntaxTree, node: NodeAt, offset: number): readonly CompletionItem[] {
  const { request } = node.placed.block;
  if (!request) return methods(offset, offset, true);
  const text = textOfBlock(tree, node.placed);
  const last = request.headers.at(-1)?.line ?? request.targetLastLine;
  const ended = /(?:\r\n|\n|\r)$/.test(text.slice(0, node.offset));
  const line = ended && !node.line ? lineIndexAt(node.placed, node.offset) + 1 : lineIndexAt(node.placed, node.offset);
  if (line !== last + 1 || request.body) return [];
  return completeHeader(tree, node, offset);
}

/** Variables that hold addresses, and the targets of the document’s other requests. */
function urls(tree: SyntaxTree, node: NodeAt & { kind: 'target' }, offset: number): readonly CompletionItem[] {
  const start = node.placed.offset + node.target.start;
  const typed = tree.text.slice(start, offset);
  if (/[\s?]/.test(typed)) return [];
  const found = new Map<string, CompletionItem>();
  for (const { block } of tree.blocks) {
    if (found.size >= 200) break;
    if (block !== node.placed.block && block.request) {
      const target = block.request.target.text.split('?', 1)[0] ?? '';
      const origin = /^(?:https?:\/\/[^/]+|\{\{[^}]+\}\})(?=\/)/.exec(target)?.[0];
      for (const [label, order] of [[origin ? `${origin}/` : '', 0] as const, [target, 1] as const]) {
        if (label === '' || label === typed || !label.startsWith(typed) || found.has(label)) continue;
        found.set(label, { label, kind: 'url', insert: label, start, end: offset, order });
      }
    }
  }
  return [...found.values()];
}
