import { type Body, type HttpRequest, MASK, type Part, textBody } from '../core/request.ts';
import { isSecretName } from '../core/secret-names.ts';

/** Values this short say too little to be taken for a credential wherever they stand. */
const TELLING = 8;

/** Characters of a field's name: a longer text is a value. */
const LONGEST_NAME = 100;

/**
 * The credential that a `name=value` field repeats: by name and value, and on the way to another origin by its value
 * alone.
 */
export function isCredential(field: string, credentials: readonly Part[], anyName: boolean): Part | undefined {
  if (field === '') return undefined;
  const at = field.indexOf('=');
  const name = decoded(at < 0 ? field : field.slice(0, at));
  const value = at < 0 ? '' : decoded(field.slice(at + 1));
  return credentials.find(
    part =>
      (part.name === name && part.value === value) ||
      (anyName && value.length >= TELLING && (part.value === value || bare(part.value) === value)),
  );
}

/** What of a body is not for another origin: a clause, or undefined where all of it may go there. */
export function confidentialPart(body: Body | undefined, credentials: readonly Part[]): string | undefined {
  if (!body) return undefined;
  if (body.masked !== undefined || body.pieces?.some(piece => 'text' in piece && piece.masked !== undefined)) {
    return 'holds a secret';
  }
  if (body.file !== undefined || body.pieces?.some(piece => 'file' in piece)) return 'is a file';
  const { text } = body;
  if (text === undefined || text.trim() === '') return undefined;
  const named = /^\s*[[{]/.test(text)
    ? Array.from(text.matchAll(/"((?:[^"\\]|\\.){1,100})"\s*:/g), ([, name = '']) => name)
    : text.split('&').map(field => decoded(field.split('=', 1)[0] ?? ''));
  if (named.some(name => name.length <= LONGEST_NAME && isSecretName(name))) return 'holds a credential';
  return text.split('&').some(field => isCredential(field, credentials, true)) ? 'holds a credential' : undefined;
}

/** The form body without the fields that repeat a credential; those join `dropped`. */
export function withoutCredentials(
  body: Body | undefined,
  credentials: readonly Part[],
  dropped: Part[],
): Body | undefined {
  if (body?.text === undefined) return body;
  const fields = body.text.split('&');
  const masked = body.masked?.split('&');
  const kept = fields.map(field => {
    const credential = isCredential(field, credentials, true);
    if (credential && !dropped.includes(credential)) dropped.push(credential);
    return credential === undefined;
  });
  if (!kept.includes(false)) return body;
  const join = (list: readonly string[]): string => list.filter((_, index) => kept[index] !== false).join('&');
  return textBody(join(fields), masked?.length === fields.length ? join(masked) : undefined);
}

/** Every secret that the request is known to hold. Takes time in proportion to the length of its parts. */
export function secretsOf(request: HttpRequest, credentials: readonly Part[]): readonly string[] {
  const found = new Set<string>();
  const add = (value: string, masked: string | undefined): void => {
    if (masked === undefined) return;
    for (const secret of hiddenTexts(value, masked)) if (secret.length >= 4) found.add(secret);
  };
  add(request.url, request.maskedUrl);
  for (const part of [...request.query, ...request.headers, ...request.cookies, ...credentials]) {
    add(part.value, part.masked);
  }
  return [...found].sort((one, other) => other.length - one.length);
}

/** What stands in the text where its masked form has masks; nothing where the two do not fit. */
function hiddenTexts(text: string, masked: string): readonly string[] {
  // Masks side by side hide one text.
  const shown = masked
    .split(MASK)
    .filter((piece, index, all) => piece !== '' || index === 0 || index === all.length - 1);
  const first = shown[0] ?? '';
  const last = shown.at(-1) ?? '';
  if (shown.length < 2 || !text.startsWith(first) || !text.endsWith(last)) return [];
  const hidden: string[] = [];
  let at = first.length;
  for (const piece of shown.slice(1, -1)) {
    const next = text.indexOf(piece, at);
    if (next < 0) return [];
    hidden.push(text.slice(at, next));
    at = next + piece.length;
  }
  const end = text.length - last.length;
  return end < at ? [] : [...hidden, text.slice(at, end)];
}

/** Whether a `name=value` field repeats a secret of the request that was answered. */
export function holdsSecret(field: string, secrets: readonly string[]): boolean {
  // A plus sign is itself in a URL as it is written, and a blank in a form.
  const texts = [field, decoded(field), decoded(field.replaceAll('+', '%2B'))];
  return secrets.some(secret => secret.length >= TELLING && texts.some(text => text.includes(secret)));
}

/** A URL with secrets masked, written plainly or percent-encoded. */
export function maskSecrets(url: string, secrets: readonly string[]): string {
  let masked = url;
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret.toWellFormed())]))
      masked = masked.replaceAll(form, MASK);
  }
  return masked;
}

/** The token of `Bearer token`. */
function bare(value: string): string {
  return value.replace(/^[A-Za-z][\w-]* +/, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
