/** How a command line is quoted: POSIX shells, or Windows' `cmd.exe`. */
export type Shell = 'sh' | 'cmd';

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  0: '\0',
};

/** The shell in which a copied command was meant to be pasted: `^` before a line end or a quote is `cmd`. */
export function guessShell(text: string): Shell {
  if (/\\\r?\n/.test(text)) return 'sh';
  return /\^\s*\r?\n|\^"|"\^|\^\^/.test(text) || (/\^[&%{}[\]|<>\\]/.test(text) && !text.includes("'")) ? 'cmd' : 'sh';
}

/**
 * The words of a command, quotes and escapes undone; up to the first `;`, `|`, `&` or line end outside of quotes.
 * @param variable what stands for a variable that a POSIX shell would replace; without it the text stays as it is
 */
export function shellWords(
  text: string,
  shell: Shell = guessShell(text),
  variable?: (name: string) => string,
): string[] {
  return shell === 'cmd' ? cmdWords(text) : posixWords(text, variable);
}

/** @see POSIX Shell Command Language §2.2, and `$'…'` of §2.2.4 (2024) */
function posixWords(text: string, variable?: (name: string) => string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  /** The variable that begins here; its text goes to the word. */
  const expands = (): boolean => {
    const [written, plain, braced] = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/.exec(text.slice(at, at + 200)) ?? [];
    if (!variable || written === undefined) return false;
    word = (word ?? '') + variable(plain ?? braced ?? '');
    at += written.length;
    return true;
  };
  while (at < text.length) {
    const c = text[at] ?? '';
    if (c === '\\') {
      const lineEnd = /^\\\r?\n/.exec(text.slice(at, at + 3));
      if (!lineEnd) word = (word ?? '') + (text[at + 1] ?? '');
      at += lineEnd?.[0].length ?? 2;
    } else if (c === "'") {
      const end = text.indexOf("'", at + 1);
      word = (word ?? '') + text.slice(at + 1, end < 0 ? text.length : end);
      at = end < 0 ? text.length : end + 1;
    } else if (c === '"') {
      word ??= '';
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
        while (text[at] === '$' && expands());
        if (at >= text.length || text[at] === '"') break;
        const next = text[at + 1] ?? '';
        if (text[at] === '\\' && '"\\$`\n'.includes(next)) {
          if (next !== '\n') word += next;
          at += 1;
        } else word += text[at];
      }
      at += 1;
    } else if (c === '$' && text[at + 1] === "'") {
      const [content, end] = ansiString(text, at + 2);
      word = (word ?? '') + content;
      at = end;
    } else if (c === '$' && expands()) {
    } else if (/[ \t]/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (/[\r\n;|&]/.test(c)) {
      if (words.length > 0 || word !== undefined) break;
      at += 1;
    } else {
      word = (word ?? '') + c;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

const encoder = new TextEncoder();

function ansiString(text: string, start: number): [content: string, end: number] {
  const bytes: number[] = [];
  let at = start;
  while (at < text.length && text[at] !== "'") {
    const rest = text.slice(at, at + 10);
    const hex = /^\\x([\dA-Fa-f]{1,2})/.exec(rest);
    const octal = /^\\([0-7]{1,3})/.exec(rest);
    const unicode = /^\\u([\dA-Fa-f]{1,4})|^\\U([\dA-Fa-f]{1,8})/.exec(rest);
    if (hex) {
      bytes.push(Number.parseInt(hex[1] ?? '', 16));
      at += hex[0].length;
    } else if (octal) {
      bytes.push(Number.parseInt(octal[1] ?? '', 8) & 0xff);
      at += octal[0].length;
    } else if (unicode) {
      const code = Number.parseInt(unicode[1] ?? unicode[2] ?? '', 16);
      // UTF-16 halves are written one after the other by some tools.
      const low = code >= 0xd800 && code < 0xdc00 ? /^\\u([\dA-Fa-f]{4})/.exec(text.slice(at + 6, at + 12)) : null;
      const both = low ? String.fromCharCode(code, Number.parseInt(low[1] ?? '', 16)) : undefined;
      bytes.push(...encoder.encode(both ?? (code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code))));
      at += unicode[0].length + (low ? 6 : 0);
    } else if (text[at] === '\\') {
      const next = text[at + 1] ?? '';
      bytes.push(...encoder.encode(escapes[next] ?? next));
      at += 2;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...encoder.encode(character));
      at += character.length;
    }
  }
  return [new TextDecoder().decode(Uint8Array.from(bytes)), at + 1];
}

const caretAtLineEnd = /\^[ \t]*\r?\n(\r?\n)?/y;
const backslashes = /\\+/y;

/** `cmd.exe` removes carets, then the program splits its arguments by the rules of Microsoft's C runtime. */
function cmdWords(text: string): string[] {
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at] ?? '';
    caretAtLineEnd.lastIndex = at;
    const lineEnd = c === '^' ? caretAtLineEnd.exec(text) : null;
    // `^` and two line ends stand for a line end within an argument.
    if (lineEnd) {
      if (lineEnd[1]) plain += '\n';
      at += lineEnd[0].length - 1;
    } else if (c === '^') {
      plain += text[at + 1] ?? '';
      at += 1;
    } else plain += c;
  }
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < plain.length; at += 1) {
    const c = plain[at] ?? '';
    backslashes.lastIndex = at;
    const slashes = c === '\\' ? (backslashes.exec(plain)?.[0].length ?? 0) : 0;
    if (slashes > 0 && plain[at + slashes] !== '"') {
      word = (word ?? '') + '\\'.repeat(slashes);
      at += slashes - 1;
    } else if (slashes > 0) {
      word = (word ?? '') + '\\'.repeat(slashes >> 1);
      at += slashes - 1;
      if (slashes % 2 === 1) {
        word += '"';
        at += 1;
      }
    } else if (c === '"') {
      word ??= '';
      if (quoted && plain[at + 1] === '"') {
        word += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (!quoted && /\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Controls besides line ends and tabs, and what sets the direction of writing. */
const steers = /(?![\t\n])[\x01-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const ansiSpecial = new RegExp(`['\\\\]|${steers.source}`, 'g');

/** A character in `$'…'`: as the octal bytes of its UTF-8, which take no digits from what follows. */
function ansiEscape(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  return [...encoder.encode(character)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** A word quoted so that the shell takes it as it is, and the terminal as text where the shell knows a way to say so. */
export function shellQuote(word: string, shell: Shell): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !(shell === 'cmd' && word.includes('%'))) return word;
  // A control character that is pasted works on the terminal before the shell sees it.
  if (shell === 'sh' && steers.test(word)) return `$'${word.replace(ansiSpecial, ansiEscape)}'`;
  if (shell === 'sh') return `'${word.replaceAll("'", `'\\''`)}'`;
  // In cmd a quote is written for the program as \" and every special character carries a caret outside of quotes.
  const forProgram = `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
  return forProgram.replace(/[\^&|<>()%!"]/g, '^$&').replace(/\r?\n/g, '^\n\n');
}
