import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type CallResult, countersign, folderWith } from './countersign.ts';

interface Reported {
  readonly title: string;
  readonly ok: boolean;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly line: number | null;
    readonly hint?: string;
  } | null;
}

const byTitle = (result: CallResult): Map<string, Reported> =>
  new Map((result.json() as Reported[]).map(line => [line.title, line]));

/** What a server does with the socket once it has read a request for that path. */
const misbehaviour: Readonly<Record<string, (socket: Socket) => void>> = {
  never: () => {},
  'half-a-head': socket => socket.write('HTTP/1.1 200 OK\r\nContent-Le'),
  'half-a-body': socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc'),
  'breaks-off': socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc'),
  'breaks-a-chunk': socket => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n'),
  closes: socket => socket.destroy(),
  garbage: socket => socket.end('\x00\x01 what is this\r\n\r\n'),
  'garbage-chunk': socket => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
  'garbage-gzip': socket => socket.end('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde'),
  'a-million-header-bytes': socket => {
    const line = `X-Filler: ${'a'.repeat(990)}\r\n`;
    socket.end(`HTTP/1.1 200 OK\r\n${line.repeat(1000)}\r\n`);
  },
  endless: socket => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const block = Buffer.alloc(64 * 1024);
    const fill = (): void => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', fill);
    fill();
  },
  circle: socket => socket.write('HTTP/1.1 302 Found\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n'),
  'redirect-nowhere': socket =>
    socket.write('HTTP/1.1 302 Found\r\nLocation: http://[bad\r\nContent-Length: 0\r\n\r\n'),
};

describe('bad input on the command line', function () {
  // Each call is a process of its own, and others may want the processor.
  this.timeout(60_000);
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let head = '';
    socket.on('data', chunk => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      const path = head.slice(0, head.indexOf(' HTTP/')).split('/').at(-1) ?? '';
      seen.push(path);
      head = '';
      const misbehave = misbehaviour[path];
      if (misbehave) misbehave(socket);
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
    });
  });
  let seen: string[] = [];
  let base = '';
  let folder = '';
  let remove = (): void => {};
  const project = (files: Readonly<Record<string, string>>): string => {
    ({ folder, remove } = folderWith(files));
    return folder;
  };

  before(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  beforeEach(() => {
    seen = [];
  });
  afterEach(() => remove());
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });

  it('says where what is written is wrong, all of it, and sends nothing', async () => {
    const cases: readonly (readonly [file: string, text: string, complaint: RegExp])[] = [
      ['half-method', 'GET\n', /^half-method\.http:1:1: /m],
      ['half-url', 'GET http://\n', /^half-url\.http:1:5: .*not a valid URL\. Write it as https:\/\/host\/path/m],
      ['half-auth', `# @auth\nGET ${base}/\n`, /^half-auth\.http:1:\d: .*scheme/m],
      ['half-header', `GET ${base}/\nContent-\n`, /^half-header\.http:2:1: A header is written/m],
      ['half-lone', `GET ${base}/\n{{x}} y\n`, /^half-lone\.http:2:1: A header is written/m],
      ['half-variable', `GET ${base}/{{x\n`, /^half-variable\.http:1:\d+: .*\{\{name\}\}/m],
      ['quote', `# @auth basic username="a password=b\nGET ${base}/\n`, /^quote\.http:1:24: .*quote is not closed/m],
      ['scheme', `# @auth bassic username=a\nGET ${base}/\n`, /^scheme\.http:1:9: .*Did you mean “basic”\?/m],
      ['field', `# @auth basic username=a\n#   pasword = b\nGET ${base}/\n`, /^field\.http:2:5: .*mean “password”\?/m],
      ['twice', `# @auth basic username=a username=b\nGET ${base}/\n`, /^twice\.http:1:26: .*given twice/m],
      ['choice', `# @auth apikey key=a value=b in=x\nGET ${base}/\n`, /^choice\.http:1:33: .*header, query, cookie/m],
      ['missing', `# @auth bearer\nGET ${base}/\n`, /^missing\.http:1:9: .*token/m],
      ['blank', 'GET http://exa mple.com/\n', /^blank\.http:1:5: .*“exa mple\.com” is no host/m],
      ['port', 'GET http://a:99999/\n', /^port\.http:1:5: /m],
      ['ftp', 'GET ftp://x/\n', /^ftp\.http:1:5: .*not “ftp:”/m],
      ['header-name', `GET ${base}/\nX A: b\n`, /^header-name\.http:2:1: /m],
      ['duration', `# @timeout soon\nGET ${base}/\n`, /^duration\.http:1:12: .*10 s, 500 ms or 2 m/m],
    ];
    project({
      ...Object.fromEntries(cases.map(([file, text]) => [`${file}.http`, text])),
      'fine.http': `GET ${base}/fine\n`,
    });
    const { status, stdout, stderr } = await countersign(folder, ['run', '.', '--strict']);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    for (const [, , complaint] of cases) assert.match(stderr, complaint);
    const places = stderr.split('\n').map(line => /^[^:]+:\d+:\d+/.exec(line)?.[0]);
    assert.equal(new Set(places).size, places.length, 'nothing is said twice of one place');
    assert.deepEqual(seen, []);
  });

  it('sends nothing under an outer @auth that is not whole, nor previews it', async () => {
    const cases: readonly (readonly [text: string, complaint: RegExp])[] = [
      ['# @auth basic username="ann password=x\n', /^collection\.http:1:24: .*quote is not closed/],
      ['# @auth basic username=ann\n#   password x\n', /^collection\.http:2:5: .*no value/],
      ['# @auth basic username=ann\n#   = x\n', /^collection\.http:2:5: .*written name = value/],
      ['# @auth basic username=ann\n\n###\n# @auth none\n', /^collection\.http:4:1: .*Line 1 states/],
      ['# @auth basic username=ann\n# @auth none\n', /^collection\.http:2:1: .*first one counts/],
    ];
    for (const [text, complaint] of cases) {
      project({ 'collection.http': text, 'a.http': `GET ${base}/a\n` });
      const run = await countersign(folder, ['run', 'a.http', '--json']);
      assert.equal(run.status, 1, run.stdout + run.stderr);
      assert.equal((run.json()[0] as Reported).error?.code, 'invalid-value');
      const preview = await countersign(folder, ['preview', 'a.http']);
      assert.equal(preview.status, 2, preview.stdout);
      assert.match(preview.stderr, complaint);
      assert.equal((await countersign(folder, ['parse', 'collection.http'])).status, 2);
      remove();
    }
    assert.deepEqual(seen, []);
  });

  it('sends no request whose values cannot be computed, says where and what to do, and goes on', async () => {
    project({
      'a.http': [
        `@one = {{two}}\n@two = {{one}}`,
        `### circle\nGET ${base}/{{one}}`,
        `### unresolved\nGET ${base}/\nX-A: {{nowhere}}`,
        `### body file\nPOST ${base}/\nContent-Type: text/plain\n\n< ./gone.json`,
        `### template file\nPOST ${base}/\n\n<@ ./gone.json`,
        `### body folder\nPOST ${base}/\n\n< .`,
        `### encoding\nPOST ${base}/\n\n<@klingon ./a.http`,
        `### key file\n# @auth jwt algorithm=RS256\n#   privateKey = < ./gone.pem\nGET ${base}/`,
        `### header line\nGET ${base}/\nX-A: {{evil}}`,
        `### auth line\n# @auth bearer token={{evil}}\nGET ${base}/`,
        `### url line\nGET ${base}/{{evil}}`,
        `### url host\nGET http://{{blank}}/`,
        `### length\nPOST ${base}/length\nContent-Length: 3\n\nabcdef`,
        `### method\nGRPC ${base}/`,
        `### prompt\n# @prompt who Your name\nGET ${base}/{{who}}`,
        `### note\n# @note Really?\nGET ${base}/`,
        `### fine\nGET ${base}/fine`,
        `### header variable\nGET ${base}/\n{{blank}}`,
        `### secret as a header\nGET ${base}/\n{{$secret pair}}`,
        `### header with a line break\nGET ${base}/\n{{broken}}`,
      ].join('\n\n'),
    });
    const args = [
      'run',
      'a.http',
      '--json',
      '--var',
      'evil=a\r\nEvil: 1',
      '--var',
      'blank=a b',
      '--var',
      'broken=A: b\nEvil: 1',
      '--secret',
      'pair=Evil:1',
    ];
    const result = await countersign(folder, args);
    assert.equal(result.status, 1);
    const lines = byTitle(result);
    const error = (title: string) => lines.get(title)?.error;
    for (const [title, code, line, text] of [
      ['circle', 'cyclic-variable', 1, /“one” needs itself: one → two → one/],
      ['unresolved', 'unresolved-variable', 9, /“nowhere”.*Define it in the file/],
      ['body file', 'missing-file', 15, /gone\.json does not exist/],
      ['template file', 'missing-file', 20, /gone\.json does not exist/],
      ['body folder', 'io', 25, /is a folder/],
      ['encoding', 'invalid-value', 30, /“klingon”.*utf-8/],
      ['key file', 'missing-file', 34, /gone\.pem does not exist/],
      ['header line', 'invalid-header', 39, /X-A contains a line break/],
      ['auth line', 'invalid-value', 42, /line break/],
      ['url line', 'invalid-url', 46, /line break/],
      ['url host', 'invalid-url', 49, /“a b” is no host/],
      ['length', 'invalid-header', null, /Content-Length.*Remove the header/],
      ['method', 'foreign-feature', 58, /GRPC/],
      ['prompt', 'unresolved-variable', null, /--var who=…/],
      ['note', 'interaction-required', null, /Really\?.*--yes/],
      ['header variable', 'invalid-header', null, /holds no header.*“Accept: application\/json”/],
      ['secret as a header', 'invalid-header', null, /holds no header/],
      ['header with a line break', 'invalid-header', null, /The value of A contains a line break/],
    ] as const) {
      const found = error(title);
      assert.equal(found?.code, code, title);
      if (line !== null) assert.equal(found?.line, line, title);
      assert.match(`${found?.message} ${found?.hint ?? ''}`, text, title);
      assert.doesNotMatch(`${found?.message} ${found?.hint ?? ''}`, /Evil/, title);
    }
    assert.equal(lines.get('fine')?.status, 200);
    assert.deepEqual(seen, ['fine']);
  });

  it('tells what a server does wrong, in words, and gives up when it is time to', async () => {
    const endless = new Set(['never', 'half-a-head', 'half-a-body', 'endless']);
    const block = (name: string): string =>
      `### ${name}\n${endless.has(name) ? '# @timeout 400 ms\n' : ''}GET ${base}/${name}\n`;
    project({ 'a.http': Object.keys(misbehaviour).map(block).join('\n') });
    const result = await countersign(folder, ['run', 'a.http', '--json', '--parallel', '20']);
    assert.equal(result.status, 1);
    const lines = byTitle(result);
    for (const [title, code, text] of [
      ['never', 'timeout', /within 400 ms.*raise # @timeout/],
      ['half-a-head', 'timeout', /within 400 ms/],
      ['half-a-body', 'timeout', /within 400 ms/],
      ['endless', 'timeout', /within 400 ms/],
      ['breaks-off', 'connection-lost', /before the response was complete/],
      ['breaks-a-chunk', 'connection-lost', /before the response was complete/],
      ['closes', 'connection-lost', /before the response was complete/],
      ['garbage', 'protocol', /not HTTP/],
      ['garbage-chunk', 'protocol', /not HTTP/],
      ['garbage-gzip', 'protocol', /not valid gzip.*Accept-Encoding: identity/],
      ['a-million-header-bytes', 'protocol', /headers .* larger.*256 KiB/],
      ['circle', 'too-many-redirects', /in a circle.*@no-redirect/],
      ['redirect-nowhere', 'invalid-url', /not a valid URL.*@no-redirect/],
    ] as const) {
      const found = lines.get(title);
      assert.equal(found?.ok, false, title);
      assert.equal(found?.error?.code, code, title);
      assert.match(`${found?.error?.message} ${found?.error?.hint ?? ''}`, text, title);
    }
    assert.equal(result.stderr, '');
  });

  it('takes the timeout of the call where the request has none', async () => {
    project({ 'a.http': `GET ${base}/never\n` });
    const result = await countersign(folder, ['run', 'a.http', '--json', '--timeout', '150ms']);
    assert.equal(result.status, 1);
    assert.match((result.json()[0] as Reported).error?.message ?? '', /within 150 ms/);
  });

  it('stops an endless body at Ctrl-C, and leaves no temporary file', async () => {
    project({ 'a.http': `### first\nGET ${base}/first\n\n### endless\nGET ${base}/endless\n` });
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    let stop: NodeJS.Timeout | undefined;
    const interrupted = await countersign(folder, ['run', 'a.http'], {
      env: { TMPDIR: temporary },
      onStdout: kill => {
        stop ??= setInterval(() => {
          if (readdirSync(temporary).length === 0) return;
          clearInterval(stop);
          kill('SIGINT');
        }, 10);
      },
    });
    clearInterval(stop);
    assert.equal(interrupted.status, 130);
    assert.deepEqual(readdirSync(temporary), []);
  });

  it('reports a folder of temporary files that cannot be written to', async () => {
    project({ 'a.http': `GET ${base}/endless\n` });
    const result = await countersign(folder, ['run', 'a.http', '--json'], { env: { TMPDIR: join(folder, 'gone') } });
    assert.equal(result.status, 1);
    const { error } = result.json()[0] as Reported;
    assert.equal(error?.code, 'io');
    assert.match(error?.hint ?? '', /gone/);
  });

  it('refuses files that are no text, without writing them to the terminal', async () => {
    project({ 'fine.http': `GET ${base}/fine\n` });
    writeFileSync(join(folder, 'binary.http'), Buffer.from([0x89, 0x50, 0x1b, 0x5b, 0x32, 0x4a, 0, 0xff, 10, 0, 1]));
    writeFileSync(join(folder, 'escape.http'), `GET ${base}/\nX\x1b[2J\x07: b\n`);
    mkdirSync(join(folder, 'folder.d'));
    const calls = [
      ['run', '.'],
      ['parse', 'binary.http'],
      ['preview', 'binary.http'],
    ].map(async args => {
      const { status, stdout, stderr } = await countersign(folder, args);
      assert.equal(status, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^countersign: binary\.http is not a text file: byte 7 is NUL/);
    });
    await Promise.all(calls);
    const escaped = await countersign(folder, ['run', 'escape.http']);
    assert.equal(escaped.status, 2);
    const previewed = await countersign(folder, ['preview', 'escape.http']);
    assert.doesNotMatch(escaped.stderr + previewed.stderr + previewed.stdout, /[\x00-\x09\x0b-\x1f]/);
    assert.match((await countersign(folder, ['preview', 'folder.d'])).stderr, /folder\.d is a folder, not a file/);
    assert.deepEqual(seen, []);
  });

  it('reads a file of 50 MB', async () => {
    project({});
    const blocks = `### title\nGET ${base}/\nAccept: application/json\n\n`;
    writeFileSync(join(folder, 'large.http'), `POST ${base}/\n\n${'x'.repeat(48_000_000)}\n\n${blocks.repeat(10)}`);
    const { status, stdout } = await countersign(folder, ['parse', 'large.http']);
    assert.equal(status, 0);
    assert.equal(stdout.trim().split('\n').length, 12);
  });

  it('ends with 2 where an environment or its file is wrong, and sends nothing', async () => {
    project({ 'a.http': `GET ${base}/\n`, 'bad.json': '{"dev": {', 'http-client.env.json': '{"dev":{}}' });
    const calls = (
      [
        [['--env', 'def'], /no environment named “def”/],
        [['--env-file', 'bad.json', '--env', 'dev'], /^bad\.json:1: .*not valid JSON/],
        [['--reporter', 'junit=gone/out.xml'], /cannot be written to gone\/out\.xml: its folder does not exist/],
        [['--reporter', 'pdf'], /no reporter “pdf”/],
        [['--timeout', 'soon'], /--timeout takes a duration/],
        [['--var', 'novalue'], /--var takes name=value/],
        [['--secret', 'hunter2'], /--secret takes name=value/],
        [['--dry-run'], /does not take --dry-run/],
      ] as const
    ).map(async ([args, complaint]) => {
      const { status, stderr } = await countersign(folder, ['run', 'a.http', ...args]);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, complaint);
      assert.doesNotMatch(stderr, /hunter2/);
    });
    await Promise.all(calls);
    assert.deepEqual(seen, []);
  });

  it('says which parts of other tools’ dialects it leaves out, once per file', async () => {
    project({
      'a.http': `GET ${base}/a\n?? js 1 == 1\n?? js true\n\n### b\n# @loop 3\nGET ${base}/b\n`,
    });
    const { status, stderr } = await countersign(folder, ['run', 'a.http']);
    assert.equal(status, 0);
    assert.match(stderr, /^a\.http:2:1: warning: Assertions that are scripts .* \(2 times in this file\)$/m);
    assert.match(stderr, /^a\.http:6:1: warning: “@loop”/m);
    assert.deepEqual(seen, ['a', 'b']);
  });
});
