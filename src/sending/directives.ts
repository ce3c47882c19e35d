/** What follows a directive's name. */
export type DirectiveValue = 'none' | 'flag' | 'text' | 'duration' | 'prompt' | 'auth';

/** A directive of the language. */
export interface DirectiveInfo {
  readonly name: string;
  /** How its value is written, empty where it has none. */
  readonly usage: string;
  readonly value: DirectiveValue;
  /** Where it makes sense: in the block of a request, in one that speaks for the file, or in both. */
  readonly within: 'request' | 'both';
  /** One sentence. */
  readonly help: string;
  readonly example?: string;
  /** Other names for it, which other clients use. */
  readonly aliases?: readonly string[];
}

export const directives: readonly DirectiveInfo[] = [
  {
    name: 'auth',
    usage: 'SCHEME [field=value …]',
    value: 'auth',
    within: 'both',
    help: 'The authorization of the request, or of everything in the file, the folder or the collection.',
    example: '# @auth basic username={{user}} password={{$secret password}}',
  },
  {
    name: 'name',
    usage: 'NAME',
    value: 'text',
    within: 'request',
    help: 'A name by which other requests read the response: `{{NAME.response.body.$.token}}`.',
    example: '# @name login',
  },
  {
    name: 'title',
    usage: 'TEXT',
    value: 'text',
    within: 'request',
    help: 'What the request is called in lists, where `###` has no title.',
  },
  {
    name: 'description',
    usage: 'TEXT',
    value: 'text',
    within: 'both',
    help: 'What the request is for, in a sentence.',
  },
  {
    name: 'prompt',
    usage: 'NAME [DESCRIPTION]',
    value: 'prompt',
    within: 'both',
    help: 'Asks for the value of the variable `NAME` when the request is sent.',
    example: '# @prompt otp The code on your phone',
  },
  {
    name: 'note',
    usage: '[TEXT]',
    value: 'text',
    within: 'both',
    help: 'Asks for confirmation before the request is sent.',
    example: '# @note This deletes the account.',
  },
  {
    name: 'timeout',
    usage: 'DURATION',
    value: 'duration',
    within: 'both',
    help: 'Gives the request up after this time, from its start to the last byte of the response.',
    example: '# @timeout 10 s',
  },
  {
    name: 'connection-timeout',
    usage: 'DURATION',
    value: 'duration',
    within: 'both',
    help: 'Gives the request up where no connection is made in this time.',
    example: '# @connection-timeout 2 s',
  },
  {
    name: 'no-redirect',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Does not follow redirects: their response is the response.',
  },
  {
    name: 'follow-body',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Lets a body that holds a secret, a credential or a file follow a redirect to another origin.',
  },
  {
    name: 'no-response-limit',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Receives the whole response, even where a compressed one unpacks to more than a hundred times its size.',
  },
  {
    name: 'raw-length',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Sends a written `Content-Length` that is not the length of the body, on a connection of its own.',
  },
  {
    name: 'no-cookie-jar',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Sends no stored cookies, and stores none.',
  },
  {
    name: 'insecure',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Does not verify the server’s certificate. For test servers only.',
    aliases: ['no-reject-unauthorized'],
  },
  {
    name: 'disabled',
    usage: '',
    value: 'flag',
    within: 'both',
    help: 'Leaves the request out when all requests of the file are sent.',
  },
  {
    name: 'ref',
    usage: 'NAME',
    value: 'text',
    within: 'request',
    help: 'The request of that name is sent before this one, once.',
    example: '# @ref login',
    aliases: ['forceref'],
  },
  {
    name: 'tag',
    usage: 'TAG …',
    value: 'text',
    within: 'both',
    help: 'Tags that `countersign run --include TAG` and `--exclude TAG` choose by.',
    example: '# @tag smoke',
  },
];

const byName = new Map(directives.flatMap(info => [info.name, ...(info.aliases ?? [])].map(name => [name, info])));

/** The directive of that name, its case aside. */
export function findDirective(name: string): DirectiveInfo | undefined {
  return byName.get(name.toLowerCase());
}
