/** Sections of an INI file by name, each with its properties; what stands before the first section is under `''`. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads the INI dialects of `~/.aws/config`, `~/.aws/credentials` and `.edgerc`. Never throws: other lines are skipped.
 * Indented lines are nested settings, and belong to no property that anybody here asks for.
 * @param comment matches what begins a comment inside a value
 */
export function parseIni(text: string, comment: RegExp = /\s[#;].*$/): Ini {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  sections.set('', section);
  let nested = false;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\s*\[\s*(.*?)\s*\]/.exec(line);
    if (header) {
      const name = header[1] ?? '';
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      nested = false;
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    if (nested && /^\s/.test(line)) continue;
    const value = unquote(line.slice(equals + 1).trim(), comment);
    nested = value === '';
    section.set(line.slice(0, equals).trim().toLowerCase(), value);
  }
  return sections;
}

function unquote(text: string, comment: RegExp): string {
  const quoted = /^(["'])((?:\\\1|.)*?)\1\s*(?:[;#].*)?$/.exec(text);
  return quoted ? (quoted[2] ?? '') : text.replace(comment, '').trim();
}
