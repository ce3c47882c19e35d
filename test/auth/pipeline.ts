import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthMemories } from '../../src/auth/memories.ts';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { bodyBytes, type HttpRequest, requestUrl } from '../../src/core/request.ts';
import { literalLayer } from '../../src/core/variable-layer.ts';
import { storeBody } from '../../src/http/stored-body.ts';
import { createTransport } from '../../src/http/transport.ts';
import { parse } from '../../src/language/parser.ts';
import { nodeFiles } from '../../src/node/files.ts';
import { nodeRandom } from '../../src/node/random.ts';
import { type Preview, previewRequest } from '../../src/sending/preview.ts';
import { RequestVariables } from '../../src/sending/request-variables.ts';
import { type RunResult, runRequest } from '../../src/sending/runner.ts';
import type { RunnerPorts } from '../../src/sending/runner-ports.ts';
import type { RequestTarget } from '../../src/sending/workspace.ts';
import type { Check, SeenRequest, Verdict } from '../demo-api/check.ts';

/** The whole way from the text of a document to the bytes on the wire, as the hosts put it together. */

export interface World {
  readonly now?: () => number;
  readonly random?: (length: number) => Uint8Array;
  /** Changes what goes over the wire, as somebody in the middle would. */
  readonly tamper?: (request: HttpRequest) => HttpRequest;
  readonly environment?: string;
}

export interface Pipeline {
  /** Sends the first request of a text. */
  run(text: string, world?: World): Promise<RunResult>;
  preview(text: string, world?: World): Promise<Preview>;
  close(): Promise<void>;
}

export interface DocumentFolder {
  readonly path: string;
  remove(): void;
}

/** A folder for documents with the files that they name. */
export function documentFolder(files: Readonly<Record<string, string | Uint8Array>>): DocumentFolder {
  const path = mkdtempSync(join(tmpdir(), 'countersign-wire-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** @param variables what `{{name}}` stands for in the texts */
export function createPipeline(variables: Readonly<Record<string, string>>, folder: string): Pipeline {
  const transport = createTransport();
  const memories = createAuthMemories();
  const nothing = (): never => {
    throw new Error('not part of this test');
  };
  const ports = ({ now = Date.now, random, tamper, environment = '' }: World): RunnerPorts => {
    const clock = { now };
    const randomness = random ? { ...nodeRandom, bytes: random } : nodeRandom;
    const values = new RequestVariables({
      commandLine: literalLayer('command-line', Object.entries(variables)),
      environment: () => [],
      ports: { clock, random: randomness, env: {}, secrets: { get: async () => undefined } },
    });
    return {
      workspace: { tree: () => undefined, root: () => folder },
      files: nodeFiles,
      keyFiles: nodeFiles,
      userAgent: 'countersign/test',
      resolvePath: path => join(folder, path),
      async variablesFor({ file, tree, block }, scopes, settings) {
        const placed = tree.blocks[block];
        if (!placed) throw new RangeError(`no block ${block}`);
        return values.forRequest(file, tree, placed, scopes, settings);
      },
      cookies: createCookieJar(),
      transport: tamper ? { send: (request, options) => transport.send(tamper(request), options) } : transport,
      storeBody: (response, signal) => storeBody(response, { signal }),
      driver: {
        ...{ clock, random: randomness, files: nodeFiles, env: {}, memories, environment },
        tokens: { peek: nothing, get: nothing, reject: nothing },
      },
      defaults: {},
    };
  };
  const target = (text: string): RequestTarget => {
    const tree = parse(text);
    const block = tree.blocks.findIndex(placed => placed.block.request);
    return { file: join(folder, 'a.http'), tree, block };
  };
  const { signal } = new AbortController();
  return {
    run: (text, world = {}) => runRequest(target(text), ports(world), { signal }),
    preview: (text, world = {}) => previewRequest(target(text), ports(world), signal),
    close: async () => transport.close?.(),
  };
}

/** One request as it came over a connection. */
export interface Arrival extends SeenRequest {
  /** Every byte, from the request line to the end of the body. */
  readonly raw: Buffer;
  readonly verdict: Verdict | undefined;
}

export interface WireServer {
  readonly url: string;
  readonly arrivals: Arrival[];
  /** What judges from now on, and forgets what has arrived. */
  judge(check: Check): void;
  close(): Promise<void>;
}

/**
 * A server that judges what it receives. Below `/early-307/` it redirects, unjudged, to the rest of the path; below
 * `/late-307/` it does so once it has accepted the request; any other redirect likewise.
 */
export async function wireServer(): Promise<WireServer> {
  let check: Check = () => ({ ok: true, detail: '' });
  const arrivals: Arrival[] = [];
  const received = new WeakMap<Socket, Buffer[]>();
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url: target = '', headers, rawHeaders, socket } = incoming;
    const seen: SeenRequest = {
      ...{ method, target, headers, rawHeaders, socket, body: Buffer.concat(chunks) },
      url: new URL(`http://${headers.host}${target}`),
    };
    const raw = Buffer.concat(received.get(socket)?.splice(0) ?? []);
    const [, when, status, rest = ''] = /^\/(early|late)-(\d+)(\/.*)$/.exec(target) ?? [];
    const verdict = when === 'early' ? undefined : await check(seen);
    arrivals.push({ ...seen, raw, verdict });
    for (const [name, value] of verdict?.headers ?? []) outgoing.appendHeader(name, value);
    if (verdict?.ok === false) outgoing.writeHead(verdict.status ?? 401).end(verdict.detail);
    else if (status !== undefined) outgoing.writeHead(Number(status), { Location: rest }).end();
    else outgoing.end(verdict?.detail);
  });
  server.on('connection', socket => {
    const chunks: Buffer[] = [];
    received.set(socket, chunks);
    socket.prependListener('data', chunk => chunks.push(chunk));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    judge(next) {
      check = next;
      arrivals.length = 0;
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The bytes that a computed request stands for. */
export async function wireBytes(request: HttpRequest): Promise<Buffer> {
  const target = requestUrl(request).replace(/^https?:\/\/[^/?]*/, '');
  const head = [
    `${request.method} ${target} HTTP/1.1`,
    ...request.headers.map(({ name, value }) => `${name}: ${value}`),
  ];
  if (request.cookies.length > 0) {
    head.push(`Cookie: ${request.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')}`);
  }
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), await bodyBytes(request.body)]);
}
