import type { NodeAt } from '../../language/node-at.ts';
import type { SyntaxTree } from '../../language/syntax-tree.ts';
import type { CompletionItem } from './completion-item.ts';
import { findHeaderField, type HeaderField, headerFields } from './header-fields.ts';

/** Headers that may well stand in a request several times. */
const repeatable = new Set(['cookie', 'link', 'forwarded', 'via']);

/** Names of headers that the request doesn’t have yet, or values of the one at the cursor. */
export function completeHeader(tree: SyntaxTree, node: NodeAt, offset: number): readonly CompletionItem[] {
  if (node.kind === 'header-value') return values(tree, node, offset);
  const { placed } = node;
  const name = node.kind === 'header-name' ? node.name : undefined;
  const start = name ? placed.offset + name.start : offset;
  const end = name ? placed.offset + name.end : offset;
  const colon = /^[ \t]*:/.test(tree.text.slice(end, end + 10));
  const written = new Set(
    placed.block.request?.headers.filter(header => header.name !== name).map(header => header.name.text.toLowerCase()),
  );
  return headerFields
    .filter(field => repeatable.has(field.name.toLowerCase()) || !written.has(field.name.toLowerCase()))
    .map((field, order) => ({
      label: field.name,
      kind: 'header',
      insert: colon ? field.name : `${field.name}: `,
      start,
      end,
      order: /^X-|^Sec-/.test(field.name) ? order + 1000 : order,
      documentation: headerDocs(field),
      ...(field.values && !colon ? { again: true } : {}),
    }));
}

function values(
  tree: SyntaxTree,
  { placed, header }: NodeAt & { kind: 'header-value' },
  offset: number,
): readonly CompletionItem[] {
  const field = findHeaderField(header.name.text);
  const from = placed.offset + header.name.end;
  const written = tree.text.slice(from, offset);
  const colon = written.indexOf(':');
  if (!field?.values || colon < 0) return [];
  const lead = /^[ \t]*/.exec(written.slice(colon + 1))?.[0].length ?? 0;
  // Each of a list has its own place.
  const list = /^(accept|cache-control|prefer|te)/i.test(field.name);
  const comma = list ? written.lastIndexOf(',') : -1;
  const blanks = comma < 0 ? 0 : (/^[ \t]*/.exec(written.slice(comma + 1))?.[0].length ?? 0);
  const start = from + (comma < 0 ? colon + 1 + lead : comma + 1 + blanks);
  const rest = tree.text.slice(offset, Math.max(offset, placed.offset + header.value.end));
  const end = offset + (list && rest.includes(',') ? rest.indexOf(',') : rest.length);
  const space = (comma < 0 ? lead : blanks) === 0 ? ' ' : '';
  return field.values.map((value, order) => ({
    label: value,
    kind: 'value',
    insert: space + value,
    start,
    end,
    order,
  }));
}

/** What a header is for, in Markdown. */
export function headerDocs({ name, help, specification }: HeaderField): string {
  return `**${name}**\n\n${help}\n\n[Specification](${specification})`;
}
