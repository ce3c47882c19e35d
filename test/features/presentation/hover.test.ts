import assert from 'node:assert/strict';
import { code, escaped } from '../../../src/core/markdown.ts';
import {
  authHover,
  type ComputedRequest,
  hiddenCount,
  hiddenParts,
  hiddenPartsHover,
} from '../../../src/features/presentation/auth-hover.ts';
import { hover } from '../../../src/features/presentation/hover.ts';
import { authInForce } from '../../../src/sending/auth-in-force.ts';
import { layer, ports } from '../../core/variables-setup.ts';
import { documentAt } from '../marked-documents.ts';

const environment = [
  layer('environment', { stage: 'test' }),
  layer('shared', { password: 'Hush4Secret' }, { secret: true }),
];
const linkTo = ({ file, line }: { file: string; line: number }): string => `${file}#${line}`;

async function at(marked: string, others: Record<string, string> = {}) {
  const { file, tree, offset, scopes } = await documentAt(marked, others);
  const found = hover({ file, tree, scopes: scopes.scopes, environment, ports: ports() }, offset, linkTo);
  return found && { ...found, text: found.contents.join('\n\n'), over: tree.text.slice(found.start, found.end) };
}

describe('Hover', () => {
  it('shows the value of a variable, and links to where it is stated', async () => {
    const found = await at('GET /{{|a}}\n', { 'folder.http': '@a = {{stage}}/x\n' });
    assert.equal(found?.over, '{{a}}');
    assert.match(found?.text ?? '', /`test\/x`/);
    assert.match(found?.text ?? '', /From the folder: \[folder\\.http, line 1\]\(\/work\/folder\.http#1\)/);
  });

  it('never shows a secret', async () => {
    for (const text of [
      'GET /{{pass|word}}\n',
      '@x = a{{password}}\n\n###\nGET /{{|x}}\n',
      '@tok|en = Hush4Secret\n',
    ]) {
      const found = await at(text);
      assert.match(found?.text ?? '', /•••/);
      assert.ok(!found?.text.includes('Hush4Secret'));
    }
    assert.match((await at('GET /{{$secret k|ey}}\n'))?.text ?? '', /Secret `key`/);
  });

  const cases: [marked: string, over: string, text: RegExp][] = [
    ['GET /{{$random.int|eger(1, 2)}}\n', '{{$random.integer(1, 2)}}', /whole number/],
    ['GET /{{log|in.response.body.a}}\n###\n# @name login\nGET /\n', '{{login.response.body.a}}', /\[login\]\(.*#4\)/],
    ['GET /{{no|}}\n', '{{no}}', /There is no variable `no`/],
    ['# @prompt otp The code\nGET /{{o|tp}}\n', '{{otp}}', /Asked for .*: The code/],
    ['# @ti|meout 10 s\nGET /\n', 'timeout', /Gives the request up/],
    ['GET /\nif-no|ne-match: x\n', 'if-none-match', /entity tags.*rfc9110/s],
    ['# @auth ba|sic username=a\nGET /\n', 'basic', /Basic Auth.*rfc7617/s],
    ['# @auth apikey i|n=query\nGET /\n', 'in', /`header` \(default\).*`cookie`/s],
    ['# @auth no|ne\nGET /\n', 'none', /No Auth/],
    ['PAT|CH /\n', 'PATCH', /Changes a part/],
  ];
  for (const [marked, over, pattern] of cases) {
    it(`says what ${over} is`, async () => {
      const found = await at(marked);
      assert.equal(found?.over, over);
      assert.match(found?.text ?? '', pattern);
    });
  }

  it('asks for the authorization on the request line and on @auth', async () => {
    for (const text of ['GE|T /\n', 'GET /|x\n', '# @au|th basic\nGET /\n'])
      assert.equal((await at(text))?.authorization, true);
    assert.equal((await at('GET /\nAcc|ept: x\n'))?.authorization, false);
  });

  it('has nothing to say of bodies and comments', async () => {
    assert.equal(await at('# com|ment\nGET /\n'), undefined);
    assert.equal(await at('POST /\n\n{"a|": 1}\n'), undefined);
  });

  it('tells what each level says of the authorization, inner first', async () => {
    const { file, tree, scopes } = await documentAt('### One\n# @auth inherit\nGET /\n', {
      'collection.http': '\n# @auth bearer token=t\n',
    });
    const text = authHover(authInForce(file, tree, 0, scopes.scopes), linkTo);
    assert.match(text, /^\*\*Authorization: Bearer Token\*\*, from \[collection\\.http, line 2\]/);
    assert.match(text, /Request says \[inherit\].*File \(users\\\.http\) says nothing/s);
    assert.match(text, /Collection \(collection\\.http\) says \[bearer\]/);
  });

  it('lists the generated parts with their origins, secrets masked', () => {
    const place = { file: '/project/users.http', line: 2 };
    const preview: ComputedRequest = {
      place,
      pending: ['the server will be asked'],
      request: {
        method: 'GET',
        url: 'http://h/',
        query: [
          { name: 'key', value: 'Hush4Secret', masked: '•••', origin: { by: 'auth', scheme: 'apikey', line: 1 } },
        ],
        headers: [
          { name: 'Host', value: 'h', origin: { by: 'client' } },
          { name: 'Accept', value: '*/*', origin: { by: 'file', ...place } },
          {
            name: 'Authorization',
            value: 'Basic Hush4Secret',
            masked: 'Basic •••',
            origin: { by: 'auth', scheme: 'basic', level: 'collection', file: '/project/collection.http', line: 3 },
          },
        ],
        cookies: [],
        body: undefined,
        overridden: [{ name: 'Authorization', value: 'x', origin: { by: 'file', ...place } }],
      },
    };
    const text = hiddenPartsHover(preview);
    assert.equal(hiddenCount(hiddenParts(preview)), '2 hidden headers, 1 hidden parameter');
    assert.match(text, /`Host: h` taken from the URL/);
    assert.match(text, /`Authorization: Basic •••` added by Basic Auth, inherited from collection\\.http, line 3/);
    assert.match(text, /~~Authorization~~/);
    assert.match(text, /Pending/);
    assert.ok(!text.includes('Hush4Secret') && !text.includes('Accept'));
  });

  it('writes any text as Markdown that shows it', () => {
    assert.equal(code('a`b'), '``a`b``');
    assert.equal(code('`'), '`` ` ``');
    assert.equal(code(''), '*empty*');
    assert.equal(escaped('[a](b)<c>'), '\\[a\\]\\(b\\)\\<c\\>');
  });
});
