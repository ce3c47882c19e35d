import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener } from 'node:http';
import { closeAll, serve, serveTls } from '../http/loopback.ts';
import { readAll } from './exchange.ts';
import { createPipeline, documentFolder } from './pipeline.ts';
import { wireKeyFiles, wireSchemes, wireVariables } from './wire-schemes.ts';

/** The worst of servers: it redirects to another origin, and writes into the Location whatever it was sent. */

interface Landed {
  readonly method: string;
  /** All that came: target, headers and body. */
  readonly text: string;
}

const allOf = (request: IncomingMessage, body: Buffer): string =>
  [request.url, ...request.rawHeaders, body.toString()].join('\n');

/** Values of what a request carries, with the names it gives them, as a query. */
function repeated(request: IncomingMessage, body: Buffer): string {
  const { authorization = '', cookie = '' } = request.headers;
  const fields = body
    .toString()
    .split('&')
    .slice(0, 40)
    .filter(field => /^\w+=/.test(field));
  const key = request.headers['x-api-key'];
  return [
    (request.url ?? '').split('?')[1] ?? '',
    ...fields,
    ...cookie.split('; ').filter(Boolean),
    `auth=${encodeURIComponent(authorization)}`,
    ...(key ? [`again=${encodeURIComponent(String(key))}`] : []),
  ]
    .filter(Boolean)
    .join('&');
}

describe('Redirects on the wire', () => {
  after(closeAll);

  const requests: readonly [name: string, text: string][] = [
    ['GET', 'GET {{url}}/STATUS/COUNT?q=1'],
    ['POST of a form', 'POST {{url}}/STATUS/COUNT\nContent-Type: application/x-www-form-urlencoded\n\nkept=yes'],
  ];

  for (const { name, auth, check } of wireSchemes) {
    it(`${name}: takes nothing that it adds to another origin, wherever the server writes it`, async () => {
      const landed: Landed[] = [];
      const elsewhere: RequestListener = async (request, response) => {
        landed.push({ method: request.method ?? '', text: allOf(request, await readAll(request)) });
        response.end('{}');
      };
      // Another port, the same host over TLS, and another name of the same host.
      const plain = await serve(elsewhere);
      const others = [plain, await serveTls(elsewhere), plain.replace('127.0.0.1', 'localhost')];
      const sent: string[] = [];
      let next = 0;
      const url = await serve(async (request, response) => {
        const body = await readAll(request);
        const { method = '', url: target = '', headers, rawHeaders, socket } = request;
        const verdict = await check({
          ...{ method, target, headers, rawHeaders, socket, body },
          url: new URL(`http://${headers.host}${target}`),
        });
        for (const [header, value] of verdict.headers ?? []) response.appendHeader(header, value);
        if (!verdict.ok) return void response.writeHead(verdict.status ?? 401).end(verdict.detail);
        sent.push(allOf(request, body));
        const to = others[next++ % others.length]?.replace('//', '//somebody:else@');
        const status = Number(/\/(\d+)/.exec(target)?.[1]);
        response.writeHead(status, { Location: `${to}/landed?${repeated(request, body)}` }).end();
      });
      const folder = documentFolder({ ...wireKeyFiles });
      const pipeline = createPipeline({ ...wireVariables, url }, folder.path);
      try {
        for (const [what, text] of requests) {
          for (const status of ['302', '307', '308']) {
            for (let other = 0; other < others.length; other++) {
              landed.length = 0;
              const result = await pipeline.run(
                `# @auth ${auth}\n# @insecure\n${text.replace('STATUS', status).replace('COUNT', String(next))}`,
              );
              assert.equal(result.response?.status, 200, result.error?.message ?? result.explanation);
              assert.equal(landed.length, 1);
              const added = result.attempts
                .flatMap(({ request }) => [...request.headers, ...request.query, ...request.cookies])
                .filter(part => part.origin.by === 'auth');
              const form = result.attempts.at(-2)?.request.body?.text?.split('&') ?? [];
              const secrets = [
                ...added.map(({ value }) => value).filter(value => value.length >= 6),
                ...form.filter(field => field.startsWith('oauth_')).map(field => field.split('=')[1] ?? ''),
              ].filter(value => value.length >= 6 && !/^(?:HMAC-|RSA-|AWS4-)|^host$/.test(value));
              const arrived = decodeURIComponent((landed[0]?.text ?? '').replaceAll('%', '%25'));
              for (const secret of secrets) {
                for (const form of [secret, encodeURIComponent(secret)]) {
                  assert.ok(!arrived.includes(form), `${what}, ${status}: ${form} in ${arrived}`);
                }
              }
              assert.doesNotMatch(arrived, /somebody|authorization|cookie/i);
              if (what !== 'GET' && status !== '302') assert.match(arrived, /\bkept=yes/);
            }
          }
        }
        assert.ok(sent.length >= requests.length * 9);
      } finally {
        await pipeline.close();
        folder.remove();
      }
    });
  }
});
