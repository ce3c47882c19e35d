import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { countersign, folderWith } from './countersign.ts';

describe('what a run shows', function () {
  this.timeout(60_000);
  let server: Server;
  let url: string;
  let project: ReturnType<typeof folderWith>;

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/picture') {
        response.setHeader('Content-Type', 'image/png');
        return void response.end(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]));
      }
      response.writeHead(request.url === '/refused' ? 401 : 200, {
        'Content-Type': 'application/json',
        'X-Seen': request.headers.authorization ?? 'nothing',
      });
      response.end(JSON.stringify({ path: request.url, got: request.headers.authorization ?? null }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    project = folderWith({
      'a.http': `### one\n# @auth bearer token=t0ken-value\nGET ${url}/one\n\n### pic | x\nGET ${url}/picture\n\n### no\n# @auth bearer token=undefined\nGET ${url}/refused\n`,
    });
  });
  after(() => {
    server.close();
    project.remove();
  });

  const run = (...args: readonly string[]) => countersign(project.folder, ['run', 'a.http', ...args]);

  it('shows bodies, headers, or all, secrets masked unless they were asked for', async () => {
    const body = (await run('--name', 'one', '--show', 'body')).stdout;
    assert.match(body, /\n {6}\{"path":"\/one","got":"Bearer •••"\}\n/);
    assert.ok(!body.includes('X-Seen'));
    const all = (await run('--name', 'one', '--show', 'all')).stdout;
    assert.match(all, /X-Seen: Bearer •••\n[\s\S]*\n {6}\{"path"/);
    assert.match((await run('--name', 'one', '--show', 'all', '--show-secrets')).stdout, /Bearer t0ken-value/);
    assert.match((await run('--name', 'pic | x', '--show', 'body')).stdout, /\(binary: --output DIR writes it\)/);
    assert.equal((await run('--show', 'nothing')).status, 2);
  });

  it('shows requests and responses as they went', async () => {
    const { stdout } = await run('--name', 'one', '--verbose');
    assert.match(
      stdout,
      / {6}GET http:\/\/127\.0\.0\.1:\d+\/one\n[\s\S]*> Authorization: Bearer •••\n[\s\S]*< HTTP\/1\.1 200 OK\n/,
    );
    assert.ok(!stdout.includes('t0ken-value'));
  });

  it('has the responses in its JSON where that is asked for', async () => {
    const lines = (await run('--json', '--with-response')).json() as {
      response?: { headers: { name: string }[]; body: unknown };
    }[];
    assert.deepEqual(lines[0]?.response?.body, { text: '{"path":"/one","got":"Bearer •••"}' });
    assert.deepEqual(lines[1]?.response?.body, { base64: 'iVBORwAB' });
    assert.ok(lines[0]?.response?.headers.some(({ name }) => name === 'X-Seen'));
    const bare = (await run('--json')).json() as { response?: unknown }[];
    assert.equal(bare[0]?.response, undefined);
  });

  it('writes the bodies into a folder', async () => {
    await run('--output', 'out');
    const names = readdirSync(join(project.folder, 'out'));
    assert.deepEqual(names, ['001-one.json', '002-pic-x.png', '003-no.json']);
    assert.equal(readFileSync(join(project.folder, 'out', '002-pic-x.png')).length, 6);
  });

  it('sends the request at a line, waits between requests, and can be quiet', async () => {
    const [only, summary, ...none] = (await run('--line', '6', '--json')).json() as { title?: string }[];
    assert.deepEqual([only?.title, none.length, summary !== undefined], ['pic | x', 0, true]);
    const quiet = (await run('--quiet', '--delay', '20ms')).stdout;
    assert.match(quiet, /no/);
    assert.ok(!quiet.includes('✓'));
    assert.match(quiet, /3 requests, 1 failed/);
    assert.equal((await run('--delay', 'soon')).status, 2);
  });

  it('reports as TAP, as a summary for a job, and as annotations', async () => {
    const tap = (await run('--reporter', 'tap')).stdout;
    assert.match(
      tap,
      /^TAP version 14\nok 1 - a\.http one\nok 2 - a\.http pic \| x\nnot ok 3 - a\.http no\n {2}---\n {2}message: "/,
    );
    assert.match(tap, /\n1\.\.3\n$/);
    const markdown = (await run('--reporter', 'markdown')).stdout;
    assert.match(markdown, /^## ❌ 3 requests, 1 failed/);
    assert.match(markdown, /\| ✅ \| pic \\\| x \| 200 \| \d+ ms \| `a\.http:6` \|/);
    const github = (await run('--reporter', 'github')).stdout;
    assert.match(github, /^::error file=a\.http,line=10,title=no::The server did not accept[^\n]*%0A- The credential/);
    const unknown = await run('--reporter', 'soap');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /there are text, json, junit, tap, html, markdown, github/);
  });

  it('makes one file for a browser, with nothing of a server that runs in it, and no secret', async () => {
    const { folder } = project;
    await run('--reporter', 'html=report.html');
    const report = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(report, /<h1 class="bad">1 of 3 requests failed<\/h1>/);
    assert.equal(report.match(/<details /g)?.length, 3);
    assert.match(report, /&gt; Authorization: Bearer •••/);
    assert.ok(!report.includes('t0ken-value'));
    const policy = /script-src 'sha256-([^']+)'/.exec(report)?.[1];
    const scripts = [...report.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    assert.equal(scripts.length, 1);
    assert.equal(
      createHash('sha256')
        .update(scripts[0] ?? '')
        .digest('base64'),
      policy,
    );
    // Nothing of a name or a body is markup.
    writeFileSync(join(folder, 'b.http'), `### <img src=x onerror="alert(1)">\nGET ${url}/<script>\n`);
    await countersign(folder, ['run', 'b.http', '--reporter', 'html=b.html']);
    const other = readFileSync(join(folder, 'b.html'), 'utf8');
    assert.ok(!/<img|<script>alert|onerror="/.test(other));
  });
});
