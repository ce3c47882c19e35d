import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Exchange } from '../../src/core/exchange.ts';
import { Documents } from '../../src/extension/documents.ts';
import type { Sender } from '../../src/extension/sender.ts';
import { RequestTests } from '../../src/extension/testing/request-tests.ts';
import type { TestingHost } from '../../src/extension/testing/testing-host.ts';
import { requestTitle } from '../../src/sending/request-title.ts';
import type { RequestTarget } from '../../src/sending/workspace.ts';

interface Told {
  readonly what: 'passed' | 'failed' | 'errored' | 'skipped';
  readonly label: string;
  readonly messages: readonly vscode.TestMessage[];
}

describe('the tests of the Testing view', function () {
  this.timeout(60_000);
  const root = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'tests');
  const uri = (name: string): vscode.Uri => vscode.Uri.file(join(root, name));
  const write = (name: string, text: string): Thenable<void> =>
    vscode.workspace.fs.writeFile(uri(name), new TextEncoder().encode(text));

  let documents: Documents;
  let controller: vscode.TestController;
  let tests: RequestTests;
  let sent: string[];
  let told: Told[];
  let printed: string;
  let answer: (title: string) => Partial<Exchange>;

  before(async () => {
    await write('collection.http', '# @auth none\n');
    await write(
      'users.http',
      [
        '### List\nGET http://127.0.0.1/list\n\n?? status == 200\n',
        '### Login\n# @name login\nGET http://127.0.0.1/login\n',
        '### Who\n# @ref login\nGET http://127.0.0.1/who\n\n> {%\nclient.test("it is Ada", () => {});\n%}\n',
        '### Off\n# @disabled\nGET http://127.0.0.1/off\n\n?? status == 200\n',
        '### Asks nothing\nGET http://127.0.0.1/nothing\n\n> {% client.log("test") %}\n',
      ].join('\n'),
    );
    await write('keys/none.http', '### Only sent\nGET http://127.0.0.1/1\n');
    documents = new Documents();
    controller = vscode.tests.createTestController('countersign.tried', 'Tried');
    controller.createTestRun = () => {
      const tell =
        (what: Told['what']) =>
        (item: vscode.TestItem, messages?: unknown): void =>
          void told.push({
            ...{ what, label: item.label },
            messages: (Array.isArray(messages) ? messages : [messages]).filter(
              message => message instanceof vscode.TestMessage,
            ),
          });
      const [passed, failed, errored, skipped] = [tell('passed'), tell('failed'), tell('errored'), tell('skipped')];
      const nothing = (): void => undefined;
      return {
        ...{ passed, failed, errored, skipped, enqueued: nothing, started: nothing, end: nothing },
        appendOutput(text: string) {
          printed += text;
        },
      } as unknown as vscode.TestRun;
    };
    const sender = {
      async send(target: RequestTarget): Promise<Exchange | undefined> {
        const placed = target.tree.blocks[target.block];
        const title = placed ? requestTitle(placed) : '';
        sent.push(title);
        const request = {
          method: 'GET',
          url: '/',
          query: [],
          headers: [],
          cookies: [],
          body: undefined,
          overridden: [],
        };
        const body = { size: 0, start: async () => new Uint8Array(), async *open() {}, dispose: async () => undefined };
        return {
          request,
          attempts: [],
          durationMs: 5,
          response: { status: 200, statusText: 'OK', httpVersion: '1.1', headers: [], body },
          ...answer(title),
        };
      },
    };
    tests = new RequestTests(controller, {
      documents,
      sender: sender as unknown as Sender,
      engine: (async () => ({ redact: (text: string) => text })) as unknown as TestingHost['engine'],
    });
  });
  beforeEach(() => {
    sent = [];
    told = [];
    printed = '';
    answer = () => ({});
  });
  after(async () => {
    tests.dispose();
    controller.dispose();
    documents.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(vscode.Uri.file(root), { recursive: true });
  });

  const below = (items: vscode.TestItemCollection): vscode.TestItem[] => {
    const found: vscode.TestItem[] = [];
    items.forEach(item => void found.push(item));
    return found;
  };
  const suite = (label: string, items = controller.items): vscode.TestItem | undefined => {
    for (const item of below(items)) {
      const found = item.label === label ? item : suite(label, item.children);
      if (found) return found;
    }
    return undefined;
  };
  const labels = (label: string): string[] => below(suite(label)?.children ?? controller.items).map(item => item.label);
  const run = async (...labels: readonly string[]): Promise<string[]> => {
    const include = labels.map(label => suite(label) ?? assert.fail(label));
    await tests.run(new vscode.TestRunRequest(include), new vscode.CancellationTokenSource().token);
    return told.map(({ what, label }) => `${label} ${what}`);
  };

  it('are the requests that say what they want, by folder and file', async () => {
    await tests.discover();
    assert.deepEqual(labels('tests'), ['users.http']);
    assert.deepEqual(labels('users.http'), ['List', 'Who', 'Off']);
    assert.equal(suite('List')?.range?.start.line, 1);
    assert.equal(suite('none.http'), undefined);
  });

  it('follow what is written, and keep the item of a request that stays', async () => {
    const list = suite('List');
    const document = await vscode.workspace.openTextDocument(uri('users.http'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit(edit =>
      edit.insert(new vscode.Position(0, 0), '### First\nGET http://127.0.0.1/first\n\n?? status == 204\n\n'),
    );
    assert.deepEqual(await run('List'), ['List passed']);
    assert.deepEqual(labels('users.http'), ['First', 'List', 'Who', 'Off']);
    assert.equal(suite('List'), list);
    assert.equal(list?.range?.start.line, 6);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await run('List');
    assert.deepEqual(labels('users.http'), ['List', 'Who', 'Off']);
  });

  it('are sent after what they need, and not where they are switched off', async () => {
    assert.deepEqual(await run('users.http'), ['List passed', 'Who passed', 'Off skipped']);
    assert.deepEqual(sent, ['List', 'Login', 'Who']);
  });

  it('fail at the line of what was wanted, with that and what came, and steer no terminal', async () => {
    answer = title =>
      title === 'List'
        ? {
            tests: [
              { name: 'status == 200', passed: false, message: 'It is 201.', line: 4, expected: '200', actual: '201' },
              { name: 'header x exists', passed: false, message: 'It is \x1b[31mnot there.', line: 5 },
            ],
          }
        : {};
    assert.deepEqual(await run('List'), ['List failed']);
    const [first, second] = told[0]?.messages ?? [];
    assert.deepEqual(
      [first?.message, first?.expectedOutput, first?.actualOutput, first?.location?.range.start.line],
      ['status == 200: It is 201.', '200', '201', 3],
    );
    assert.equal(first?.location?.uri.fsPath, uri('users.http').fsPath);
    assert.equal(second?.message, 'header x exists: It is \ufffd[31mnot there.');
    assert.equal(second?.expectedOutput, undefined);
  });

  it('say why a request came to nothing, and what failed of those that are only needed', async () => {
    const { CountersignError } = await import('../../src/core/errors.ts');
    answer = title => {
      const error = new CountersignError('connection-refused', `no server for ${title}`, { hint: 'Start it.' });
      return { error, response: undefined } as unknown as Partial<Exchange>;
    };
    assert.deepEqual(await run('Who'), ['Who errored']);
    assert.equal(told[0]?.messages[0]?.message, 'no server for Who Start it.');
    assert.equal(told[0]?.messages[0]?.location?.range.start.line, 11);
    assert.match(printed, /Login: no server for Login Start it\.\r\n/);
  });
});
