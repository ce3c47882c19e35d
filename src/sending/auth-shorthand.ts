import type { AuthStatement, StatedField } from '../auth/inheritance.ts';
import type { Place } from '../core/place.ts';
import { parseTemplate } from '../core/template.ts';

/**
 * The statement that an Authorization header stands for in the shorthand of REST Client and JetBrains: `Basic user
 * password`, `Basic user:password`, `Digest user password`, `AWS accessKey secretKey [token:…] [region:…] [service:…]`.
 * A shorthand of theirs that cannot be read so is a statement with a fault: it holds a password, or names a sign-in, and
 * is never sent as it is written. Undefined for anything else, which is sent as it is written.
 * @param value the header's value, variables unreplaced
 */
export function shorthandStatement(value: string, place: Place): AuthStatement | undefined {
  const [word = '', ...rest] = words(value);
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
    case 'cognito':
      return unsupported(
        '“COGNITO …” is a shorthand of REST Client that is not supported, and it is not sent as it is written. Sign in with “# @auth oauth2” and the user pool’s domain as “issuer”.',
        place,
      );
    case 'openid':
    case 'oauth2':
      // A token behind “OAuth2”, as few servers want it, is no flow.
      if (word.toLowerCase() === 'oauth2' && rest[0] !== undefined && !flows.has(rest[0].toLowerCase()))
        return undefined;
      return unsupported(
        `“${word.toLowerCase()} …” is a shorthand of httpYac that is not supported, and it is not sent as it is written. State the same sign-in as “# @auth oauth2 grantType=…”.`,
        place,
      );
    default:
      return undefined;
  }
}

/** The flows that httpYac knows by name. */
const flows: ReadonlySet<string> = new Set([
  ...['authorization_code', 'client_credentials', 'code', 'device_code', 'hybrid', 'implicit', 'password'],
  ...['refresh_token', 'token_exchange'],
]);

function unsupported(message: string, place: Place): AuthStatement {
  return { scheme: 'oauth2', fields: [], place, fault: { message, place } };
}

/** The words of a text; blanks inside of references are no ends of them. */
function words(text: string): readonly string[] {
  const ends = withoutReferences(text).matchAll(/\S+/g);
  return Array.from(ends, ({ index, 0: { length } }) => text.slice(index, index + length));
}

/** A text of the same length in which no reference says anything. */
function withoutReferences(text: string): string {
  return parseTemplate(text)
    .map(({ kind, start, end }) => (kind === 'reference' ? 'v'.repeat(end - start) : text.slice(start, end)))
    .join('');
}

/** `user password` or `user:password`; undefined for base64 credentials and for parameters of a real header. */
function userAndPassword(words: readonly string[]): readonly [string, string] | undefined {
  const [first = '', ...more] = words;
  if (more.length > 0) {
    return /^\w+=/.test(first) && more.some(word => /^\w+=/.test(word)) ? undefined : [first, more.join(' ')];
  }
  const colon = withoutReferences(first).indexOf(':');
  return colon < 0 ? undefined : [first.slice(0, colon), first.slice(colon + 1)];
}
