import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { toCurl } from '../../src/convert/curl/curl.ts';
import { parseCurl } from '../../src/convert/curl/curl-import.ts';
import { curlText } from '../../src/convert/curl/curl-text.ts';
import { createPipeline, documentFolder } from '../auth/pipeline.ts';
import { type InteropCase, program } from './case.ts';

/** Commands that the request made of them sends to the letter. */
const pasted = [
  `curl 'URL/a?x=%20+c' -H 'accept: */*' -b 'a=1; b=2' --compressed`,
  `curl 'URL/a\\[1\\]' -H 'X-A;' -H 'X-B:' -H 'X-C: 1;2'`,
  `curl -g 'URL/?ids[]=1&ids[]=2'`,
  `curl 'URL/p' --data-raw $'{"a":"it\\'s \\u00e9"}' -H 'content-type: application/json'`,
  `curl 'URL/p' --data-raw ''`,
  `curl 'URL/p' -H 'Content-Type:' --data-raw x`,
  `curl 'URL/p' --data-binary @a.json -H 'Content-Type: application/json'`,
  `curl 'URL/p' --json @a.json`,
  `curl 'URL/p' --json '{"a":' --json '1}'`,
  `curl 'URL/p' -H 'content-type: multipart/form-data; boundary=XX' --data-raw $'--XX\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n--XX--\\r\\n'`,
  `curl 'URL/p' -F a=1 -F 'f=@b.txt' -F 'g=<b.txt' -F 'h=@"a.json";type=application/json;filename="x y.json"' --form-string 's=@x;y'`,
  `curl 'URL/p' -F 'a="quo\\"ted;x"' -F 'n"q=1' -F 'j={"x":1};type=application/json' -F 'i=@a.json'`,
  `curl 'URL/p?z=1#top' -G -d c=d`,
  `curl -T b.txt URL/dir/`,
  `curl -I URL/p`,
  `curl URL/p -XDELETE -sSLk -o/dev/null -HX-A:1 -dx=1`,
  `curl -u 'ada:p "w" \\x' URL/p`,
  `curl --oauth2-bearer abc URL/p -A 'x y' -e http://ref/ -r 0-5`,
  `curl --proxy-header 'A: b' --max-redirs 3 --limit-rate 100k URL/p`,
  `curl --url URL/a -d x=1 --next URL/b`,
  `curl "URL/p" -H "X-Home: $HOME" -H "X-Braces: \${HOME}/x"`,
];

/** Requests whose copied command sends them to the letter. */
const copied = [
  'GET {{url}}/a?ids[]=1&x=%20\nX-Empty:\nX-Quote: it\'s "$HOME" `id` \\',
  'GET {{url}}/a/../b/./c',
  'POST {{url}}/p',
  'POST {{url}}/p\n\n{"a": "it\'s"}',
  'PUT {{url}}/p\nContent-Type: text/plain\n\n@line one\n%{x} !y\n\nthree',
  'POST {{url}}/p\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2',
  'POST {{url}}/p\nContent-Type: application/x-ndjson\n\n{}\n{}',
  'POST {{url}}/p\nContent-Type: application/octet-stream\n\n< ./b.txt',
  'POST {{url}}/p\nContent-Type: multipart/form-data; boundary=XX\n\n--XX\nContent-Disposition: form-data; name="a"\n\n@1\n--XX\nContent-Disposition: form-data; name="f"; filename="b %22c;.txt"\nContent-Type: text/plain\n\n< ./b.txt\n--XX\nContent-Disposition: form-data; name="g"\n\n< ./b.txt\n--XX--',
  'HEAD {{url}}/p\nCookie: a=1; b=2',
  '# @auth basic username=ada password="p w"\nDELETE {{url}}/p',
  '# @auth apikey key=k value="a&b=[1]" in=query\nGET {{url}}/p',
  '# @auth apikey key=k value=v in=cookie\nGET {{url}}/p',
  '# @auth bearer token=t\nOPTIONS {{url}}/p',
];

interface Arrived {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const files = { 'a.json': '{"a":\n 1}\n', 'b.txt': 'b & c\n' };

/** Runs `use` with a server that keeps what arrives, and a folder of files. */
async function withRecorder(use: (recorder: Recorder) => Promise<string>): Promise<string> {
  const arrived: Arrived[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const headers: string[] = [];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      headers.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
    }
    arrived.push({
      line: `${incoming.method} ${incoming.url}`,
      headers,
      body: Buffer.concat(chunks).toString('latin1'),
    });
    outgoing.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = documentFolder(files);
  const pipeline = createPipeline({ url, 'processEnv HOME': process.env.HOME ?? '' }, folder.path);
  const taken = async (send: () => Promise<unknown>): Promise<Arrived> => {
    arrived.length = 0;
    await send();
    const [first] = arrived;
    assert.ok(first, 'nothing arrived');
    return first;
  };
  try {
    return await use({
      url,
      pipeline,
      shell: command =>
        taken(() => promisify(execFile)('bash', ['-c', command], { cwd: folder.path }).catch(() => undefined)),
      engine: text =>
        taken(async () => {
          const { error } = await pipeline.run(text);
          if (error) throw error;
        }),
    });
  } finally {
    await pipeline.close();
    server.closeAllConnections();
    server.close();
    folder.remove();
  }
}

interface Recorder {
  readonly url: string;
  readonly pipeline: ReturnType<typeof createPipeline>;
  shell(command: string): Promise<Arrived>;
  engine(text: string): Promise<Arrived>;
}

/** What two requests have to agree on: boundaries, and the headers by which the clients introduce themselves, aside. */
function comparable({ line, headers, body }: Arrived, aside: RegExp): string {
  const boundary = headers.map(header => /^content-type:.*boundary=(\S+)/i.exec(header)?.[1]).find(Boolean);
  const kept = headers
    .filter(header => !aside.test(header))
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const text = [line, ...kept, '', body].join('\n');
  return boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY').replace(/content-length: \d+\n/i, '');
}

const curl = program('curl');
const missing = (): string | undefined => (curl === undefined || program('bash') === undefined ? 'curl' : undefined);

export const curlCases: readonly InteropCase[] = [
  {
    name: 'curl commands as requests',
    missing,
    run: () =>
      withRecorder(async ({ url, shell, engine }) => {
        const aside = /^(?:host|user-agent|accept|accept-encoding|connection|content-length|expect):/i;
        for (const text of pasted) {
          const command = text.replaceAll('URL', url);
          const read = parseCurl(command);
          assert.ok(read, command);
          const request = curlText(read).replaceAll('{{$processEnv HOME}}', process.env.HOME ?? '');
          assert.equal(
            comparable(await engine(request), aside),
            comparable(await shell(command.replace(/^curl/, 'curl -s')), aside),
            text,
          );
        }
        return `${pasted.length} commands arrive as curl sends them`;
      }),
  },
  {
    name: 'requests as curl commands',
    missing,
    run: () =>
      withRecorder(async ({ pipeline, shell, engine }) => {
        // curl offers the encodings that it was built with.
        const aside = /^(?:connection|accept-encoding|expect):/i;
        for (const text of copied) {
          const { request, auth } = await pipeline.preview(`${text}\n`);
          const command = toCurl(request, { shell: 'sh', secrets: true, auth });
          assert.equal(
            comparable(await shell(command.replace(/^curl/, 'curl -s')), aside),
            comparable(await engine(`${text}\n`), aside),
            command,
          );
        }
        return `${copied.length} copied commands send what is sent`;
      }),
  },
];
