import type { BodyPiece } from '../../core/request.ts';

/** Stands for a file among the text of a body. */
const mark = '\uFFFC';

/**
 * The `--form` options, each followed by its value, that make the same parts as a body of type multipart/form-data;
 * undefined where it is of another type or a part is not as curl writes them.
 */
export function curlForm(
  contentType: string,
  pieces: readonly BodyPiece[],
  secrets: boolean,
): readonly string[] | undefined {
  const [, quoted, plain] = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const files = pieces.flatMap(piece => ('file' in piece ? piece.file : []));
  const text = pieces
    .map(piece => ('file' in piece ? mark : secrets ? piece.text : (piece.masked ?? piece.text)))
    .join('')
    .replace(/\r\n?/g, '\n');
  const parts = `\n${text}`.split(`\n--${boundary}`);
  if (parts.length < 3 || !/^--\s*$/.test(parts.at(-1) ?? '')) return undefined;
  const options: string[] = [];
  for (const part of parts.slice(1, -1)) {
    const [, head, content] = /^[ \t]*\n(.*?)\n\n(.*)$/s.exec(part) ?? [];
    if (head === undefined || content === undefined) return undefined;
    const option = formOption(head, content, files);
    if (!option) return undefined;
    options.push(...option);
  }
  return options;
}

/** One part; takes the files that it names from `files`. */
function formOption(head: string, content: string, files: string[]): readonly [string, string] | undefined {
  const header = (name: string): string | undefined => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1];
  const disposition = header('content-disposition') ?? '';
  const parameter = (name: string): string | undefined => {
    const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(disposition) ?? [];
    return (quoted ?? plain)?.replaceAll('%22', '"');
  };
  const name = parameter('name');
  const others = head.split('\n').filter(line => !/^content-(?:disposition|type):/i.test(line));
  if (name === undefined || name.includes('=') || others.length > 0) return undefined;
  const filename = parameter('filename');
  const type = header('content-type');
  const isFile = content.trim() === mark;
  if (!isFile && content.includes(mark)) return undefined;
  if (!isFile && filename === undefined && type === undefined) return ['--form-string', `${name}=${content}`];
  const settings = [
    ...(type === undefined ? [] : [`;type=${type}`]),
    ...(filename === undefined ? [] : [`;filename=${quote(filename)}`]),
  ];
  // With “<” curl sends what a file holds as a plain value.
  const value = isFile ? `${filename === undefined ? '<' : '@'}${quote(files.shift() ?? '')}` : quote(content);
  return ['--form', `${name}=${value}${settings.join('')}`];
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
