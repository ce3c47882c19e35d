import { CountersignError } from '../core/errors.ts';
import type { AttemptRecord } from '../core/exchange.ts';
import { Redactor } from '../core/redaction.ts';
import { MASK } from '../core/request.ts';

/** What may hold a secret that a URL, a host or a server's words brought along, before anything shows it. */
export interface RedactPorts {
  /** The text with every secret seen so far masked; absent where none can have been. */
  redact?(text: string): string;
}

/** The error with secrets masked in its words; the same one where it names none. */
export function redactedError(error: CountersignError, { redact }: RedactPorts): CountersignError {
  const message = redact?.(error.message) ?? error.message;
  const hint = error.hint === undefined ? undefined : (redact?.(error.hint) ?? error.hint);
  if (message === error.message && hint === error.hint) return error;
  const { code, place, cause } = error;
  return new CountersignError(code, message, {
    ...(place ? { place } : {}),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Clauses with secrets masked. */
export function redactedTexts(texts: readonly string[], { redact }: RedactPorts): readonly string[] {
  return redact ? texts.map(text => redact(text)) : texts;
}

/** Masks, beside all secrets that have been seen, what the attempts themselves carried and do not show. */
export function redactCarried(
  attempts: readonly AttemptRecord[],
  redact: (text: string) => string = text => text,
): (text: string) => string {
  const carried = new Redactor();
  for (const { request } of attempts) {
    for (const { value, masked } of [...request.headers, ...request.query, ...request.cookies]) {
      const [before, after, more] = masked?.split(MASK) ?? [];
      if (before === undefined || after === undefined || more !== undefined) continue;
      carried.add(value.slice(before.length, value.length - after.length));
    }
  }
  return text => redact(carried.redact(text));
}
