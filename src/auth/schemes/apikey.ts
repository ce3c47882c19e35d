import { controlCharacter } from '../control-character.ts';
import { defineScheme, type FieldProblem } from '../scheme.ts';

/** Names of headers and of cookies. @see RFC 9110 §5.6.2, RFC 6265 §4.1.1 */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A key and its value in a header, the query or a cookie. @see OpenAPI "API Keys" */
export const apikey = defineScheme({
  id: 'apikey',
  label: 'API Key',
  summary: 'Sends a key and its value in a header, the query or a cookie.',
  specification: 'https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object',
  fields: [
    {
      name: 'key',
      label: 'Key',
      kind: 'text',
      required: true,
      placeholder: 'X-API-Key',
      help: 'Name of the header, parameter or cookie.',
    },
    { name: 'value', label: 'Value', kind: 'secret', required: true, help: 'The API key itself.' },
    {
      name: 'in',
      label: 'Add to',
      kind: 'choice',
      default: 'header',
      choices: [
        { value: 'header', label: 'Header' },
        { value: 'query', label: 'Query parameter' },
        { value: 'cookie', label: 'Cookie' },
      ],
      help: 'Where the key is sent.',
    },
  ],
  check({ key, value, in: place }) {
    if (place === 'query') return [];
    const problems: FieldProblem[] = [];
    if (key && !TOKEN.test(key)) {
      problems.push({ field: 'key', message: `“${key}” is no name of a ${place}: use letters, digits and hyphens.` });
    }
    const what = controlCharacter(value) ?? (place === 'cookie' && value?.includes(';') ? 'a semicolon' : undefined);
    if (what) problems.push({ field: 'value', message: `The value contains ${what}, which a ${place} cannot hold.` });
    return problems;
  },
  headers({ key, in: place }) {
    return place === 'header' && key ? [key] : [];
  },
  async *authorize({ key, value, in: place }) {
    yield { edits: [{ in: place, name: key, value, masked: '•••' }] };
    return undefined;
  },
});
