import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { parseCall } from '../../src/cli/arguments.ts';
import { previewCommand } from '../../src/cli/commands/preview.ts';
import { createEngine } from '../../src/cli/engine.ts';
import { createOutput } from '../../src/cli/output.ts';
import { authText } from '../../src/features/collections/auth-shown.ts';
import { CollectionTree } from '../../src/features/collections/collection-tree.ts';
import { TreeListing } from '../../src/features/collections/tree-listing.ts';
import { formModel } from '../../src/features/form/form-model.ts';
import { authHover } from '../../src/features/presentation/auth-hover.ts';
import { authInForce } from '../../src/sending/auth-in-force.ts';
import { previewRequest } from '../../src/sending/preview.ts';
import { runRequest } from '../../src/sending/runner.ts';
import { findScopes } from '../../src/sending/scopes.ts';
import { formWorkspace } from '../features/form-ports.ts';

const signal = new AbortController().signal;
const root = '/w';

type Said = 'nothing' | 'inherit' | 'none' | 'bearer' | 'basic' | 'apikey';

interface GeneratedFile {
  readonly says: Said;
  /** It is said below the requests, or under a title: by a draft, which speaks for nobody. */
  readonly below: boolean;
  /** What each request says; `header`: an Authorization header in shorthand, and no directive. */
  readonly requests: readonly (Said | 'header')[];
}

interface GeneratedFolder {
  readonly collection: GeneratedFile | undefined;
  readonly folder: GeneratedFile | undefined;
  readonly files: readonly GeneratedFile[];
  readonly folders: readonly GeneratedFolder[];
}

const said = fc.constantFrom<Said>('nothing', 'nothing', 'inherit', 'none', 'bearer', 'basic', 'apikey');
const requestSaid = fc.oneof({ weight: 5, arbitrary: said }, { weight: 1, arbitrary: fc.constant('header' as const) });
const fileOf = (minLength: number) =>
  fc.record({ says: said, below: fc.boolean(), requests: fc.array(requestSaid, { minLength, maxLength: 2 }) });
const folderOf = (depth: number): fc.Arbitrary<GeneratedFolder> =>
  fc.record({
    collection: fc.option(fileOf(0), { nil: undefined, freq: 2 }),
    folder: fc.option(fileOf(0), { nil: undefined }),
    files: fc.array(fileOf(1), { minLength: depth === 0 ? 1 : 0, maxLength: 2 }),
    folders: depth === 0 ? fc.constant([]) : fc.array(folderOf(depth - 1), { maxLength: 2 }),
  });

/** The auth that a request has to have, by the rules alone. */
interface Expected {
  /** `none` where nothing is sent. */
  readonly scheme: 'none' | 'bearer' | 'basic' | 'apikey';
  /** The header that it adds, name and value. */
  readonly header: readonly [string, string] | undefined;
  /** Where that was decided; undefined where nobody decides. */
  readonly from: string | undefined;
  readonly level: 'request' | 'file' | 'folder' | 'collection' | undefined;
  readonly shorthand: boolean;
}

interface GeneratedRequest {
  readonly file: string;
  /** Line of its separator, from 1. */
  readonly line: number;
  readonly url: string;
  readonly expected: Expected;
}

interface Step extends Pick<Expected, 'level' | 'scheme' | 'header' | 'from'> {
  readonly says: Said;
  readonly directive?: string;
}

/** Writes a tree of collections, and says beside it what is in force for each request. */
class Generation {
  readonly files: Record<string, string> = {};
  readonly requests: GeneratedRequest[] = [];
  #serial = 0;

  constructor(top: GeneratedFolder) {
    this.#folder(top, root, []);
  }

  #folder({ collection, folder, files, folders }: GeneratedFolder, path: string, outer: readonly Step[]): void {
    const whole = collection && this.#file(collection, join(path, 'collection.http'), 'collection', []);
    // What is outside of a collection has no say in it.
    const above = whole ? [whole] : outer;
    const own = folder && this.#file(folder, join(path, 'folder.http'), 'folder', above);
    const around = own ? [own, ...above] : above;
    for (const [index, file] of files.entries()) this.#file(file, join(path, `${index}.http`), 'file', around);
    for (const [index, inner] of folders.entries()) this.#folder(inner, join(path, `f${index}`), around);
  }

  #file(
    { says, below, requests }: GeneratedFile,
    path: string,
    level: 'file' | 'folder' | 'collection',
    above: readonly Step[],
  ): Step {
    const lines: string[] = [];
    const state = (what: Said, at: Step['level']): Step => {
      const serial = ++this.#serial;
      const step = stepOf(what, serial, `${path}:${lines.length + 1}`, at);
      if (step.directive !== undefined) lines.push(step.directive);
      return step;
    };
    const own = below ? stepOf('nothing', ++this.#serial, path, level) : state(says, level);
    for (const what of requests) {
      const line = lines.push('### A request');
      const serial = ++this.#serial;
      const url = `https://x.test/${serial}`;
      const header = what === 'header';
      const step = state(header ? 'nothing' : what, 'request');
      lines.push(`GET ${url}`);
      if (header) lines.push(`Authorization: Basic h${serial} p`);
      lines.push('');
      const found = decided([step, own, ...above]);
      const shorthand: Expected = {
        scheme: 'basic',
        header: basic(`h${serial}`),
        from: `${path}:${line + 2}`,
        level: 'request',
        shorthand: true,
      };
      this.requests.push({ file: path, line, url, expected: header && found.scheme === 'none' ? shorthand : found });
    }
    if (below) {
      const draft = stepOf(says, ++this.#serial, path, level);
      lines.push(requests.length > 0 ? '###' : '### A draft', draft.directive ?? '# nothing');
    }
    this.files[path] = `${lines.join('\n')}\n`;
    return own;
  }
}

const basic = (user: string): [string, string] => [
  'Authorization',
  `Basic ${Buffer.from(`${user}:p`).toString('base64')}`,
];

function stepOf(says: Said, serial: number, from: string, level: Step['level']): Step {
  switch (says) {
    case 'nothing':
      return { says, scheme: 'none', header: undefined, from, level };
    case 'inherit':
    case 'none':
      return { says, scheme: 'none', header: undefined, from, level, directive: `# @auth ${says}` };
    case 'bearer':
      return {
        ...{ says, scheme: says, from, level, header: ['Authorization', `Bearer t${serial}`] },
        directive: `# @auth bearer token=t${serial}`,
      };
    case 'basic':
      return {
        ...{ says, scheme: says, from, level, header: basic(`u${serial}`) },
        directive: `# @auth basic username=u${serial} password=p`,
      };
    case 'apikey':
      return {
        ...{ says, scheme: says, from, level, header: ['X-Key', `k${serial}`] },
        directive: `# @auth apikey key=X-Key value=k${serial}`,
      };
  }
}

function decided(levels: readonly Step[]): Expected {
  const deciding = levels.find(({ says }) => says !== 'nothing' && says !== 'inherit');
  if (!deciding) return { scheme: 'none', header: undefined, from: undefined, level: undefined, shorthand: false };
  const { scheme, header, from, level } = deciding;
  return { scheme, header, from, level, shorthand: false };
}

const labels = { none: 'No Auth', bearer: 'Bearer Token', basic: 'Basic Auth', apikey: 'API Key' } as const;

function described({ scheme, level, shorthand }: Expected): string {
  const name = scheme === 'none' ? 'No auth' : labels[scheme];
  if (shorthand) return `${name} · from the header`;
  return level === undefined || level === 'request' ? name : `${name} · inherited`;
}

const placeOf = ({ file, line }: { readonly file: string; readonly line: number }): string => `${file}:${line}`;

interface Added {
  readonly name: string;
  readonly value: string;
  readonly origin: { readonly by: string; readonly file?: string; readonly line?: number };
}

const addedBy = (headers: readonly Added[]): readonly (readonly [string, string])[] =>
  headers.filter(({ origin }) => origin.by === 'auth').map(({ name, value }) => [name, value]);

/** Everything in the extension that shows or sends a request's auth. */
async function checkViews({ files, requests }: Generation): Promise<void> {
  const workspace = formWorkspace(files);
  const { ports } = workspace;
  const rows = new CollectionTree(ports.workspace, new TreeListing([root], Object.keys(files)));
  const sent: (readonly Added[])[] = [];
  const running = {
    ...ports,
    transport: {
      send: async ({ headers }: { readonly headers: readonly Added[] }) => {
        sent.push(headers);
        return {
          ...{ status: 204, statusText: '', httpVersion: '1.1', headers: [], body: (async function* () {})() },
          ...{ bytes: async () => new Uint8Array(), discard: async () => {}, timing: () => ({ total: 0 }) },
        };
      },
    },
    storeBody: async () => ({
      ...{ size: 0, start: async () => new Uint8Array(), open: () => (async function* () {})() },
      dispose: async () => {},
    }),
    defaults: {},
  };
  for (const { file, line, url, expected } of requests) {
    const tree = workspace.tree(file);
    const block = tree.blocks.findIndex(placed => placed.line === line - 1);
    const target = { file, tree, block };
    const where = `${file}:${line}`;
    const header = expected.header ? [expected.header] : [];

    const { scopes } = await findScopes(file, tree, ports.workspace);
    const decision = authInForce(file, tree, block, scopes);
    assert.equal(decision.statement?.scheme ?? 'none', expected.scheme, where);
    assert.equal(decision.from && placeOf(decision.from), expected.from, where);
    assert.equal(decision.from?.level, expected.level, where);

    const row = await rows.requestAt(file, line - 1);
    assert.equal(row && authText(row.auth), described(expected), `tree, ${where}`);

    const hover = authHover(decision, placeOf);
    const shown = /^\*\*Authorization: (.*?)\*\*(?:, from \[.*?\]\((.*?)\)|(, from the request itself))?/.exec(hover);
    assert.equal(shown?.[1], labels[expected.scheme], `hover, ${where}`);
    if (expected.shorthand) assert.ok(shown?.[3], `hover, ${where}`);
    else assert.equal(shown?.[2], expected.from, `hover, ${where}`);

    const formTarget = { ...target, level: 'request' as const };
    const { effect, request } = formModel(formTarget, await workspace.context(formTarget), new Set<string>());
    assert.deepEqual(
      effect.parts.map(part => [part.name, `${part.file}:${part.line}`]),
      header.map(([name]) => [name, expected.from]),
      `form, ${where}`,
    );
    const generated = request?.hiddenHeaders.filter(part => part.file !== undefined).map(({ name }) => name);
    assert.deepEqual(
      generated,
      header.map(([name]) => name),
      `form’s headers, ${where}`,
    );
    assert.equal(effect.sentence.startsWith(expected.scheme === 'none' ? 'No auth' : labels[expected.scheme]), true);

    const preview = await previewRequest(target, ports, signal);
    assert.equal(preview.request.url, url);
    assert.deepEqual(addedBy(preview.request.headers), header, `preview, ${where}`);
    assert.equal(preview.decision.from && placeOf(preview.decision.from), expected.from, `preview, ${where}`);

    const result = await runRequest(target, running, { signal });
    assert.equal(result.error, undefined);
    assert.deepEqual(addedBy(sent.splice(0).flat()), header, `run, ${where}`);
  }
}

/** `countersign preview --json` of every request of the tree, written to a folder. */
async function checkCommand({ files, requests }: Generation, folder: string): Promise<void> {
  const onDisk = (file: string): string => join(folder, relative(root, file));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(onDisk(file)), { recursive: true });
    writeFileSync(onDisk(file), text);
  }
  const engine = createEngine(parseCall([]), folder);
  try {
    for (const { file, line, expected } of requests) {
      const path = relative(root, file);
      let printed = '';
      const output = createOutput(text => {
        printed += text;
      }, false);
      const call = parseCall(['preview', path, '--line', String(line), '--json', '--show-secrets']);
      const context = { call, output, stderr: output, current: folder, commands: {} };
      assert.equal(await previewCommand(context, engine, signal), 0);
      const { auth, headers } = JSON.parse(printed) as {
        readonly auth: { readonly scheme: string; readonly from: { file: string; line: number; level: string } | null };
        readonly headers: readonly Added[];
      };
      assert.equal(auth.scheme, expected.scheme, `${path}:${line}`);
      assert.equal(auth.from ? `${root}/${placeOf(auth.from)}` : undefined, expected.from, `${path}:${line}`);
      assert.equal(auth.from?.level, expected.level, `${path}:${line}`);
      assert.deepEqual(addedBy(headers), expected.header ? [expected.header] : [], `${path}:${line}`);
    }
  } finally {
    await engine.close();
  }
}

describe('The auth in force', () => {
  it('is the same in the resolver, tree, hover, form, preview and run, for any tree of collections', async () => {
    await fc.assert(
      fc.asyncProperty(folderOf(2), top => checkViews(new Generation(top))),
      { numRuns: 100 },
    );
  });

  it('is the same in countersign preview --json, for any tree of collections', async () => {
    await fc.assert(
      fc.asyncProperty(folderOf(2), async top => {
        const folder = mkdtempSync(join(tmpdir(), 'countersign-agreement-'));
        try {
          await checkCommand(new Generation(top), folder);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is decided by statements of every kind and at every level in the trees that are generated', () => {
    const seen = new Set<string>();
    for (const top of fc.sample(folderOf(2), { numRuns: 100, seed: 1 })) {
      for (const { expected } of new Generation(top).requests) seen.add(`${expected.scheme} ${expected.level}`);
    }
    for (const level of ['request', 'file', 'folder', 'collection']) {
      for (const scheme of Object.keys(labels)) assert.ok(seen.has(`${scheme} ${level}`), `${scheme} at ${level}`);
    }
    assert.ok(seen.has('none undefined'));
  });
});
