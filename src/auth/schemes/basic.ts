import { controlCharacterProblems } from '../control-character.ts';
import { defineScheme, type FieldProblem } from '../scheme.ts';

/** Basic authentication. @see RFC 7617 §2 */
export const basic = defineScheme({
  id: 'basic',
  label: 'Basic Auth',
  summary: 'Sends a user name and a password with every request.',
  specification: 'https://www.rfc-editor.org/rfc/rfc7617',
  fields: [
    {
      name: 'username',
      label: 'Username',
      kind: 'text',
      default: '',
      help: 'The user name; must not contain a colon.',
    },
    { name: 'password', label: 'Password', kind: 'secret', default: '', help: 'The password of that user.' },
  ],
  check({ username, password }) {
    const problems: FieldProblem[] = [];
    if (username?.includes(':')) {
      const message = 'A user name with a colon cannot be sent with Basic auth: the server would cut it there.';
      problems.push({ field: 'username', message });
    }
    return [...problems, ...controlCharacterProblems({ username, password })];
  },
  async *authorize({ username, password }) {
    const credentials = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
    yield { edits: [{ in: 'header', name: 'Authorization', value: `Basic ${credentials}`, masked: 'Basic •••' }] };
    return undefined;
  },
});
