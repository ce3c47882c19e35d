import type { Block, SyntaxTree } from '../../src/language/syntax-tree.ts';

/** A tree as text: one line per node. */
export function outline(tree: SyntaxTree): string {
  return tree.blocks.map(({ block, line }) => `block at ${line + 1}\n${blockOutline(block)}`).join('\n');
}

function blockOutline(block: Block): string {
  const { title, name, auth, request } = block;
  const rows: string[] = [`lines ${runs(block.lines.map(({ kind }) => kind))}`];
  if (title) rows.push(`title ${title.text}`);
  if (name) rows.push(`name ${name.text}`);
  for (const node of block.directives) rows.push(`directive ${node.name.text} [${node.value.text}]`);
  if (auth) rows.push(`auth ${auth.scheme.text || '(nothing)'}`);
  for (const field of auth?.fields ?? []) {
    const how = field.fromFile ? ' from file' : field.quoted ? ' quoted' : '';
    rows.push(`  ${field.name.text} = ${JSON.stringify(field.value.text)}${how}`);
  }
  for (const node of block.variables) rows.push(`variable ${node.name.text} = ${JSON.stringify(node.value.text)}`);
  if (request) {
    const { method, target, version } = request;
    rows.push(`request ${method?.text ?? '(GET)'} ${JSON.stringify(target.text)} ${version?.text ?? ''}`.trimEnd());
    for (const header of request.headers) rows.push(`  header ${header.name.text}: ${header.value.text}`.trimEnd());
    for (const part of request.body?.parts ?? []) {
      if (part.kind === 'text') rows.push(`  text ${JSON.stringify(part.text)}`);
      else
        rows.push(`  file ${part.path.text}${part.substitute ? ` substituted ${part.encoding ?? ''}` : ''}`.trimEnd());
    }
  }
  for (const { feature, line } of block.foreign) rows.push(`foreign ${feature} at +${line}`);
  for (const { severity, code, line } of block.diagnostics) {
    if (code !== 'foreign-feature') rows.push(`${severity} ${code} at +${line}`);
  }
  return rows.map(row => `  ${row}\n`).join('');
}

/** `a a b` as `a*2 b`. */
function runs(words: readonly string[]): string {
  const result: { word: string; count: number }[] = [];
  for (const word of words) {
    const last = result.at(-1);
    if (last?.word === word) last.count++;
    else result.push({ word, count: 1 });
  }
  return result.map(({ word, count }) => (count === 1 ? word : `${word}*${count}`)).join(' ');
}
