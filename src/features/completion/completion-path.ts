import { sep } from 'node:path';
import type { NodeAt } from '../../language/node-at.ts';
import type { SyntaxTree } from '../../language/syntax-tree.ts';
import type { CompletionItem, CompletionPorts } from './completion-item.ts';

/**
 * The files that `< path` can name: in a body, and as the value of a field. Undefined where the cursor is not in a path.
 */
export async function completePath(
  { text }: SyntaxTree,
  node: NodeAt,
  offset: number,
  ports: CompletionPorts,
): Promise<readonly CompletionItem[] | undefined> {
  const inField = node.kind === 'auth-field-value';
  if (node.kind !== 'body' && !inField && node.kind !== 'blank') return undefined;
  const line = text.slice(Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1, offset);
  const pattern = inField ? /=\s*<\s+([^\s{}]*)$/ : /^<(?:@\S*)?[ \t]+([^\r\n{}]*)$/;
  const typed = pattern.exec(line)?.[1];
  if (typed === undefined) return undefined;
  // `\\` parts names on Windows, and is a letter of one elsewhere.
  const slash = Math.max(typed.lastIndexOf('/'), sep === '\\' ? typed.lastIndexOf(sep) : -1) + 1;
  const entries = await ports.listFolder(typed.slice(0, slash) || '.');
  const lead = slash === 0 ? './' : '';
  const rest = /^[^\s{}]*/.exec(text.slice(offset, offset + 260))?.[0] ?? '';
  return entries
    .filter(({ name }) => !name.startsWith('.') || typed.slice(slash).startsWith('.'))
    .map(({ name, folder }) => ({
      label: folder ? `${name}/` : name,
      kind: folder ? 'folder' : 'file',
      insert: `${lead}${name}${folder ? '/' : ''}`,
      start: offset - (typed.length - slash),
      end: offset + (rest.includes('/') ? 0 : rest.length),
      order: folder ? 0 : 1,
      ...(folder ? { again: true } : {}),
    }));
}
