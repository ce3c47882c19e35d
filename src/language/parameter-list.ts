/** A parameter of a query or of a form body, as written; percent-encoding is left as it is. */
export interface Parameter {
  readonly name: string;
  /** Undefined where it has no `=`. */
  readonly value: string | undefined;
  /** True where a comment mark stands before it: it is not sent. */
  readonly disabled: boolean;
}

export type ParameterListKind = 'query' | 'form';

/** What a line of the text is: part of the list, a comment, or something to be kept as it is. */
export type ParameterLine = 'list' | 'comment' | 'other';

interface Item {
  text: string;
  /** What stands before it on the way from the item above: line ends, indents, comments; empty on the same line. */
  lead: string;
  disabled: boolean;
  /** `# `, of a disabled one that begins its line. */
  comment: string | undefined;
  /** `?`, `&` or nothing, as a disabled one has it. */
  mark: string | undefined;
  /** Its `?` or `&` ends the line above. */
  markAbove: boolean;
}

export interface ParameterListStyle {
  readonly lineEnd: string;
  /** `#` or `//`, for those that are newly disabled. */
  readonly commentMark: string;
  /** What a line is, from 0. */
  line(index: number): ParameterLine;
}

/**
 * The parameters of a query or a form body with everything that stands between them. It is read, changed once and
 * printed; what the change doesn't concern is printed as it was.
 *
 * A disabled parameter is a line of its own with a comment mark: `# &size=10`.
 */
export class ParameterList {
  readonly #kind: ParameterListKind;
  readonly #style: ParameterListStyle;
  readonly #items: Item[] = [];
  /** Of a query: the fragment and the HTTP version after it. */
  #tail = '';
  /** What follows the last parameter, comments for instance. */
  #after = '';
  #begun: boolean;
  #marked: boolean;

  private constructor(kind: ParameterListKind, style: ParameterListStyle) {
    this.#kind = kind;
    this.#style = style;
    this.#begun = kind === 'form';
    this.#marked = kind === 'form';
  }

  /** Reads the text from the query's `?` on, or a form body; undefined where its lines can't be told apart. */
  static read(text: string, kind: ParameterListKind, style: ParameterListStyle): ParameterList | undefined {
    const list = new ParameterList(kind, style);
    return list.#read(text) ? list : undefined;
  }

  static empty(kind: ParameterListKind): ParameterList {
    return new ParameterList(kind, { lineEnd: '\n', commentMark: '#', line: () => 'list' });
  }

  get parameters(): Parameter[] {
    return this.#items.map(({ text: written, disabled }) => {
      const text = written.replace(/\s*[\r\n]\s*/g, '');
      const equals = find(text, 0, '=');
      return equals === -1
        ? { name: text, value: undefined, disabled }
        : { name: text.slice(0, equals), value: text.slice(equals + 1), disabled };
    });
  }

  add(name: string, value: string): void {
    const ownLine = this.#items.some(({ lead }) => hasBreak(lead)) || this.#items.at(-1)?.disabled === true;
    const lead = ownLine ? this.#after + this.#break() : '';
    if (ownLine) this.#after = '';
    const text = `${encodeParameter(name, true)}=${encodeParameter(value)}`;
    this.#items.push({ text, lead, disabled: false, comment: undefined, mark: undefined, markAbove: false });
  }

  set(index: number, name: string, value: string): void {
    const item = this.#items[index];
    const old = this.parameters[index];
    if (item === undefined || old === undefined) return;
    const written = old.name === name ? name : encodeParameter(name, true);
    if (old.value === undefined && value === '') item.text = written;
    else item.text = `${written}=${old.value === value ? value : encodeParameter(value)}`;
  }

  remove(index: number): void {
    const [item] = this.#items.splice(index, 1);
    if (item === undefined) return;
    const next = this.#items[index];
    const kept = item.lead.replace(/(?:\r\n|\r|\n)?[^\S\r\n]*$/, '');
    if (next === undefined) this.#after = kept + this.#after;
    else if (hasBreak(next.lead)) next.lead = kept + next.lead;
    else {
      next.lead = item.lead;
      next.comment ??= item.comment;
    }
  }

  enable(index: number, enabled: boolean): void {
    const item = this.#items[index];
    if (item === undefined || item.disabled !== enabled) return;
    const first = !this.#items.slice(0, index).some(({ disabled }) => !disabled);
    if (enabled && this.#kind === 'query' && /[\r\n]$/.test(item.lead)) item.lead += this.#indentOf(item);
    item.disabled = !enabled;
    item.comment = undefined;
    item.mark = this.#markOf(item, index, first);
  }

  /** Moves a parameter to the place of another; lines and comments between them stay where they are. */
  move(from: number, to: number): void {
    const places = this.#items.map(({ lead, markAbove }) => ({ lead, markAbove }));
    const [item] = this.#items.splice(from, 1);
    if (item === undefined) return;
    this.#items.splice(to, 0, item);
    for (const [index, each] of this.#items.entries()) {
      Object.assign(each, places[index]);
      if (index >= Math.min(from, to) && index <= Math.max(from, to)) each.mark = undefined;
    }
  }

  print(): string {
    let out = '';
    /** Where the last one that is sent ends. */
    let end = 0;
    let sent = 0;
    let above: Item | undefined;
    for (const [index, item] of this.#items.entries()) {
      const lead = this.#leadOf(item, above, index);
      if (item.disabled) {
        const begins = above?.disabled !== true || hasBreak(lead);
        const comment = item.comment ?? `${this.#style.commentMark} `;
        out += lead + (begins ? comment : '') + (item.mark ?? this.#markOf(item, index, index === 0)) + item.text;
      } else {
        const mark = sent > 0 ? '&' : this.#kind === 'query' ? '?' : '';
        if (item.markAbove && mark !== '') out = `${out.slice(0, end)}${mark}${out.slice(end)}${lead}${item.text}`;
        else out += lead + mark + item.text;
        end = out.length;
        sent += 1;
      }
      above = item;
    }
    const after = above?.disabled === false ? withoutMarks(this.#after) : this.#after;
    return out.slice(0, end) + this.#tail + out.slice(end) + after;
  }

  /** Of a disabled one; a field's name alone is known by its `&`. */
  #markOf({ text }: Item, index: number, first: boolean): string {
    if (!first) return '&';
    return this.#kind === 'query' ? '?' : index === 0 && text.includes('=') ? '' : '&';
  }

  #leadOf(item: Item, above: Item | undefined, index: number): string {
    const lead = above?.disabled === false ? withoutMarks(item.lead) : item.lead;
    const begins = hasBreak(lead) || (index === 0 && this.#kind === 'form');
    const same = item.disabled ? above?.disabled === true : above?.disabled !== true;
    return begins || same ? lead : this.#break();
  }

  /** The indent of the others; where there are none, the one that stands after the comment mark. */
  #indentOf({ comment = '' }: Item): string {
    const other = this.#items.findLast(({ disabled, lead }) => !disabled && hasBreak(lead));
    if (other !== undefined) return /[^\S\r\n]*$/.exec(other.lead)?.[0] ?? '';
    return /\s{2,}$/.exec(comment)?.[0] ?? '    ';
  }

  /** A line end and the indent that the others have. */
  #break(): string {
    const lead = this.#items.findLast(each => hasBreak(each.lead))?.lead;
    const indent = lead === undefined ? (this.#kind === 'query' ? '    ' : '') : (/[^\S\r\n]*$/.exec(lead)?.[0] ?? '');
    return this.#style.lineEnd + indent;
  }

  #read(text: string): boolean {
    const pieces = text.split(/(\r\n|\r|\n)/);
    let pending = '';
    let suffix: { readonly text: string; readonly at: number } | undefined;
    let ended = false;
    for (let index = 0; index < pieces.length; index += 2) {
      const content = pieces[index] ?? '';
      const lineEnd = pieces[index + 1] ?? '';
      // A query begins in the middle of its first line.
      const line = index === 0 && this.#kind === 'query' ? 'list' : this.#style.line(index / 2);
      if (line === 'list') {
        if (ended && content.trim() !== '') return false;
        const end = this.#kind === 'query' ? endOfQuery(content) : content.trimEnd().length;
        ended ||= /^[^\S\r\n]*#/.test(content.slice(end));
        const rest = this.#readLine(content.slice(0, end), pending, index === 0 && this.#kind === 'query');
        if (rest === undefined) return false;
        suffix = { text: content.slice(end), at: this.#items.length };
        pending = rest + suffix.text + lineEnd;
      } else {
        const rest = line === 'comment' ? this.#readComment(content, pending) : undefined;
        pending = (rest ?? pending + content) + lineEnd;
      }
    }
    if (suffix !== undefined && this.#kind === 'query') {
      this.#tail = suffix.text;
      const next = this.#items[suffix.at];
      if (next === undefined) pending = pending.replace(suffix.text, '');
      else next.lead = next.lead.replace(suffix.text, '');
    }
    this.#after = pending;
    return true;
  }

  /** Takes the parameters of a line; gives what of the lead is left over, undefined where the line can't be read. */
  #readLine(content: string, pending: string, inner: boolean): string | undefined {
    let at = inner ? 0 : content.length - content.trimStart().length;
    let lead = pending + content.slice(0, at);
    // The first field of a form has no mark.
    let markAbove = this.#kind === 'query' || this.#items.some(({ disabled }) => !disabled);
    while (at < content.length) {
      if (content[at] === (this.#begun ? '&' : '?')) {
        this.#begun = this.#marked = true;
        markAbove = false;
        at += 1;
        continue;
      }
      if (!this.#begun) return undefined;
      const next = find(content, at, '&');
      const text = content.slice(at, next === -1 ? undefined : next);
      const last = this.#items.at(-1);
      if (this.#marked) {
        this.#items.push({ text, lead, disabled: false, comment: undefined, mark: undefined, markAbove });
      } else if (last === undefined || last.disabled || this.#kind === 'form' || lead.trim() !== '') return undefined;
      else last.text += lead + text;
      this.#marked = false;
      lead = '';
      at += text.length;
    }
    return lead;
  }

  /** Takes the parameters that a comment line switches off; undefined where it says something else. */
  #readComment(content: string, pending: string): string | undefined {
    const [, indent = '', comment = '', mark = '', rest = ''] =
      this.#kind === 'query' ? inQuery(content) : inForm(content);
    if (rest === '') return undefined;
    let lead = pending + indent;
    let first = true;
    let at = 0;
    const end = rest.replace(/[&\s]+$/, '').length;
    while (at < end) {
      const next = find(rest, at, '&', end);
      const stop = next === -1 ? end : next;
      if (stop > at) {
        const given = first ? { comment, mark } : { comment: undefined, mark: '&' };
        this.#items.push({ ...given, text: rest.slice(at, stop), lead, disabled: true, markAbove: false });
        lead = '';
        first = false;
      }
      at = stop + 1;
    }
    return rest.slice(end);
  }
}

/** Whether a comment line among those of a query switches parameters off, rather than say something. */
export function disablesQuery(content: string): boolean {
  return inQuery(content).length > 0;
}

/** Whether a comment line of a form body switches fields off. */
export function disablesForm(content: string): boolean {
  return inForm(content).length > 0;
}

const none: readonly string[] = [];
const inQuery = (content: string): readonly string[] =>
  /^(\s*)((?:#{1,2}|\/\/)\s*)([?&])((?:\{\{.*?\}\}|[^\s?&=#{])+(?:=.*|(?:&\S*)?\s*))$/.exec(content) ?? none;
const inForm = (content: string): readonly string[] =>
  /^(\s*)((?:#{1,2}|\/\/)\s*)(?:(?=&|[^&]+=)(&?))((?:\{\{.*?\}\}|[^\s&=#:/{@])+(?:=.*|(?:&\S*)?\s*))$/.exec(content) ??
  none;

/** Percent-encodes what would end a parameter or the URL; `{{…}}` and what is encoded already stay as they are. */
export function encodeParameter(text: string, name = false): string {
  return text
    .split(/(\{\{.*?\}\})/)
    .map((piece, index) =>
      index % 2 === 1
        ? piece
        : piece.replace(name ? /[\s&#=\x00-\x20]/g : /[\s&#\x00-\x20]/g, code => encodeURIComponent(code)),
    )
    .join('');
}

/** Offset of a fragment, of ` HTTP/1.1`, or of the blanks that end a line. */
function endOfQuery(content: string): number {
  const fragment = find(content, 0, '#');
  const version = content.search(/(?:^|[\x00-\x20]+)HTTP\/\d(?:\.\d)?[\x00-\x20]*$/);
  const ends = [fragment, version, content.trimEnd().length].filter(end => end !== -1);
  return Math.min(...ends);
}

function hasBreak(lead: string): boolean {
  return /[\r\n]/.test(lead);
}

/** Without an `&` that ended a line which is one no more. */
function withoutMarks(lead: string): string {
  return lead.replace(/^[&\s]*(?=[\r\n]|$)/, blank => blank.replaceAll('&', ''));
}

/** Index of a character outside `{{…}}`, or -1. */
export function find(text: string, from: number, what: string, to = text.length): number {
  let at = from;
  while (at < to) {
    if (text.charAt(at) === what) return at;
    const close = text.startsWith('{{', at) ? text.indexOf('}}', at) : -1;
    at = close === -1 ? at + 1 : close + 2;
  }
  return -1;
}
