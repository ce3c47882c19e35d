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
    {
      name: 'charset',
      label: 'Character encoding',
      kind: 'choice',
      default: 'UTF-8',
      choices: [
        { value: 'UTF-8' },
        { value: 'ISO-8859-1', help: 'For older servers that take one byte for a letter.' },
      ],
      advanced: true,
      help: 'How letters other than those of English are encoded.',
      specification: 'https://www.rfc-editor.org/rfc/rfc7617#section-2.1',
    },
  ],
  check({ username, password, charset }) {
    const problems: FieldProblem[] = [];
    for (const [field, text] of charset === 'ISO-8859-1' ? Object.entries({ username, password }) : []) {
      if (!/[^\0-\xff]/.test(text ?? '')) continue;
      problems.push({ field, message: `The ${field} holds a character that ISO-8859-1 lacks.` });
    }
    if (username?.includes(':')) {
      const message = 'A user name with a colon cannot be sent with Basic auth: the server would cut it there.';
      problems.push({ field: 'username', message });
    }
    return [...problems, ...controlCharacterProblems({ username, password })];
  },
  async *authorize({ username, password, charset }) {
    const encoding = charset === 'ISO-8859-1' ? 'latin1' : 'utf8';
    const credentials = Buffer.from(`${username}:${password}`, encoding).toString('base64');
    yield { edits: [{ in: 'header', name: 'Authorization', value: `Basic ${credentials}`, masked: 'Basic •••' }] };
    return undefined;
  },
});
