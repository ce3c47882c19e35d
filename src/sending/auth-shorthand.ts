import type { AuthStatement, StatedField } from '../auth/inheritance.ts';
import type { Place } from '../core/place.ts';

/**
 * The statement that an Authorization header stands for in the shorthand of REST Client and JetBrains: `Basic user
 * password`, `Basic user:password`, `Digest user password`, `AWS accessKey secretKey [token:…] [region:…] [service:…]`.
 * Undefined for anything else, which is sent as it is written.
 * @param value the header's value, variables unreplaced
 */
export function shorthandStatement(value: string, place: Place): AuthStatement | undefined {
  const [word = '', ...rest] = value.match(/(?:\{\{.*?\}\}|\S)+/g) ?? [];
  const field = (name: string, text: string): StatedField => ({ name, value: text, fromFile: false, place });
  switch (word.toLowerCase()) {
    case 'basic':
    case 'digest': {
      const pair = userAndPassword(rest);
      if (!pair) return undefined;
      return {
        scheme: word.toLowerCase(),
        fields: [field('username', pair[0]), field('password', pair[1])],
        place,
      };
    }
    case 'aws': {
      const [accessKey, secretKey, ...options] = rest;
      if (!accessKey || !secretKey) return undefined;
      const names: Readonly<Record<string, string>> = { token: 'sessionToken', region: 'region', service: 'service' };
      const fields = options.flatMap(option => {
        const colon = option.indexOf(':');
        const name = names[option.slice(0, colon).toLowerCase()];
        return name ? [field(name, option.slice(colon + 1))] : [];
      });
      return {
        scheme: 'awsv4',
        fields: [field('accessKey', accessKey), field('secretKey', secretKey), ...fields],
        place,
      };
    }
    default:
      return undefined;
  }
}

/** `user password` or `user:password`; undefined for base64 credentials and for parameters of a real header. */
function userAndPassword(words: readonly string[]): readonly [string, string] | undefined {
  const [first = '', ...more] = words;
  if (more.length > 0) {
    return /^\w+=/.test(first) && more.some(word => /^\w+=/.test(word)) ? undefined : [first, more.join(' ')];
  }
  const colon = first.replace(/\{\{.*?\}\}/g, variable => 'v'.repeat(variable.length)).indexOf(':');
  return colon < 0 ? undefined : [first.slice(0, colon), first.slice(colon + 1)];
}
