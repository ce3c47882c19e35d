import assert from 'node:assert/strict';
import { recomputeAws } from '../demo-api/verifiers/awsv4.ts';
import { createDigestVerifier } from '../demo-api/verifiers/digest.ts';
import { type CallResult, countersign, folderWith, listeningServer, type SeenRequest } from './countersign.ts';

const secret = 'zq7-Marker-0815';

/** Every way in which a request can carry a credential, `{{at}}` being where it goes. */
const carriers: Readonly<Record<string, string>> = {
  'apikey in a header': `# @auth apikey key=X-Key value={{$secret s}}\nGET {{at}}/hop`,
  'apikey in the query': `# @auth apikey key=k value={{$secret s}} in=query\nGET {{at}}/hop?a=1`,
  'apikey in a cookie': `# @auth apikey key=k value={{$secret s}} in=cookie\nGET {{at}}/hop`,
  'apikey, stated openly': `# @auth apikey key=X-Key value=${secret}\nGET {{at}}/hop`,
  basic: `# @auth basic username=ada password={{$secret s}}\nGET {{at}}/hop`,
  bearer: `# @auth bearer token=${secret}\nGET {{at}}/hop`,
  'user information': `GET {{at_with_user}}/hop`,
  'written Authorization': `GET {{at}}/hop\nAuthorization: Custom ${secret}`,
  'written Authorization in shorthand': `GET {{at}}/hop\nAuthorization: Basic ada ${secret}`,
  'written cookie': `GET {{at}}/hop\nCookie: session=${secret}`,
  'secret in a header': `GET {{at}}/hop\nX-Custom: before {{$secret s}} after`,
  'secret variable in a header': `GET {{at}}/hop\nX-Custom: {{apiKey}}`,
  'header that names a credential': `GET {{at}}/hop\nX-Api-Key: ${secret}`,
  'secret in the query': `GET {{at}}/hop?k={{$secret s}}`,
  'basic with a body': `# @auth basic username=ada password={{$secret s}}\nPOST {{at}}/hop\n\n{"keep":"this"}`,
};

describe('redirects and credentials', function () {
  this.timeout(60_000);
  let elsewhere: Awaited<ReturnType<typeof listeningServer>>;
  let origin: Awaited<ReturnType<typeof listeningServer>>;
  let remove = (): void => {};

  before(async () => {
    elsewhere = await listeningServer();
    origin = await listeningServer((request, response) => {
      const [, query] = request.url.split('?');
      // The worst of servers: it repeats what it was sent in the Location.
      const to = request.url.startsWith('/hop')
        ? `${elsewhere.url}/landed?${query ?? ''}`
        : request.url.startsWith('/stay')
          ? '/landed'
          : undefined;
      if (to === undefined) response.end('{}');
      else response.writeHead(307, { Location: to, 'Set-Cookie': `jar=${secret}` }).end();
    });
  });
  beforeEach(() => {
    elsewhere.seen.length = 0;
    origin.seen.length = 0;
  });
  afterEach(() => remove());
  after(() => Promise.all([elsewhere.close(), origin.close()]));

  const run = (text: string): Promise<CallResult> => {
    const project = folderWith({ 'a.http': text });
    remove = project.remove;
    const withUser = origin.url.replace('//', `//ada:${secret}@`);
    return countersign(project.folder, [
      ...['run', 'a.http', '--json', '--secret', `s=${secret}`],
      ...['--var', `at=${origin.url}`, '--var', `at_with_user=${withUser}`],
    ]);
  };
  const carries = ({ url, headers, body }: SeenRequest): boolean => {
    const text = [decodeURIComponent(url), ...Object.values(headers).map(String), body].join('\n');
    const encoded = /Basic (\S+)/.exec(text)?.[1] ?? '';
    return text.includes(secret) || Buffer.from(encoded, 'base64').toString().includes(secret);
  };

  it('takes no credential to another origin, whatever part of the request carries it', async () => {
    const blocks = Object.entries(carriers).map(([title, text]) => `### ${title}\n# @no-cookie-jar\n${text}\n`);
    const { status, stdout, stderr } = await run(`@apiKey = ${secret}\n\n${blocks.join('\n')}`);
    assert.equal(status, 0, stdout + stderr);
    const titles = Object.keys(carriers);
    assert.equal(origin.seen.length, titles.length);
    assert.equal(elsewhere.seen.length, titles.length);
    for (const [index, title] of titles.entries()) {
      const [sent, followed] = [origin.seen[index], elsewhere.seen[index]];
      assert.ok(sent && carries(sent), `${title}: the first request carries it`);
      assert.ok(followed && !carries(followed), `${title}: ${JSON.stringify(followed)}`);
    }
    assert.equal(elsewhere.seen.at(-1)?.body, '{"keep":"this"}');
    assert.match(elsewhere.seen[1]?.url ?? '', /\?a=1$/);
  });

  it('takes no cookie of the jar to another origin either', async () => {
    await run(`GET {{at}}/hop\n\n###\nGET {{at}}/hop\n`);
    assert.equal(origin.seen[1]?.headers.cookie, `jar=${secret}`);
    assert.deepEqual(
      elsewhere.seen.map(request => carries(request)),
      // Cookies know no ports (RFC 6265 §8.5): the same host gets it.
      [true, true],
    );
  });

  it('keeps credentials on the same origin', async () => {
    const kept = Object.entries(carriers).filter(([title]) => !title.includes('query'));
    const blocks = kept.map(([title, text]) => `### ${title}\n# @no-cookie-jar\n${text.replace('/hop', '/stay')}\n`);
    const { status, stdout } = await run(`@apiKey = ${secret}\n\n${blocks.join('\n')}`);
    assert.equal(status, 0, stdout);
    const landed = origin.seen.filter(({ url }) => url === '/landed');
    assert.equal(landed.length, kept.length);
    for (const [index, [title]] of kept.entries()) {
      const request = landed[index];
      assert.ok(request && carries(request), title);
    }
  });

  it('signs each request of its own origin anew', async () => {
    const digest = createDigestVerifier({ password: secret });
    const aws = recomputeAws(secret);
    const judged: string[] = [];
    const signing = await listeningServer((request, response) => {
      const { method, url: target, headers } = request;
      const redirects = target.endsWith('/stay');
      const body = Buffer.from(request.body);
      void (async () => {
        if (target.startsWith('/digest')) {
          const {
            status,
            wrong,
            headers: added,
          } = digest.judge({ method, target, body, headers: { authorization: headers.authorization } });
          for (const [name, value] of added) response.appendHeader(name, value);
          judged.push(`${target} ${wrong ?? status}`);
          response.writeHead(status === 200 && redirects ? 302 : status, { Location: '/digest/landed' }).end();
        } else {
          const wrong = await aws({ method, target, headers: headers as Record<string, string>, body });
          judged.push(`${target} ${wrong ?? 'signed'}`);
          response.writeHead(redirects ? 302 : 200, { Location: '/aws/landed' }).end();
        }
      })();
    });
    try {
      const { status, stdout } = await run(
        [
          `# @auth digest username=Mufasa password={{$secret s}}\nGET ${signing.url}/digest/stay`,
          `# @auth awsv4 accessKey=AKID secretKey={{$secret s}} region=eu-west-1 service=execute-api\nGET ${signing.url}/aws/stay`,
        ].join('\n\n###\n'),
      );
      assert.equal(status, 0, stdout);
      assert.deepEqual(judged.slice(-4), [
        '/digest/stay 200',
        '/digest/landed 200',
        '/aws/stay signed',
        '/aws/landed signed',
      ]);
    } finally {
      await signing.close();
    }
  });
});
