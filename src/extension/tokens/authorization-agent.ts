import * as vscode from 'vscode';
import type {
  AuthorizationAgent,
  AuthorizationSession,
  CallbackJudge,
  CallbackWish,
  DeviceCode,
  DeviceCodeDisplay,
} from '../../auth/oauth2/authorization-agent.ts';
import { CountersignError } from '../../core/errors.ts';
import { findChromium, hasScreen } from '../../node/chromium.ts';
import { isLoopbackCallback, loopbackSession } from '../../node/loopback-callback.ts';
import { watchedSession } from '../../node/watched-browser.ts';
import type { CancellableWork } from './cancellable-work.ts';
import { showDeviceCode } from './device-code.ts';
import { type SignIn, SignIns } from './sign-in-progress.ts';
import type { UriCallbacks } from './uri-callbacks.ts';

export interface AgentHost {
  readonly extensionUri: vscode.Uri;
  readonly callbacks: UriCallbacks;
  readonly work: Pick<CancellableWork, 'asks'>;
}

/** What the window and its machine can do; decided once per sign-in. */
interface Surroundings {
  /** The browser that opens links runs where this extension does, so that it reaches a listener here. */
  readonly sharesLoopback: boolean;
  /** A browser that can be watched. */
  readonly chromium: string | undefined;
}

/** A way to receive a callback. The list is in order of preference. */
interface Way {
  readonly label: string;
  suits(wish: CallbackWish, surroundings: Surroundings): boolean;
  session(
    wish: CallbackWish,
    surroundings: Surroundings,
    open: (url: string) => Promise<void>,
  ): Promise<AuthorizationSession>;
}

/** How a person takes part, in VS Code: progress with Cancel, a browser, and the way back from it. */
export class EditorAgent implements AuthorizationAgent {
  readonly #host: AgentHost;
  readonly #ways: readonly Way[];
  readonly #signIns: SignIns;

  constructor(host: AgentHost) {
    this.#host = host;
    this.#signIns = new SignIns(() => host.work.asks());
    const { callbacks } = host;
    this.#ways = [
      {
        label: 'Watched browser window',
        suits: ({ useBrowser, callbackUrl }, { chromium }) =>
          chromium !== undefined && (!useBrowser || isForeign(callbackUrl, callbacks)),
        session: (wish, { chromium = '' }) => watchedSession(wish, chromium),
      },
      {
        label: 'Callback to the editor',
        suits: ({ callbackUrl }, { sharesLoopback }) =>
          callbackUrl === undefined ? !sharesLoopback : callbacks.isOurs(callbackUrl),
        session: (wish, _, open) => callbacks.session(wish, open),
      },
      {
        label: 'Callback to this machine',
        suits: ({ callbackUrl }, { sharesLoopback }) =>
          sharesLoopback && (callbackUrl === undefined || isLoopbackCallback(callbackUrl)),
        session: (wish, _, open) => loopbackSession(wish, open),
      },
      {
        label: 'Paste the address',
        suits: ({ callbackUrl }) => callbackUrl !== undefined,
        session: async (wish, _, open) => pastingSession(wish, open),
      },
    ];
  }

  async prepare(wish: CallbackWish): Promise<AuthorizationSession> {
    const surroundings = await lookAround();
    const way = this.#ways.find(candidate => candidate.suits(wish, surroundings));
    if (!way) {
      throw new CountersignError('interaction-required', 'Nothing here can receive the callback.', {
        hint: 'State the callbackUrl that is registered for the client.',
      });
    }
    const signIn = this.#signIns.start(wish.server, wish.signal);
    try {
      const open = async (url: string): Promise<void> => {
        if (!(await openInBrowser(url))) {
          signIn.say('The browser was not opened.');
        }
      };
      const session = await way.session(wish, surroundings, open);
      return {
        redirectUri: session.redirectUri,
        authorize: (url, judge, state) => this.#authorize(session, signIn, url, judge, state),
        async close() {
          signIn.end();
          await session.close();
        },
      };
    } catch (error) {
      signIn.end();
      throw error;
    }
  }

  async showDeviceCode(code: DeviceCode, signal: AbortSignal): Promise<DeviceCodeDisplay> {
    const display = await showDeviceCode(code, signal, this.#host.extensionUri);
    const asking = this.#host.work.asks();
    return {
      ...display,
      close() {
        asking.dispose();
        display.close();
      },
    };
  }

  async #authorize(
    session: AuthorizationSession,
    signIn: SignIn,
    url: string,
    judge: CallbackJudge,
    state: string | undefined,
  ): Promise<URLSearchParams> {
    signIn.waiting(judge, state, () => openInBrowser(url));
    const answer = session.authorize(url, judge, state);
    answer.catch(() => {});
    if (isPasting(session)) void signIn.paste();
    try {
      return await Promise.race([answer, signIn.given]);
    } finally {
      // What follows is between this machine and the server: there is nothing to finish in a browser any more.
      signIn.end();
    }
  }
}

const pasting = new WeakSet<AuthorizationSession>();
const isPasting = (session: AuthorizationSession): boolean => pasting.has(session);

/** The callback goes to an address that nobody here sees: the person brings the answer. */
function pastingSession(wish: CallbackWish, open: (url: string) => Promise<void>): AuthorizationSession {
  const session: AuthorizationSession = {
    redirectUri: wish.callbackUrl ?? '',
    async authorize(url) {
      await open(url);
      return new Promise(() => {});
    },
    close: async () => {},
  };
  pasting.add(session);
  return session;
}

/** The address as it is written: VS Code's own Uri would encode parts of it anew. */
async function openInBrowser(url: string): Promise<boolean> {
  // A string is passed on untouched, though the types do not say so.
  return vscode.env.openExternal(url as unknown as vscode.Uri);
}

function isForeign(callbackUrl: string | undefined, callbacks: UriCallbacks): boolean {
  return callbackUrl !== undefined && !isLoopbackCallback(callbackUrl) && !callbacks.isOurs(callbackUrl);
}

async function lookAround(): Promise<Surroundings> {
  const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  const named = vscode.workspace.getConfiguration('countersign').get<string>('signIn.browser') || undefined;
  const chromium = local && hasScreen() ? (named ?? findChromium()) : undefined;
  return { sharesLoopback: local || (await isReachable()), chromium };
}

/** In a browser or a remote window: whether the editor's own address is this machine's, or ports are forwarded to it. */
async function isReachable(): Promise<boolean> {
  try {
    const probe = await vscode.env.asExternalUri(
      vscode.Uri.parse(`${vscode.env.uriScheme}://countersign.countersign/`),
    );
    return vscode.env.uiKind === vscode.UIKind.Web && /^(127\.0\.0\.1|localhost|\[::1\])(:|$)/.test(probe.authority);
  } catch {
    return false;
  }
}
