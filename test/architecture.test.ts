import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The rooms that each room may import, itself included. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  language: ['language'],
  core: ['language', 'core'],
  auth: ['language', 'core', 'auth'],
  http: ['language', 'core', 'auth', 'http'],
  features: ['language', 'core', 'auth', 'features'],
  extension: ['language', 'core', 'auth', 'http', 'features', 'extension'],
  webview: ['language', 'core', 'auth', 'features', 'webview'],
  cli: ['language', 'core', 'auth', 'http', 'features', 'cli'],
  build: ['language', 'core', 'auth', 'http', 'features', 'extension', 'webview', 'cli', 'build'],
};

/** Rooms that may reach sockets, files and processes. */
const worldly = new Set(['http', 'extension', 'cli', 'build']);
const world =
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

/** What a source text imports, statically and dynamically. */
function importsOf(file: string, text: string): Import[] {
  const room = file.split('/')[1] ?? '';
  return [...text.matchAll(pattern)].map(([, type, named, dynamic]) => {
    return { file, room, target: named ?? dynamic ?? '', typeOnly: type !== undefined, dynamic: dynamic !== undefined };
  });
}

/** The room of `src/` that an import leads to; undefined for a package. */
function roomOf({ file, target }: Import): string | undefined {
  if (!target.startsWith('.')) return undefined;
  return posix.join(posix.dirname(file), target).split('/')[1];
}

/** Why an import may not stand, undefined when it may. */
function offence(found: Import): string | undefined {
  const { file, room, target, typeOnly } = found;
  const bare = target.replace(/^node:/, '');
  const to = roomOf(found);
  if (target === 'vscode') return room === 'extension' ? undefined : 'only extension/ imports vscode';
  if (to !== undefined) {
    if (allowed[room]?.includes(to)) return undefined;
    if (room === 'extension' && to === 'webview' && panelContract.test(target)) return undefined;
    if (room === 'features' && to === 'http' && (typeOnly || /^runner[.-]/.test(posix.basename(file))))
      return undefined;
    if (room === 'build' && target.includes('/test/demo-api/')) return undefined;
    return `${room}/ may not import ${to}/`;
  }
  if (typeOnly) return undefined;
  if (room === 'language') return 'language/ imports nothing';
  if (isBuiltin(target) && room === 'webview') return 'a webview has no Node';
  if (world.test(bare) && !worldly.has(room)) return 'only http/ and the hosts reach sockets, files and processes';
  return undefined;
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

  it('is really read: rooms, and imports in each of them', () => {
    const rooms = new Set(imports.map(({ room }) => room));
    for (const room of ['core', 'auth', 'http', 'features', 'cli', 'build']) assert.ok(rooms.has(room), room);
    assert.deepEqual(
      [...new Set(files.map(file => file.split('/')[1] ?? ''))].filter(room => !allowed[room]),
      [],
    );
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
    const late = /^src\/(auth\/schemes\/|http\/transport|features\/(form-model|runner|request-builder)\b)/;
    assert.deepEqual(
      [...loaded].filter(file => late.test(file)),
      [],
    );
  });

  const forbidden: [file: string, text: string][] = [
    ['src/core/a.ts', "import { x } from '../auth/scheme.ts';"],
    ['src/auth/schemes/a.ts', "import type { x } from '../../http/transport.ts';"],
    ['src/features/a.ts', "import * as vscode from 'vscode';"],
    ['src/features/hover.ts', "import { x } from '../http/transport.ts';"],
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
    ['src/features/runner-send.ts', "import { x } from '../http/transport.ts';"],
    ['src/extension/a.ts', "import type { x } from '../webview/response/messages.ts';"],
    ['src/auth/a.ts', "import { createHash } from 'node:crypto';"],
    ['src/build/a.ts', "import { x } from '../../test/demo-api/demo-api.ts';"],
  ];
  for (const [file, text] of permitted) {
    it(`permits in ${file}: ${text}`, () => {
      assert.deepEqual(importsOf(file, text).map(offence), [undefined]);
    });
  }
});
