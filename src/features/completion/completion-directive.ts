import type { NodeAt } from '../../language/node-at.ts';
import type { SyntaxTree } from '../../language/syntax-tree.ts';
import { type DirectiveInfo, directives, findDirective } from '../../sending/directives.ts';
import type { CompletionItem } from './completion-item.ts';

/** Directives that the block doesn’t have yet, or values of the one at the cursor. */
export function completeDirective(tree: SyntaxTree, node: NodeAt, offset: number): readonly CompletionItem[] {
  const { placed } = node;
  if (node.kind === 'directive-value') {
    const info = findDirective(node.directive.name.text);
    const { value } = node.directive;
    const start = value.text === '' ? offset : placed.offset + value.start;
    return valuesOf(info).map((label, order) => ({
      ...{ label, insert: label, kind: 'value', start, order },
      end: Math.max(offset, placed.offset + value.end),
    }));
  }
  if (node.kind !== 'directive-name') return [];
  const start = placed.offset + node.name.start;
  const end = placed.offset + node.name.end;
  const stated = new Set(
    placed.block.directives.filter(({ name }) => name !== node.name).map(({ name }) => name.text.toLowerCase()),
  );
  const followed = /^[ \t]+\S/.test(tree.text.slice(end, end + 80).split(/[\r\n]/, 1)[0] ?? '');
  return directives
    .filter(({ name, within }) => {
      if (stated.has(name) && name !== 'prompt') return false;
      return within === 'both' || placed.block.request !== undefined || tree.blocks[0] !== placed;
    })
    .map((info, order) => ({
      label: info.name,
      kind: 'directive',
      insert: info.usage === '' || followed ? info.name : `${info.name} `,
      start,
      end,
      order,
      detail: info.usage,
      documentation: directiveDocs(info),
      ...(info.value === 'auth' || info.value === 'duration' ? { again: true } : {}),
    }));
}

function valuesOf(info: DirectiveInfo | undefined): readonly string[] {
  if (info?.value === 'duration') return ['500 ms', '5 s', '10 s', '30 s', '2 m'];
  return info?.value === 'flag' ? ['true', 'false'] : [];
}

/** What a directive does, in Markdown. */
export function directiveDocs({ name, usage, help, example }: DirectiveInfo): string {
  const lines = [`**@${name}**${usage === '' ? '' : ` \`${usage}\``}`, help];
  if (example) lines.push(`\`\`\`http\n${example}\n\`\`\``);
  return lines.join('\n\n');
}
