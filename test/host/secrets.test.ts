import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { CountersignError } from '../../src/core/errors.ts';
import { Secrets } from '../../src/extension/secrets.ts';
import { SharedSecrets } from './shared-secrets.ts';
import { memento, registeredCommands, restore, standIn } from './stand-ins.ts';

interface Box {
  readonly options: vscode.InputBoxOptions;
  readonly answer: (text: string | undefined) => void;
  isClosed: boolean;
}

describe('secrets in the editor', () => {
  const boxes: Box[] = [];
  let storage: SharedSecrets;
  let state: ReturnType<typeof memento>;
  let commands: ReturnType<typeof registeredCommands>;
  let secrets: Secrets;

  beforeEach(() => {
    boxes.length = 0;
    storage = new SharedSecrets();
    state = memento();
    commands = registeredCommands();
    standIn(vscode.commands, { registerCommand: commands.registerCommand });
    standIn(vscode.window, {
      showInputBox: (options: vscode.InputBoxOptions, token: vscode.CancellationToken) =>
        new Promise<string | undefined>(resolve => {
          const box = { options, answer: resolve, isClosed: false };
          boxes.push(box);
          token.onCancellationRequested(() => {
            box.isClosed = true;
            resolve(undefined);
          });
        }),
    });
    secrets = new Secrets({ secrets: storage, globalState: state } as unknown as vscode.ExtensionContext);
  });
  afterEach(() => {
    secrets.dispose();
    restore();
  });

  async function box(number = 0): Promise<Box> {
    while (!boxes[number]) await new Promise(resolve => setImmediate(resolve));
    return boxes[number];
  }

  const isCancelled = (error: unknown): boolean => error instanceof CountersignError && error.code === 'cancelled';

  it('are set and deleted by commands, and their values are nowhere but in the storage', async () => {
    const setting = commands.call('countersign.setSecret', 'api-key');
    const { options, answer } = await box();
    assert.equal(options.password, true);
    assert.match(options.title ?? '', /api-key/);
    answer('s3cret');
    await setting;
    assert.deepEqual(secrets.names(), ['api-key']);
    assert.equal(await secrets.quiet.get('api-key'), 's3cret');
    assert.doesNotMatch(JSON.stringify(state.keys().map(key => state.get(key))), /s3cret/);
    standIn(vscode.window, { showQuickPick: async (names: readonly string[]) => names });
    await commands.call('countersign.deleteSecret');
    assert.deepEqual(secrets.names(), []);
    assert.equal(await secrets.quiet.get('api-key'), undefined);
    assert.deepEqual(await storage.keys(), []);
  });

  it('are asked for once, however many requests miss one, and never again', async () => {
    const asking = secrets.askingUntil(new AbortController().signal);
    const both = Promise.all([asking.get('token'), asking.get('token')]);
    (await box()).answer('t');
    assert.deepEqual(await both, ['t', 't']);
    assert.equal(await asking.get('token'), 't');
    assert.equal(boxes.length, 1);
  });

  it('are not asked for by previews', async () => {
    assert.equal(await secrets.quiet.get('token'), undefined);
    assert.equal(boxes.length, 0);
  });

  it('close their question when the last request that waits for it is cancelled', async () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const first = secrets.askingUntil(one.signal).get('token');
    const second = secrets.askingUntil(two.signal).get('token');
    const shown = await box();
    one.abort();
    await assert.rejects(first, isCancelled);
    assert.equal(shown.isClosed, false);
    two.abort();
    await assert.rejects(second, isCancelled);
    assert.equal(shown.isClosed, true);
    assert.deepEqual(await storage.keys(), []);
    await assert.rejects(secrets.askingUntil(two.signal).get('token'), isCancelled);
    assert.equal(boxes.length, 1);
  });
});
