import { parse as parseYaml } from 'yaml';
import { CountersignError } from '../core/errors.ts';

/** UTF-8 or UTF-16, by its byte order mark. */
export function decodeSource(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** A text as the JSON or YAML that it is. @throws CountersignError `invalid-value` */
export function parseSource(text: string, name: string): unknown {
  const isJson = /^\s*[[{]/.test(text);
  try {
    return isJson ? JSON.parse(text) : parseYaml(text, { maxAliasCount: 1000 });
  } catch (cause) {
    throw new CountersignError('invalid-value', `${name} is not valid ${isJson ? 'JSON' : 'YAML'}.`, {
      cause,
      hint: 'Export it again from the tool it comes from; a file that was cut off in a download is no longer whole.',
    });
  }
}
