import type { Field } from '../../core/fields.ts';
import { clientFields } from './client-fields.ts';
import { grantFields } from './grant-fields.ts';

const applying = [
  {
    name: 'addTo',
    label: 'Add authorization data to',
    kind: 'choice',
    default: 'header',
    choices: [
      { value: 'header', label: 'Request headers' },
      { value: 'query', label: 'Request URL', help: 'Lands in logs and histories; only where a server asks for it.' },
    ],
    help: 'Where the access token is sent.',
    specification: 'https://www.rfc-editor.org/rfc/rfc6750#section-2',
  },
  {
    name: 'prefix',
    label: 'Header prefix',
    kind: 'text',
    default: 'Bearer',
    when: { field: 'addTo', is: ['header'] },
    help: 'The word before the token; may be empty. A DPoP token always goes with DPoP.',
    specification: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1',
  },
  {
    name: 'headerName',
    snippet: false,
    label: 'Header name',
    kind: 'text',
    default: 'Authorization',
    advanced: true,
    when: { field: 'addTo', is: ['header'] },
    help: 'The header that carries the token, where a service wants another one; leave the prefix empty for the token alone.',
  },
  {
    name: 'queryKey',
    label: 'Query parameter',
    kind: 'text',
    default: 'access_token',
    when: { field: 'addTo', is: ['query'] },
    help: 'Name of the query parameter that carries the token.',
    specification: 'https://www.rfc-editor.org/rfc/rfc6750#section-2.3',
  },
  {
    name: 'token',
    snippet: false,
    label: 'Access token',
    kind: 'secret',
    help: 'An access token that you already have; nothing is fetched then.',
  },
] as const satisfies readonly Field[];

/** The fields of OAuth 2.0, named and labelled as people know them from other tools. */
export const oauth2Fields = [...applying, ...grantFields, ...clientFields] as const;

/** Names of parameters that hold secrets, in lists whose kind does not say so. */
export const secretPair = /secret|password|token|assertion|credential|api_?key|^code$|_code$|verifier/i;
