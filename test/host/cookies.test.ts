import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { StoredCookie } from '../../src/cookies/stored-cookie.ts';
import type { CountersignError } from '../../src/core/errors.ts';
import { CookiesView } from '../../src/extension/cookies/cookies-view.ts';
import { WorkspaceCookies } from '../../src/extension/cookies/workspace-cookies.ts';
import { Person } from './person.ts';

describe('cookies in the host', () => {
  let folder: string;
  let person: Person;
  let secrets: Map<string, string>;
  let cookies: WorkspaceCookies;
  let view: CookiesView;
  let environment: string | undefined;

  const open = (locked = false): WorkspaceCookies =>
    new WorkspaceCookies({
      storageUri: vscode.Uri.file(folder),
      secrets: {
        get: async (name: string) => secrets.get(name),
        store: async (name: string, value: string) => {
          if (locked) throw new Error('the keychain is locked');
          secrets.set(name, value);
        },
      } as unknown as vscode.SecretStorage,
    });
  const cookie: StoredCookie = {
    ...{
      name: 'session',
      value: 'very-secret',
      domain: 'acme.test',
      path: '/',
      hostOnly: true,
      secure: false,
      httpOnly: true,
    },
    expiresAt: Date.now() + 3_600_000,
  };
  const run = async (name: string, node?: unknown): Promise<void> => {
    await person.commands.get(`countersign.cookies.${name}`)?.(node);
  };
  const rows = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const domain of await view.getChildren()) {
      const { label, description } = await view.getTreeItem(domain);
      found.push(`${label} ${description}`);
      for (const row of await view.getChildren(domain)) found.push(`- ${(await view.getTreeItem(row)).label}`);
    }
    return found;
  };
  const firstCookie = async (): Promise<unknown> => {
    const [domain] = await view.getChildren();
    return (await view.getChildren(domain))[0];
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-cookies-'));
    secrets = new Map();
    environment = undefined;
    person = new Person();
    cookies = open();
    view = new CookiesView({
      cookies,
      state: { get: (_: string, otherwise: unknown) => otherwise, update: async () => {} } as never,
      console: { error: (error: CountersignError) => error } as never,
      selected: () => environment,
      onDidSelect: new vscode.EventEmitter<void>().event,
    });
  });

  afterEach(async () => {
    person.leave();
    view.dispose();
    cookies.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('are kept over a restart, encrypted, for each environment apart', async () => {
    await (await cookies.of('dev')).put([cookie]);
    await cookies.save();
    const [file = ''] = await readdir(join(folder, 'cookies'));
    assert.ok(!(await readFile(join(folder, 'cookies', file), 'utf8')).includes('very-secret'));
    const next = open();
    assert.equal((await next.of('dev')).cookiesFor('http://acme.test/')[0]?.value, 'very-secret');
    assert.deepEqual((await next.of('prod')).list(), []);
    assert.deepEqual((await next.of()).list(), []);
    await next.clear();
    assert.deepEqual(await readdir(join(folder, 'cookies')), []);
    next.dispose();
  });

  it('are never written in the clear where the keychain is locked', async () => {
    const locked = open(true);
    await (await locked.of()).put([cookie]);
    await locked.save();
    await assert.rejects(readdir(join(folder, 'cookies')));
    assert.equal((await locked.of()).list().length, 1);
    locked.dispose();
  });

  it('are shown by domain without their values, and added, edited and deleted', async () => {
    await (await cookies.of()).put([cookie]);
    person.typed.push('.Example.com', 'a=1; Path=/x; Secure; Max-Age=60');
    await run('add');
    assert.deepEqual(await rows(), ['acme.test 1', '- session', 'example.com 1', '- a']);
    const node = await firstCookie();
    const { label, description, tooltip } = await view.getTreeItem(node as never);
    assert.ok(![label, description, tooltip].join('\n').includes('very-secret'));
    person.typed.push('changed');
    await run('edit', node);
    assert.equal((await cookies.of()).cookiesFor('http://acme.test/')[0]?.value, 'changed');
    await run('copyValue', await firstCookie());
    assert.equal(await vscode.env.clipboard.readText(), 'changed');
    await run('delete', (await view.getChildren())[0]);
    assert.deepEqual(await rows(), ['example.com 1', '- a']);
    environment = 'prod';
    assert.deepEqual(await rows(), []);
    person.choices.push('Delete All');
    await run('clear');
    environment = undefined;
    assert.deepEqual(await rows(), []);
  });

  it('refuses a domain that is open to everybody', async () => {
    person.typed.push('.co.uk', 'a=1');
    await run('add');
    assert.match(person.shown[0]?.message ?? '', /No cookie can be set for all of \.co\.uk/);
  });

  it('come from a file and go to one, after a warning', async () => {
    const file = join(folder, 'in.txt');
    await writeFile(file, 'acme.test\tFALSE\t/\tFALSE\t0\tone\t1\nno cookie\n');
    person.file = vscode.Uri.file(file);
    await run('import');
    assert.match(person.shown[0]?.message ?? '', /Cookies imported: 1\. Skipped: 1\./);
    person.file = vscode.Uri.file(join(folder, 'out.json'));
    await run('export');
    await assert.rejects(readFile(person.file.fsPath));
    person.choices.push('Export');
    await run('export');
    assert.deepEqual(
      JSON.parse(await readFile(person.file.fsPath, 'utf8')).map(({ name }: StoredCookie) => name),
      ['one'],
    );
    await writeFile(file, 'nothing of the kind\n');
    person.file = vscode.Uri.file(file);
    await run('import');
    assert.match(person.shown.at(-1)?.message ?? '', /holds no cookies/);
  });
});
