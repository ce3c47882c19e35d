import fc from 'fast-check';
import { createAuthMemories } from '../../src/auth/memories.ts';
import { schemes } from '../../src/auth/schemes/index.ts';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { FileReader } from '../../src/core/ports.ts';
import { bodyBytes } from '../../src/core/request.ts';
import { splitUrl, writeHead } from '../../src/http/request-head.ts';
import { parse } from '../../src/language/parser.ts';
import { explainRequest } from '../../src/sending/explain.ts';
import { type PreviewPorts, previewRequest } from '../../src/sending/preview.ts';
import { RequestVariables } from '../../src/sending/request-variables.ts';
import { MemoryWorkspace } from '../features/memory-workspace.ts';
import { documentText } from '../language/documents.ts';

/** `COUNTERSIGN_FUZZ_SECONDS=60 mocha test/sending/preview-fuzz.test.ts` looks for longer. */
const seconds = Number(process.env.COUNTERSIGN_FUZZ_SECONDS ?? 0);
const effort: fc.Parameters<[string]> =
  seconds > 0 ? { interruptAfterTimeLimit: seconds * 500, numRuns: 10_000_000 } : { numRuns: 250 };

const files: Readonly<Record<string, string>> = {
  '/w/key.pem': '-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n',
  '/w/text': 'some {{v}} text\r\n',
  '/w/edgerc': '[default]\nhost = h\nclient_token = t\n',
};
const reader: FileReader = {
  read: async path => new TextEncoder().encode(content(path)),
  size: async path => content(path).length,
  async *open(path) {
    yield new TextEncoder().encode(content(path));
  },
};

function content(path: string): string {
  const text = files[path];
  if (text === undefined) throw new CountersignError('missing-file', `The file ${path} does not exist.`);
  return text;
}

function ports(workspace: MemoryWorkspace): PreviewPorts {
  const clock = { now: () => 1_700_000_000_000 };
  const random = { bytes: (length: number) => new Uint8Array(length).fill(7) };
  const secrets = { get: async (name: string) => (name === 's' ? 'open sesame' : undefined) };
  const values = new RequestVariables({
    environment: () => [],
    ports: { clock, random, env: {}, secrets },
  });
  return {
    workspace,
    files: reader,
    keyFiles: reader,
    userAgent: 'countersign/test',
    resolvePath: (path, _file) => `/w/${path.replace(/^\.\//, '')}`,
    async variablesFor({ file, tree, block }, scopes, settings) {
      const placed = tree.blocks[block];
      if (!placed) throw new RangeError(String(block));
      return values.forRequest(file, tree, placed, scopes, settings);
    },
    cookies: createCookieJar(),
    driver: {
      ...{ clock, random, env: {}, environment: '', memories: createAuthMemories() },
      files: reader,
      tokens: {
        peek: async () => ({ kind: 'pending', pending: 'a token will be fetched' }),
        async get() {
          throw new CountersignError('interaction-required', 'There is no token.');
        },
        async reject() {},
      },
    },
  };
}

/** Computes every request of a document; whatever is wrong with it must be said in our own words. */
async function previewAll(text: string): Promise<void> {
  const file = '/w/a.http';
  const workspace = new MemoryWorkspace({ [file]: text });
  const tree = parse(text);
  const host = ports(workspace);
  for (const [
    block,
    {
      block: { request },
    },
  ] of tree.blocks.entries()) {
    if (!request) continue;
    try {
      const preview = await previewRequest({ file, tree, block }, host, new AbortController().signal);
      explainRequest(preview.request, preview.place, false);
      writeHead(preview.request, splitUrl(preview.request));
      if (preview.request.body) await bodyBytes(preview.request.body);
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code === 'internal') throw error;
    }
  }
}

const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('a', 'true', 'false', '0', '-1', 'x'.repeat(300), 'ü', '\u2028', '%zz', '=', '"'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '{{v}}',
      '{{nl}}',
      '{{nul}}',
      '{{lone}}',
      '{{nowhere}}',
      '{{$secret s}}',
      '{{$secret t}}',
      '{{',
      '}}',
      '{{$randomInt}}',
      '{{cycle}}',
      '{{$datetime x y}}',
      '{{$guid}}',
      '{{one.response.body.$.a}}',
      '{{$random.alphabetic(9)}}',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '< ./key.pem',
      '< ./text',
      '< ./gone',
      '< ./edgerc',
      'HS256',
      'RS256',
      'ES256',
      '{"a":1}',
      '[',
      'SHA-256',
      'HMAC-SHA1',
      'eu-west-1',
      's3',
      'client_credentials',
      'https://h/token',
    ),
  },
  fc.string({ unit: 'grapheme', maxLength: 12 }).map(text => text.replace(/[\r\n]/g, ' ')),
);

const auth = fc
  .constantFrom(...schemes)
  .chain(scheme =>
    fc
      .tuple(
        ...scheme.fields.map(field =>
          fc.option(
            fc.oneof(
              value,
              fc.constantFrom(...(field.choices?.map(choice => choice.value) ?? ['', 'abc'])),
              fc.constant(field.default ?? 'dflt'),
            ),
            { freq: field.required ? 20 : 2, nil: undefined },
          ),
        ),
      )
      .map(values =>
        [
          `# @auth ${scheme.id}`,
          ...values.flatMap((text, index) =>
            text === undefined ? [] : [`#   ${scheme.fields[index]?.name} = ${text}`],
          ),
        ].join('\n'),
      ),
  );

const target = fc.oneof(
  fc.constantFrom(
    'http://h/',
    'https://h:8443/a?b=c&b=d#e',
    '{{base}}/x',
    '/relative',
    'h/x',
    'http://u:p@h/',
    'http://[::1]/',
  ),
  fc.tuple(fc.constantFrom('http://h/', '{{base}}/', 'http://h?'), value).map(([start, rest]) => start + rest),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const header = fc
  .tuple(
    fc.constantFrom(
      'Accept',
      'Host',
      'Cookie',
      'Content-Type',
      'Content-Length',
      'Authorization',
      'Transfer-Encoding',
      'X-{{v}}',
      'Date',
      'X-Request-Type',
      'Connection',
      'Expect',
    ),
    fc.oneof(
      value,
      fc.constantFrom(
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=b',
        'Basic a b',
        'Digest a b',
        'AWS k s region:r',
        'graphql',
        'chunked',
        'text/plain; charset=utf-16',
      ),
    ),
  )
  .map(([name, text]) => `${name}: ${text}`);

const body = fc.oneof(
  fc.constantFrom(
    '',
    '{"a":1}',
    'a=1\n&b=2',
    '< ./text',
    '<@ ./text',
    '<@latin1 ./text',
    '<@nope ./text',
    '< ./gone',
    '{{v}}\n< ./text\n{{nl}}',
    '--b\n\nx\n--b--',
    'query { a }\n\n{"x": }',
  ),
  value,
);

const block = fc
  .record({
    directives: fc.array(
      fc.constantFrom(
        '# @name one',
        '# @timeout 1 s',
        '# @timeout x',
        '# @prompt who',
        '# @note',
        '# @insecure',
        '@own = {{v}}',
      ),
      { maxLength: 2 },
    ),
    auth: fc.option(auth, { freq: 8 }),
    method: fc.constantFrom('GET', 'post', 'PUT', 'GRAPHQL', 'GRPC', 'QUERY', '', 'HEAD'),
    target,
    headers: fc.array(header, { maxLength: 4 }),
    body,
  })
  .map(({ directives, auth: stated, method, target: url, headers, body: text }) =>
    ['###', ...directives, ...(stated === null ? [] : [stated]), `${method} ${url}`, ...headers, '', text].join('\n'),
  );

const variables =
  '@v = value\n@base = http://h\n@nl = a\\r\\nb\n@cycle = {{cycle2}}\n@cycle2 = {{cycle}}\n@nul = a\u0000b\n@lone = \ud800\n\n';

describe('computing requests of any document', () => {
  const timeout = 60_000 + seconds * 2000;

  it('fails in our own words alone: with every scheme, and any value', async () => {
    const documents = fc.array(block, { minLength: 1, maxLength: 2 }).map(blocks => variables + blocks.join('\n\n'));
    await fc.assert(fc.asyncProperty(documents, previewAll), effort);
  }).timeout(timeout);

  it('fails in our own words alone: with any lines', async () => {
    await fc.assert(fc.asyncProperty(documentText, previewAll), effort);
  }).timeout(timeout);
});
