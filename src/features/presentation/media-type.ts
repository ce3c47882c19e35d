/** How a body of some media type is shown. */
export type BodyKind = 'json' | 'xml' | 'html' | 'text' | 'image' | 'binary';

/** `type/subtype` in lower case; without a Content-Type `application/octet-stream`. @see RFC 9110 §8.3 */
export function mediaType(contentType: string | undefined): string {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() || 'application/octet-stream';
}

const textual =
  /^(text\/.*|application\/(javascript|ecmascript|x-www-form-urlencoded|graphql|sql|yaml|x-yaml|toml|x-sh|x-ndjson|jsonl|jwt|http|pem-certificate-chain)|message\/.*)$/;

export function bodyKind(contentType: string | undefined): BodyKind {
  const type = mediaType(contentType);
  if (/^(application|text)\/([\w.-]+\+)?json$|^text\/json$/.test(type)) return 'json';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  if (type.startsWith('image/')) return 'image';
  if (/^(application|text)\/([\w.-]+\+)?xml(-dtd)?$/.test(type)) return 'xml';
  return textual.test(type) ? 'text' : 'binary';
}

/** A kind for bytes whose type says nothing: JSON, markup and text are recognised by how they begin. */
export function sniffKind(start: Uint8Array): BodyKind {
  const head = start.subarray(0, 4096);
  if (head.some(byte => byte === 0 || (byte < 9 && byte > 0))) return 'binary';
  const text = new TextDecoder('utf-8').decode(head).trimStart();
  if (text.slice(0, -4).includes('\uFFFD')) return 'binary';
  if (/^[{[]/.test(text)) return 'json';
  if (/^<!doctype html|^<html/i.test(text)) return 'html';
  if (/^<\?xml|^<[a-z]/i.test(text)) return 'xml';
  return 'text';
}

const extensions: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
  'image/x-icon': 'ico',
};

/** A file extension without its dot. */
export function extensionFor(type: string, kind: BodyKind): string {
  const known = extensions[type];
  if (known) return known;
  return kind === 'json' || kind === 'xml' || kind === 'html' ? kind : kind === 'text' ? 'txt' : 'bin';
}
