import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { secretCommand } from '../../src/core/secret-commands.ts';
import { secretProviders } from '../../src/core/secret-providers.ts';
import { countersign, folderWith } from './countersign.ts';

/** A program that writes down how it was called and prints `$ANSWER`. */
const standIn =
  '#!/bin/sh\nprintf "%s" "$(basename "$0")" >> "$CALLS"\nfor a in "$@"; do printf " [%s]" "$a" >> "$CALLS"; done\necho >> "$CALLS"\nprintf "%s" "$ANSWER"\n';

(process.platform === 'win32' ? describe.skip : describe)('commands whose output is a secret', () => {
  let server: Server;
  let base = '';
  let seen: (string | undefined)[] = [];
  let folder = '';
  let remove = (): void => {};
  before(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(String(request.headers.authorization));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen = [];
  });
  afterEach(() => remove());
  after(() => server.close());

  /** A project, the user's configuration and programs of those names. */
  function make(files: Readonly<Record<string, string>>, secretCommands: unknown, answer: string) {
    ({ folder, remove } = folderWith(files));
    const config = join(folder, '.home');
    mkdirSync(join(config, 'countersign'), { recursive: true });
    writeFileSync(join(config, 'countersign/config.json'), JSON.stringify({ secretCommands }));
    const bin = join(folder, '.bin');
    mkdirSync(bin);
    for (const name of ['op', 'bw', 'pass', 'vault', 'aws', 'az', 'gcloud']) {
      writeFileSync(join(bin, name), standIn);
      chmodSync(join(bin, name), 0o755);
    }
    const calls = join(folder, 'calls.txt');
    writeFileSync(calls, '');
    const env = {
      ...{ XDG_CONFIG_HOME: config, CALLS: calls, ANSWER: answer },
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    };
    return {
      calls: () => readFileSync(calls, 'utf8').trimEnd().split('\n').filter(Boolean),
      run: (...args: readonly string[]) => countersign(folder, ['run', '.', ...args], { env, process: true }),
    };
  }

  const request = (name = 'key'): string => `# @auth bearer token={{$exec ${name}}}\nGET ${base}/\n`;
  const allow = (name = 'key'): string[] => ['--allow-secret', `exec:${name}=${base}`];

  const expected: Readonly<Record<string, readonly [reference: string, call: string]>> = {
    '1password': ['op://Private/acme api/key', 'op [read] [--no-newline] [op://Private/acme api/key]'],
    bitwarden: ['acme', 'bw [get] [password] [acme]'],
    pass: ["it's/acme", "pass [show] [it's/acme]"],
    vault: ['secret/acme#key', 'vault [kv] [get] [-field=key] [secret/acme]'],
    'aws-secrets-manager': [
      'prod/acme',
      'aws [secretsmanager] [get-secret-value] [--secret-id] [prod/acme] [--query] [SecretString] [--output] [text]',
    ],
    'aws-ssm': [
      '/acme/key',
      'aws [ssm] [get-parameter] [--name] [/acme/key] [--with-decryption] [--query] [Parameter.Value] [--output] [text]',
    ],
    'azure-key-vault': [
      'acme/key',
      'az [keyvault] [secret] [show] [--vault-name] [acme] [--name] [key] [--query] [value] [--output] [tsv]',
    ],
    'azure-token': [
      'https://management.azure.com',
      'az [account] [get-access-token] [--resource] [https://management.azure.com] [--output] [json]',
    ],
    'google-secret-manager': ['acme', 'gcloud [secrets] [versions] [access] [latest] [--secret=acme]'],
    'google-token': ['', 'gcloud [auth] [print-access-token]'],
  };
  for (const { id, value } of secretProviders) {
    it(`asks ${id} as its documentation says, and sends what it prints`, async () => {
      const [reference, call] = expected[id] ?? assert.fail(`nothing is expected of ${id}`);
      const answer = value === undefined ? 'printed-secret' : `{"${value}":"printed-secret","expires_on":4102444800}`;
      const { run, calls } = make({ 'a.http': request() }, { key: { provider: id, reference } }, answer);
      const { status, stderr } = await run(...allow());
      assert.equal(status, 0, stderr);
      assert.deepEqual(calls(), [call]);
      assert.deepEqual(seen, ['Bearer printed-secret']);
    });
  }

  it('runs once for many requests at the same time, and masks what they print', async () => {
    const file = Array.from({ length: 20 }, () => `###\n${request()}`).join('\n');
    const { run, calls } = make({ 'a.http': file }, { key: 'pass show x' }, 'printed-secret');
    const { status, stdout, stderr } = await run(...allow(), '--parallel', '10', '--verbose');
    assert.equal(status, 0, stderr);
    assert.equal(seen.length, 20);
    assert.equal(calls().length, 1);
    assert.doesNotMatch(stdout + stderr, /printed-secret/);
  });

  it('runs again once the value has ended', async () => {
    const past = `{"token":"t-${'x'.repeat(8)}","until":1}`;
    const commands = { key: { command: 'pass x', value: 'token', expires: 'until' } };
    const { run, calls } = make({ 'a.http': `${request()}\n###\n${request()}` }, commands, past);
    assert.equal((await run(...allow())).status, 0);
    assert.equal(calls().length, 2);
  });

  it('does not go to an origin that was not allowed', async () => {
    const { run } = make({ 'a.http': request() }, { key: 'pass x' }, 'printed-secret');
    const { status, stdout } = await run('--allow-secret', 'exec:key=https://api.acme.test');
    assert.equal(status, 1);
    assert.match(stdout, /--allow-secret exec:key=/);
    assert.deepEqual(seen, []);
  });

  it('is named by no file of the project', async () => {
    const files = {
      'a.http': request('theirs'),
      'config.json': '{"secretCommands":{"theirs":"echo owned"}}',
      '.vscode/settings.json': '{"countersign.secretCommands":{"theirs":"echo owned"}}',
    };
    const { run } = make(files, { there: 'pass x' }, 'x');
    const { status, stdout } = await run(...allow('theirs'));
    assert.equal(status, 1);
    assert.match(stdout, /There is no command named “theirs”/);
    assert.match(stdout, /“there”|config\.json/);
    assert.deepEqual(seen, []);
  });

  for (const [what, text, message] of [
    ['fails', 'sh -c "echo not signed in >&2; exit 3"', /The command sh ended with status 3\. It said: not signed in/],
    ['prints nothing', 'true', /the command prints nothing/],
    ['prints no JSON', { command: 'echo x', value: 'a' }, /what the command prints is no JSON/],
    ['lacks the value', { command: "echo '{}'", value: 'a.b' }, /there is no “a\.b” in what it prints/],
    ['is of no known provider', { provider: 'vaul' }, /names no known provider; did you mean “vault”/],
    ['has no reference', { provider: 'pass' }, /needs a “reference”: path in the password store/],
    ['is no command', 7, /is no command: write a command line/],
  ] as const) {
    it(`says what is wrong where a command ${what}`, async () => {
      const { run } = make({ 'a.http': request() }, { key: text }, '');
      const { status, stdout } = await run(...allow());
      assert.equal(status, 1);
      assert.match(stdout, message);
      assert.deepEqual(seen, []);
    });
  }

  it('takes a number of seconds for which a value is kept', () => {
    assert.equal(secretCommand('key', { command: 'x', keep: 10 }).keep, 10_000);
    assert.throws(() => secretCommand('key', { command: 'x', keep: 'long' }), /no number of seconds/);
  });
});
