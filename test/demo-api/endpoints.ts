import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { SeenRequest } from './check.ts';
import { credentials } from './credentials.ts';
import { issueToken } from './issued-tokens.ts';

export type Respond = (
  request: SeenRequest,
  response: ServerResponse<IncomingMessage>,
  rest: string,
) => void | Promise<void>;

/** What the server saw, as it answers it. */
export function describe(request: SeenRequest): Record<string, unknown> {
  const { method, target, url, headers, body } = request;
  const text = body.toString('utf8');
  const isText = Buffer.from(text).equals(body);
  return {
    method,
    target,
    query: [...url.searchParams],
    headers,
    body: body.length === 0 ? null : isText ? { text } : { base64: body.toString('base64') },
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`));
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length }).end(body);
}

const encoders = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync, deflate: deflateSync } as const;

function compressed(encoding: keyof typeof encoders): Respond {
  return (request, response) => {
    const body = encoders[encoding](Buffer.from(`${JSON.stringify({ encoding, ...describe(request) })}\n`));
    response.setHeader('Content-Encoding', encoding);
    send(response, 200, 'application/json', body);
  };
}

/** A 4 × 4 picture, red and white. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAFElEQVR4nGP4z8DwHxkzkC6AJgMAoqUX6eWm8WYAAAAASUVORK5CYII=',
  'base64',
);

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Demo</title>
<h1>Hello from the demo API</h1><p>This page is <b>HTML</b>.</p>
<script>document.body.append(' A script ran.');</script></html>\n`;

/** The first segment of the path → what answers; `rest` is what follows it, without the slash. */
export const endpoints: Readonly<Record<string, Respond>> = {
  '': (request, response) => sendJson(response, 200, { endpoints: Object.keys(endpoints), ...describe(request) }),
  echo: (request, response) => sendJson(response, 200, describe(request)),
  json: (request, response) => streamJson(response, Number(request.url.searchParams.get('size') ?? 3)),
  html: (_, response) => send(response, 200, 'text/html; charset=utf-8', Buffer.from(page)),
  'image.png': (_, response) => send(response, 200, 'image/png', picture),
  binary: (_, response) => send(response, 200, 'application/octet-stream', Buffer.from([...Array(256).keys()])),
  status: (_, response, rest) => {
    const status = Number(rest);
    if (!(status >= 200 && status <= 599)) return sendJson(response, 400, { error: 'give a status from 200 to 599' });
    if (status === 204 || status === 304) response.writeHead(status).end();
    else sendJson(response, status, { status });
  },
  redirect: (request, response) => {
    const status = Number(request.url.searchParams.get('status') ?? 302);
    response.writeHead(status, { Location: request.url.searchParams.get('to') ?? '/echo' }).end();
  },
  slow: (request, response) => {
    const timer = setTimeout(
      () => sendJson(response, 200, { waited: true }),
      Number(request.url.searchParams.get('ms') ?? 1000),
    );
    response.once('close', () => clearTimeout(timer));
  },
  gzip: compressed('gzip'),
  br: compressed('br'),
  zstd: compressed('zstd'),
  deflate: compressed('deflate'),
  cookies: (request, response) => {
    const set = [...request.url.searchParams].map(([name, value]) => `${name}=${value}; Path=/; HttpOnly`);
    if (set.length > 0) response.setHeader('Set-Cookie', set);
    sendJson(response, 200, { cookies: request.headers.cookie ?? null, set });
  },
  login: (request, response) => {
    const given = parseLogin(request.body);
    if (given?.username !== credentials.user || given.password !== credentials.password) {
      return sendJson(response, 401, { error: 'wrong user name or password' });
    }
    sendJson(response, 200, { token: issueToken(credentials.user), tokenType: 'Bearer', user: credentials.user });
  },
};

function parseLogin(body: Buffer): { username?: unknown; password?: unknown } | undefined {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** An array of about `size` items, written as it is read, so that a large one costs the server nothing. */
async function streamJson(response: ServerResponse, size: number): Promise<void> {
  let goOn = (): void => undefined;
  response.on('drain', () => goOn()).once('close', () => goOn());
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write('[\n');
  for (let index = 0; index < size && !response.destroyed; index++) {
    const item = {
      id: index + 1,
      name: `Item ${index + 1}`,
      tags: ['demo', index % 2 ? 'odd' : 'even'],
      price: index * 1.25,
    };
    const comma = index + 1 < size ? ',' : '';
    if (!response.write(`  ${JSON.stringify(item)}${comma}\n`)) {
      await new Promise<void>(resolve => {
        goOn = resolve;
      });
    }
  }
  response.end(']\n');
}
