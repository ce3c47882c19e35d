/** A line of a block: `name: value`, with `~` in front where it is switched off. */
export interface BruRow {
  readonly name: string;
  readonly value: string;
  readonly disabled?: boolean;
}

export interface BruBlock {
  readonly name: string;
  /** Of a block of rows or a list, the values of which are names without a value. */
  readonly rows: readonly BruRow[];
  /** Of a block of text, without the indentation of two blanks. */
  readonly text: string;
}

/** Blocks whose content is text as it stands; the others hold rows. */
const ofText = /^(?:body(?!:(?:form-urlencoded|multipart-form|file)$)(?::.+)?|script:.+|tests|docs|example)$/;

/**
 * The blocks of a `.bru` file, in order. What stands outside of blocks is skipped.
 * @see https://docs.usebruno.com/bru-lang/language
 */
export function readBru(text: string): readonly BruBlock[] {
  const lines = text.split(/\r\n|\r|\n/);
  const blocks: BruBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, name = '', mark, rest = ''] = /^\s*([\w:.-]+)\s*([{[])\s*(.*?)\s*$/.exec(lines[at] ?? '') ?? [];
    if (mark === undefined) continue;
    const close = mark === '{' ? '}' : ']';
    if (rest.endsWith(close)) {
      blocks.push({ name, rows: mark === '[' ? namesOf([rest.slice(0, -1)]) : [], text: '' });
      continue;
    }
    const first = at + 1;
    let quoted = false;
    for (at = first; at < lines.length; at++) {
      const line = lines[at] ?? '';
      if (!quoted && (line.trimEnd() === close || (mark === '[' && line.trim() === close))) break;
      if (!ofText.test(name) && (line.split("'''").length - 1) % 2 === 1) quoted = !quoted;
    }
    const content = lines.slice(first, at);
    if (mark === '[') blocks.push({ name, rows: namesOf([rest, ...content]), text: '' });
    else if (ofText.test(name)) blocks.push({ name, rows: [], text: outdented(content).join('\n') });
    else blocks.push({ name, rows: rowsOf(content), text: '' });
  }
  return blocks;
}

const namesOf = (lines: readonly string[]): BruRow[] =>
  lines
    .flatMap(line => line.split(','))
    .map(name => name.trim())
    .filter(name => name !== '')
    .map(name => switched(name, ''));

function rowsOf(lines: readonly string[]): BruRow[] {
  const rows: BruRow[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim();
    const [, name = '', given] = /^(~?(?:"(?:[^"\\]|\\.)*"|[^:]*?))\s*:\s*(.*)$/.exec(line) ?? [];
    // Lines that begin with “@” describe the row below them; that of a local variable is a row.
    if (given === undefined || /^@\w+\(/.test(line)) continue;
    let value = given;
    if (value.startsWith("'''") && !value.slice(3).includes("'''")) {
      const parts = value.length > 3 ? [value.slice(3)] : [];
      for (at++; at < lines.length && !(lines[at] ?? '').includes("'''"); at++) parts.push(lines[at] ?? '');
      const [last = '', after = ''] = (lines[at] ?? '').split("'''");
      if (last.trim() !== '') parts.push(last);
      value = `${parts.map(part => part.replace(/^ {1,4}/, '')).join('\n')}${after.trim() === '' ? '' : ` ${after.trim()}`}`;
    } else if (value === '[') {
      const items: string[] = [];
      for (at++; at < lines.length && (lines[at] ?? '').trim() !== ']'; at++) items.push((lines[at] ?? '').trim());
      value = items.join(', ');
    } else value = value.replace(/^'''(.*)'''$/, '$1');
    rows.push(switched(name, value));
  }
  return rows;
}

function switched(given: string, value: string): BruRow {
  const disabled = given.startsWith('~');
  const name = (disabled ? given.slice(1) : given).replace(/^"(.*)"$/, '$1').replace(/\\"/g, '"');
  return { name, value, ...(disabled ? { disabled } : {}) };
}

const outdented = (lines: readonly string[]): string[] => lines.map(line => line.replace(/^ {2}/, ''));
