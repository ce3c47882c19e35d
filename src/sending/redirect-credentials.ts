import { type Body, type HttpRequest, MASK, type Part, textBody } from '../core/request.ts';

/** Values this short say too little to be taken for a credential wherever they stand. */
const TELLING = 8;

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

/** Every secret that the request is known to hold. */
export function secretsOf(request: HttpRequest, credentials: readonly Part[]): readonly string[] {
  const found = new Set<string>();
  const add = (value: string, masked: string | undefined): void => {
    if (masked === undefined || !masked.includes(MASK)) return;
    const pattern = masked.split(MASK).map(escapePattern).join('(.*?)');
    for (const secret of new RegExp(`^${pattern}$`, 's').exec(value)?.slice(1) ?? []) {
      if (secret.length >= 4) found.add(secret);
    }
  };
  add(request.url, request.maskedUrl);
  for (const part of [...request.query, ...request.headers, ...request.cookies, ...credentials]) {
    add(part.value, part.masked);
  }
  return [...found].sort((one, other) => other.length - one.length);
}

/** Whether a `name=value` field repeats a secret of the request that was answered. */
export function holdsSecret(field: string, secrets: readonly string[]): boolean {
  const text = decoded(field);
  return secrets.some(secret => secret.length >= TELLING && text.includes(secret));
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

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
