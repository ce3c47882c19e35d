import { findScheme, schemes } from '../../auth/schemes/index.ts';
import { type Field, isSecret } from '../../core/fields.ts';
import type { NodeAt } from '../../language/node-at.ts';
import type { AuthFieldNode, AuthNode, SyntaxTree } from '../../language/syntax-tree.ts';
import { fieldDetail, fieldDocs, fieldsToOffer, schemeDocs } from './auth-docs.ts';
import { authSnippet } from './auth-snippet.ts';
import type { CompletionItem, CompletionPorts } from './completion-item.ts';

/** Schemes, their fields and the values of those, all from the field lists. */
export function completeAuth(
  tree: SyntaxTree,
  node: NodeAt,
  offset: number,
  ports: CompletionPorts,
): readonly CompletionItem[] {
  switch (node.kind) {
    case 'auth-scheme':
      return schemesAt(tree, node, offset);
    case 'auth-field-name':
      return fieldsAt(tree, node, offset);
    case 'auth-field-value':
      return valuesAt(tree, node, offset, ports);
    default:
      return [];
  }
}

function schemesAt(
  tree: SyntaxTree,
  { placed, auth, scheme }: NodeAt & { kind: 'auth-scheme' },
  offset: number,
): readonly CompletionItem[] {
  const typed = scheme.text !== '';
  const start = typed ? placed.offset + scheme.start : offset;
  const end = typed ? placed.offset + scheme.end : offset;
  const space = /\s/.test(tree.text.charAt(start - 1)) ? '' : ' ';
  const mark = tree.text.startsWith('//', placed.offset + auth.start) ? '//' : '#';
  const plain = (label: string, detail: string, documentation: string, order: number, again: boolean) =>
    ({ kind: 'scheme', label, insert: space + label, start, end, detail, documentation, order, again }) as const;
  const statements = [
    plain(
      'inherit',
      'From the level above',
      'Takes the authorization of the file, folder or collection around it.',
      0,
      false,
    ),
    plain('none', 'No Auth', 'Sends no authorization, and asks no level above.', 1, false),
  ];
  const known = schemes.flatMap((known, index): CompletionItem[] => {
    const docs = schemeDocs(known);
    const alone = { ...plain(known.id, known.label, docs, 2 + index, false) };
    if (auth.fields.length > 0) return [alone];
    const snippet = authSnippet(known, mark);
    return [
      alone,
      {
        kind: 'snippet',
        label: `${known.id} …`,
        insert: space + snippet,
        snippet: true,
        start,
        end,
        detail: `${known.label}, with its fields`,
        documentation: docs,
        order: 2 + index,
      },
    ];
  });
  return [...statements, ...known];
}

function fieldsAt(
  tree: SyntaxTree,
  { placed, auth, field, name }: NodeAt & { kind: 'auth-field-name' },
  offset: number,
): readonly CompletionItem[] {
  const scheme = findScheme(auth.scheme.text);
  if (!scheme) return [];
  const start = placed.offset + name.start;
  const end = placed.offset + name.end;
  const others = auth.fields.filter(other => other !== field);
  const ownLine = !/@auth\b/.test(lineUpTo(tree, offset));
  const equals = field || /^[ \t]*=/.test(tree.text.slice(end, end + 20)) ? '' : ownLine ? ' = ' : '=';
  return fieldsToOffer(scheme, { fields: others }).map((offered, order) => ({
    kind: 'field',
    label: offered.name,
    insert: offered.name + equals,
    start,
    end,
    detail: fieldDetail(offered),
    documentation: fieldDocs(offered),
    order,
    again: equals !== '' && (offered.choices !== undefined || offered.kind === 'flag' || isSecret(offered)),
    ...(order === 0 && offered.required ? { preselect: true } : {}),
  }));
}

function valuesAt(
  tree: SyntaxTree,
  { placed, auth, field: node }: NodeAt & { kind: 'auth-field-value' },
  offset: number,
  ports: CompletionPorts,
): readonly CompletionItem[] {
  const field = findScheme(auth.scheme.text)?.fields.find(({ name }) => name === node.name.text);
  if (!field || node.fromFile) return [];
  const { start, end } = valueSpan(node, auth, placed.offset, offset);
  const space = !node.quoted && node.line !== auth.line && tree.text.charAt(start - 1) === '=' ? ' ' : '';
  return choicesOf(field, ports).map((item, order) => ({ ...item, insert: space + item.insert, start, end, order }));
}

function valueSpan(node: AuthFieldNode, auth: AuthNode, base: number, offset: number): { start: number; end: number } {
  if (node.value.text === '' && node.line !== auth.line) return { start: offset, end: offset };
  return { start: base + node.value.start, end: Math.max(offset, base + node.value.end) };
}

function choicesOf(
  field: Field,
  ports: CompletionPorts,
): readonly Pick<CompletionItem, 'label' | 'kind' | 'insert' | 'detail' | 'documentation' | 'preselect'>[] {
  if (field.kind === 'flag') {
    return ['true', 'false'].map(label => ({
      ...{ label, insert: label, kind: 'value' },
      ...(label === field.default ? { detail: 'default' } : {}),
    }));
  }
  if (field.choices) {
    return field.choices.map(({ value, label, help }) => ({
      label: value,
      kind: 'value',
      insert: value,
      detail: [label === value ? undefined : label, value === field.default ? 'default' : undefined]
        .filter(text => text !== undefined)
        .join(' · '),
      ...(help ? { documentation: help } : {}),
      ...(value === field.default ? { preselect: true } : {}),
    }));
  }
  if (!isSecret(field)) return [];
  return ports.secretNames().map(name => ({
    ...{ label: `{{$secret ${name}}}`, insert: `{{$secret ${name}}}`, kind: 'secret' },
    detail: 'From the secret store',
  }));
}

function lineUpTo({ text }: SyntaxTree, offset: number): string {
  return text.slice(Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1, offset);
}
