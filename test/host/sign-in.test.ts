import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AuthorizationSession, CallbackJudge } from '../../src/auth/oauth2/authorization-agent.ts';
import { EditorAgent } from '../../src/extension/tokens/authorization-agent.ts';
import { CancellableWork } from '../../src/extension/tokens/cancellable-work.ts';
import { UriCallbacks } from '../../src/extension/tokens/uri-callbacks.ts';
import { Person } from './person.ts';
import { SharedSecrets } from './shared-secrets.ts';
import { restore, standIn } from './stand-ins.ts';

/** A notification with its progress, as a person sees it. */
interface Notification {
  readonly title: string;
  message: string;
  shown: boolean;
  cancel(): void;
}

const foreign = 'https://app.example.com/callback';
const page = 'https://login.example.com/authorize?request_uri=pushed';
const judge =
  (state: string): CallbackJudge =>
  parameters =>
    parameters.get('state') === state ? (parameters.get('error') ?? undefined) : 'The state is another.';

describe('a person who signs in', () => {
  let person: Person;
  let notifications: Notification[];
  let opened: string[];
  let work: CancellableWork;
  let callbacks: UriCallbacks;
  let agent: EditorAgent;

  beforeEach(() => {
    person = new Person();
    notifications = [];
    opened = [];
    standIn(vscode.window, {
      withProgress: async (
        options: vscode.ProgressOptions,
        task: (progress: vscode.Progress<{ message?: string }>, token: vscode.CancellationToken) => Promise<unknown>,
      ) => {
        const source = new vscode.CancellationTokenSource();
        const shown = { title: options.title ?? '', message: '', shown: true, cancel: () => source.cancel() };
        if (options.location === vscode.ProgressLocation.Notification) notifications.push(shown);
        const report = ({ message }: { message?: string }): void => {
          shown.message = message ?? '';
        };
        try {
          return await task({ report }, source.token);
        } finally {
          shown.shown = false;
        }
      },
    });
    standIn(vscode.env, { openExternal: async (url: unknown) => opened.push(String(url)) > 0 });
    work = new CancellableWork();
    const extension = { id: 'countersign.countersign' };
    callbacks = new UriCallbacks({ secrets: new SharedSecrets(), extension }, () => ({ dispose() {} }));
    agent = new EditorAgent({ extensionUri: vscode.Uri.file('/'), callbacks, work });
  });
  afterEach(() => {
    restore();
    person.leave();
    work.dispose();
    callbacks.dispose();
  });

  const prepare = (callbackUrl: string, server = 'login.example.com'): Promise<AuthorizationSession> => {
    const { signal } = new AbortController();
    return agent.prepare({ callbackUrl, useBrowser: true, responseMode: 'query', server, signal });
  };
  /** What a link in a notification runs. */
  async function follow({ message }: Notification, link: string): Promise<unknown> {
    const [, command = '', query = ''] =
      new RegExp(`\\[${link}\\]\\(command:([\\w.]+)\\?([^)]*)\\)`).exec(message) ?? [];
    const given = JSON.parse(decodeURIComponent(query)) as unknown[];
    return await person.commands.get(command)?.(...given);
  }
  const shown = (): Notification[] => notifications.filter(each => each.shown);
  /** Until the box that opens by itself, as the callback comes to nobody here, was dismissed. */
  const dismissed = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));

  it('may paste the address for either of two sign-ins, each by its own link', async () => {
    const [one, other] = [await prepare(foreign, 'one.example'), await prepare(foreign, 'other.example')];
    const answers = [one.authorize(page, judge('s1'), 's1'), other.authorize(page, judge('s2'), 's2')];
    await dismissed();
    assert.equal(person.boxes.length, 2);
    assert.deepEqual(
      shown().map(({ title }) => title),
      ['Signing in at one.example', 'Signing in at other.example'],
    );
    const [first, second] = shown();
    assert.ok(first && second);
    person.typed.push(`${foreign}?code=a&state=s1`);
    await follow(first, 'Paste the Address…');
    assert.equal(person.boxes.at(-1)?.title, 'Sign In at one.example');
    assert.equal((await answers[0])?.get('code'), 'a');
    assert.deepEqual([first.shown, second.shown], [false, true]);
    await follow(first, 'Paste the Address…');
    await one.close();
    person.typed.push('b');
    await follow(second, 'Paste the Address…');
    assert.deepEqual([...((await answers[1]) ?? [])].sort(), [
      ['code', 'b'],
      ['state', 's2'],
    ]);
    await other.close();
    assert.deepEqual(shown(), []);
    await follow(second, 'Open Again');
  });

  it('is told what is wrong with what they paste, and may hand in a refusal', async () => {
    const session = await prepare(foreign);
    const answer = session.authorize(page, judge('s'), 's');
    await dismissed();
    const [notification] = shown();
    assert.ok(notification);
    person.typed.push('hello world', `${foreign}?page=2`, `${foreign}?code=c&state=x`, `${foreign}?error=no&state=x`);
    person.typed.push(`${foreign}?error=access_denied&state=s`);
    await follow(notification, 'Paste the Address…');
    const neither = 'This is neither the address of an answer nor a code.';
    assert.deepEqual(person.refusals, [neither, neither, 'The state is another.', 'The state is another.']);
    assert.equal((await answer).get('error'), 'access_denied');
    await session.close();
  });

  it('gets the answer to a pushed request, whose address does not show its state', async () => {
    const session = await prepare(`${vscode.env.uriScheme}://countersign.countersign/callback`);
    const answer = session.authorize(page, judge('s'), 's');
    const uri = `${vscode.env.uriScheme}://countersign.countersign/callback?code=c&state=s`;
    await callbacks.handleUri(vscode.Uri.parse(uri));
    assert.equal((await answer).get('code'), 'c');
    assert.deepEqual(shown(), [], 'there is nothing to finish in the browser while the code is exchanged');
    await session.close();
  });

  it('may still open the page, or paste, where the browser was not opened', async () => {
    standIn(vscode.env, { openExternal: async () => false });
    const session = await prepare(foreign);
    session.authorize(page, judge('s'), 's').catch(() => {});
    while (!shown()[0]?.message.startsWith('The browser was not opened.')) await new Promise(setImmediate);
    assert.match(shown()[0]?.message ?? '', /\[Open Again\].*\[Paste the Address…\]/);
    await session.close();
  });

  it('cancels by the notification, and another sign-in goes on', async () => {
    const [one, other] = [await prepare(foreign, 'one.example'), await prepare(foreign, 'other.example')];
    const [cancelled, waiting] = [one.authorize(page, judge('s'), 's'), other.authorize(page, judge('t'), 't')];
    shown()[0]?.cancel();
    await assert.rejects(cancelled, { code: 'cancelled' });
    await one.close();
    await one.close();
    assert.deepEqual(
      shown().map(({ title }) => title),
      ['Signing in at other.example'],
    );
    shown()[0]?.cancel();
    await assert.rejects(waiting, { code: 'cancelled' });
    await other.close();
  });

  it('may cancel what takes longer than a moment, unless they are asked to sign in', async () => {
    const appeared = async (count: number): Promise<void> => {
      while (shown().length !== count) await new Promise(resolve => setTimeout(resolve, 20));
    };
    const ended = work.run('Getting a token', async signal => {
      await appeared(1);
      assert.equal(shown()[0]?.title, 'Getting a token');
      const session = await prepare(foreign);
      const answer = session.authorize(page, judge('s'), 's');
      await dismissed();
      assert.deepEqual(
        shown().map(({ title }) => title),
        ['Signing in at login.example.com'],
      );
      const [notification] = shown();
      person.typed.push('code');
      if (notification) await follow(notification, 'Paste the Address…');
      await answer;
      await appeared(1);
      assert.equal(shown()[0]?.title, 'Getting a token');
      shown()[0]?.cancel();
      assert.ok(signal.aborted);
      await session.close();
      return 'over';
    });
    assert.equal(await ended, 'over');
    assert.deepEqual(shown(), []);
  });
});
