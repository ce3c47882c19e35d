import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The rooms that each room may import besides itself, in the order of the house: no arrow climbs. */
const engine = ['language', 'core', 'auth', 'cookies', 'scripting', 'sending'];
const features = {
  'features/diagnostics': engine,
  'features/completion': [...engine, 'features/diagnostics'],
  'features/collections': [...engine, 'features/diagnostics'],
  'features/refactoring': [...engine, 'features/diagnostics', 'features/collections'],
  'features/form': engine,
  'features/presentation': [...engine, 'features/diagnostics', 'features/completion'],
  'features/navigation': [...engine, 'features/diagnostics'],
};
const world = [...engine, 'http', 'node'];
const hosted = [...world, 'convert', ...Object.keys(features)];
const rooms: Readonly<Record<string, readonly string[]>> = {
  language: [],
  core: ['language'],
  auth: ['language', 'core'],
  cookies: ['language', 'core'],
  http: ['language', 'core', 'auth', 'cookies'],
  scripting: ['language', 'core'],
  sandbox: ['scripting'],
  sending: engine,
  convert: engine,
  node: ['language', 'core', 'auth', 'cookies', 'scripting', 'sandbox'],
  ...features,
  webview: [...engine, ...Object.keys(features)],
  extension: hosted,
  cli: hosted,
};

/** Rooms that may reach sockets, files and processes. */
const worldly = new Set(['http', 'node', 'sandbox', 'extension', 'cli']);
const worldModule =
  /^(fs|fs\/promises|net|tls|dgram|dns|dns\/promises|http|https|http2|child_process|worker_threads|cluster|os|undici)$/;

/** What a panel and its host share: the messages between them, with their checks, and the words that the host hands in. */
const panelContract = /\/(messages|texts)\.ts$/;

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const pattern =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** The room that a file of `src/` stands in: its folder, in `features/` the folder in that. */
function roomAt(file: string): string {
  const [, room = '', inner = ''] = file.split('/');
  return room === 'features' ? `${room}/${inner}` : room;
}

/** What a source text imports, statically and dynamically. */
function importsOf(file: string, text: string): Import[] {
  const room = roomAt(file);
  return [...text.matchAll(pattern)].map(([, type, named, dynamic]) => {
    return { file, room, target: named ?? dynamic ?? '', typeOnly: type !== undefined, dynamic: dynamic !== undefined };
  });
}

/** The room of `src/` that an import leads to; undefined for a package. */
function roomOf({ file, target }: Import): string | undefined {
  if (!target.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(file), target);
  return path.startsWith('src/') ? roomAt(path) : `outside src/: ${path}`;
}

/** Why an import may not stand, undefined when it may. */
function offence(found: Import): string | undefined {
  const { room, target, typeOnly } = found;
  const bare = target.replace(/^node:/, '');
  const to = roomOf(found);
  if (target === 'vscode') return room === 'extension' ? undefined : 'only extension/ imports vscode';
  if (to !== undefined) {
    if (to === room || rooms[room]?.includes(to)) return undefined;
    if (room === 'extension' && to === 'webview' && panelContract.test(target)) return undefined;
    return `${room}/ may not import ${to}/`;
  }
  if (typeOnly) return undefined;
  if (room === 'language') return 'language/ imports nothing';
  if (isBuiltin(target) && room === 'webview') return 'a webview has no Node';
  if (worldModule.test(bare) && !worldly.has(room))
    return 'only http/, node/ and the hosts reach sockets, files and processes';
  return undefined;
}

/** Ways to show the person a text that VS Code reads as more than text. */
function directWays(text: string): string[] {
  return (
    text.match(
      /\b(?:show(?:Information|Warning|Error)Message|(?<=window\.)(?:withProgress|showInputBox|setStatusBarMessage|createInputBox))\b|\bnew vscode\.MarkdownString\b|\bsupportHtml\b/g,
    ) ?? []
  );
}

/** The circles that a depth-first walk over the files finds, each as `a → b → a`. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) circles.push([...trail.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

describe('the architecture', () => {
  const files = globSync('src/**/*.ts', { cwd: root }).map(file => file.replaceAll('\\', '/'));
  const imports = files.flatMap(file => importsOf(file, readFileSync(join(root, file), 'utf8')));

  it('lets each room import only what it may', () => {
    const offences = imports.flatMap(found => {
      const why = offence(found);
      return why === undefined ? [] : [`${found.file} imports ${found.target}: ${why}`];
    });
    assert.deepEqual(offences, []);
  });

  it('is really read: each room of the table has files that import, and no folder is left out', () => {
    const found = new Set(imports.map(({ room }) => room));
    assert.deepEqual(
      Object.keys(rooms).filter(room => room !== 'language' && !found.has(room)),
      [],
    );
    assert.deepEqual(
      files.filter(file => !rooms[roomAt(file)]),
      [],
    );
  });

  it('asks one module how paths lie to each other: `/` and `sep` part them on some systems, and roots end with one', () => {
    const prefix =
      /(?:starts|ends)With\((?:[^()]*\+ *(?:sep|'\/')|join\([^()]*'\/'\)|[^()]*`\$\{[^`]*\}\/`|`\/\$\{[^`]*`)|\/`\.startsWith\(/;
    // A key’s ID of ASAP and the names in an archive have `/` on every system.
    const noPaths = new Set(['src/auth/schemes/asap.ts', 'src/convert/source-folder.ts']);
    const offences = files.filter(file => !noPaths.has(file) && prefix.test(readFileSync(join(root, file), 'utf8')));
    assert.deepEqual(offences, []);
  });

  it('lets no arrow climb: a room imports only rooms that stand before it', () => {
    const order = Object.keys(rooms);
    for (const [room, others] of Object.entries(rooms)) {
      for (const other of others) {
        if (other !== room) assert.ok(order.indexOf(other) < order.indexOf(room), `${room} → ${other}`);
      }
    }
  });

  it('says its sentences in English alone, where they stand', () => {
    const offences = files.filter(file => /\bl10n\.(?:t\(|bundle)/.test(readFileSync(join(root, file), 'utf8')));
    assert.deepEqual(offences, []);
    assert.doesNotMatch(readFileSync(join(root, 'package.json'), 'utf8'), /"%[\w.]+%"/);
  });

  it('has no circle of files', () => {
    const graph = new Map<string, string[]>();
    for (const { file, target, dynamic } of imports) {
      if (!target.startsWith('.') || dynamic) continue;
      const to = posix.join(posix.dirname(file), target);
      graph.set(file, [...(graph.get(file) ?? []), to]);
    }
    assert.deepEqual(circlesOf(graph), []);
  });

  it('loads no scheme, transport or form with the extension, before something needs one', () => {
    const loaded = new Set(['src/extension/extension.ts']);
    for (const file of loaded) {
      for (const found of imports) {
        if (found.file !== file || found.typeOnly || found.dynamic || !found.target.startsWith('.')) continue;
        loaded.add(posix.join(posix.dirname(file), found.target));
      }
    }
    assert.ok(loaded.has('src/language/block-parser.ts'), 'the imports are followed');
    const late =
      /^src\/(auth\/schemes\/|http\/transport|features\/form\/form-model|sending\/(runner|request-builder)\b)/;
    assert.deepEqual(
      [...loaded].filter(file => late.test(file)),
      [],
    );
  });

  it('speaks to the person through notices and markdown alone, which neutralise foreign text', () => {
    const offences = files.flatMap(file => {
      if (!file.startsWith('src/extension/')) return [];
      return directWays(readFileSync(join(root, file), 'utf8')).map(way => `${file}: ${way}`);
    });
    assert.deepEqual(
      offences.filter(offence => !/^src\/extension\/(notices|markdown)\.ts: /.test(offence)),
      [],
    );
    assert.ok(offences.length > 5, 'the ways are found where they are allowed');
  });

  it('lets nothing foreign steer the terminal of the Testing view', () => {
    const users = files.filter(
      file =>
        file.startsWith('src/extension/') &&
        /\bappendOutput\(|\bTestMessage\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    assert.ok(users.length > 0, 'there is one');
    for (const file of users) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [call, argument] of text.matchAll(
        /(?:appendOutput|new vscode\.TestMessage|TestMessage\.diff)\(([^;]*);/g,
      )) {
        assert.match(argument ?? '', /^`?\$?\{?manyLines\(|^text\b/, `${file}: ${call}`);
      }
      assert.doesNotMatch(text, /const text = (?!manyLines\()/, file);
    }
  });

  it('prints by one cleaner alone', () => {
    const direct = files.filter(
      file =>
        file.startsWith('src/cli/') &&
        /\b(stderr|stdout)\.write\(|console\.\w+\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    assert.deepEqual(direct, ['src/cli/standard-error.ts']);
  });

  it('writes no foreign text into Markdown as it is', () => {
    // A code span or a link around a value is only sure from `code` and `escaped`.
    const raw = /`\\`\$\{(?!code|escaped)(detail|preview|value|expression|shown|text)\}\\``/;
    const rooms = files.filter(file => /^src\/features\/(completion|presentation)\//.test(file));
    assert.deepEqual(
      rooms
        .filter(file => raw.test(readFileSync(join(root, file), 'utf8')))
        .filter(file => !file.endsWith('auth-docs.ts')),
      [],
    );
  });

  const forbidden: [file: string, text: string][] = [
    ['src/core/a.ts', "import { x } from '../auth/scheme.ts';"],
    ['src/auth/schemes/a.ts', "import type { x } from '../../http/transport.ts';"],
    ['src/features/a.ts', "import * as vscode from 'vscode';"],
    ['src/features/presentation/hover.ts', "import { x } from '../../http/transport.ts';"],
    ['src/sending/runner.ts', "import type { x } from '../http/transport.ts';"],
    ['src/features/completion/a.ts', "import { x } from '../form/form-model.ts';"],
    ['src/cli/a.ts', "import { x } from '../../test/demo-api/demo-api.ts';"],
    ['src/cli/a.ts', "const x = await import('../extension/extension.ts');"],
    ['src/extension/a.ts', "import { x } from '../webview/response/main.ts';"],
    ['src/auth/a.ts', "import {\n  readFile,\n} from 'node:fs/promises';"],
    ['src/language/a.ts', "import 'undici';"],
    ['src/webview/a/main.ts', "export { x } from 'node:path';"],
  ];
  for (const [file, text] of forbidden) {
    it(`refuses in ${file}: ${text.replace(/\s+/g, ' ')}`, () => {
      assert.notEqual(importsOf(file, text).map(offence)[0], undefined);
    });
  }

  const permitted: [file: string, text: string][] = [
    ['src/extension/a.ts', "import type { x } from '../webview/response/messages.ts';"],
    ['src/auth/a.ts', "import { createHash } from 'node:crypto';"],
  ];
  for (const [file, text] of permitted) {
    it(`permits in ${file}: ${text}`, () => {
      assert.deepEqual(importsOf(file, text).map(offence), [undefined]);
    });
  }
});
