import { controlCharacterProblems } from '../control-character.ts';
import { defineScheme } from '../scheme.ts';
import { tokenHeader } from '../token-header.ts';

/** A bearer token in the Authorization header. @see RFC 6750 §2.1 */
export const bearer = defineScheme({
  id: 'bearer',
  label: 'Bearer Token',
  summary: 'Sends a token that you already have.',
  specification: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1',
  fields: [
    { name: 'token', label: 'Token', kind: 'secret', required: true, help: 'The token, sent as it is.' },
    {
      name: 'prefix',
      label: 'Prefix',
      kind: 'text',
      default: 'Bearer',
      advanced: true,
      help: 'The word before the token; may be empty.',
    },
  ],
  check({ token, prefix }) {
    return controlCharacterProblems({ token, prefix });
  },
  async *authorize({ token, prefix }) {
    yield { edits: [tokenHeader(prefix, token)] };
    return undefined;
  },
});
