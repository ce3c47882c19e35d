import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { AuthorizationSession, CallbackWish } from '../../auth/oauth2/authorization-agent.ts';
import { callbackParameters } from '../../auth/oauth2/authorization-callback.ts';
import { cancelled } from '../../auth/tokens/key-lock.ts';

const relayed = 'callback:';
/** In front of the flows that a window waits for, so that no other is ever kept. */
const awaited = 'awaited:';
/** Milliseconds after which nobody waits any more, whatever became of the window. */
const longestWait = 30 * 60_000;
/** Characters of what a server sends back. */
const largest = 32 * 1024;

/**
 * Callbacks to `vscode://countersign.countersign/…`. The system hands them to whichever window was last in front, so
 * one that this window does not wait for is passed on to the others through the secret storage.
 */
export class UriCallbacks implements vscode.Disposable, vscode.UriHandler {
  readonly #secrets: vscode.SecretStorage;
  readonly #extensionId: string;
  readonly #waiting = new Map<string, (parameters: URLSearchParams) => void>();
  readonly #disposables: vscode.Disposable[];

  constructor(
    { secrets, extension }: Pick<vscode.ExtensionContext, 'secrets'> & { readonly extension: { readonly id: string } },
    register: typeof vscode.window.registerUriHandler = vscode.window.registerUriHandler,
  ) {
    this.#secrets = secrets;
    this.#extensionId = extension.id;
    this.#disposables = [
      register(this),
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(relayed) && this.#waiting.has(key.slice(relayed.length))) void this.#fetch(key);
      }),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async handleUri(uri: vscode.Uri): Promise<void> {
    const address = `${uri.path}?${uri.query}${uri.fragment === '' ? '' : `#${uri.fragment}`}`;
    const parameters = callbackParameters(address);
    const flow = flowOf(parameters);
    if (flow === undefined) return;
    const receive = this.#waiting.get(flow);
    if (receive) {
      receive(parameters);
      return;
    }
    // Any program and any page can open such an address: what no window of this machine waits for is not kept.
    if (address.length > largest || !(await this.#isAwaited(flow))) return;
    await this.#secrets.store(relayed + flow, parameters.toString());
    // Whoever waits has taken it by then.
    setTimeout(() => void this.#secrets.delete(relayed + flow), 10_000);
  }

  /** True for callback URLs that come to this extension. */
  isOurs(callbackUrl: string): boolean {
    if (!URL.canParse(callbackUrl)) return false;
    const { protocol, host, username } = new URL(callbackUrl);
    const ours = host.toLowerCase() === this.#extensionId.toLowerCase();
    return protocol === `${vscode.env.uriScheme}:` && ours && username === '';
  }

  async session(wish: CallbackWish, open: (url: string) => Promise<void>): Promise<AuthorizationSession> {
    const stated = wish.callbackUrl;
    const plain = vscode.Uri.parse(stated ?? `${vscode.env.uriScheme}://${this.#extensionId}/callback`, true);
    // On a desktop the address is used as it was registered; elsewhere the editor knows one that leads back here.
    const redirectUri =
      vscode.env.uiKind === vscode.UIKind.Desktop && stated !== undefined
        ? stated
        : (await vscode.env.asExternalUri(plain)).toString(true);
    const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
    promise.catch(() => {});
    const abort = (): void => reject(cancelled(wish.signal));
    wish.signal.addEventListener('abort', abort, { once: true });
    let flow: string | undefined;
    return {
      redirectUri,
      authorize: async (url, _judge, state) => {
        flow = state ?? flowOf(new URL(url).searchParams) ?? '';
        this.#waiting.set(flow, resolve);
        await this.#secrets.store(awaited + digestOf(flow), String(Date.now()));
        await open(url);
        return promise;
      },
      close: async () => {
        wish.signal.removeEventListener('abort', abort);
        if (flow === undefined) return;
        this.#waiting.delete(flow);
        await this.#secrets.delete(awaited + digestOf(flow));
      },
    };
  }

  async #isAwaited(flow: string): Promise<boolean> {
    const key = awaited + digestOf(flow);
    const since = Number(await this.#secrets.get(key));
    if (since > Date.now() - longestWait) return true;
    if (since > 0) await this.#secrets.delete(key);
    return false;
  }

  async #fetch(key: string): Promise<void> {
    const text = await this.#secrets.get(key);
    if (text === undefined) return;
    await this.#secrets.delete(key);
    this.#waiting.get(key.slice(relayed.length))?.(new URLSearchParams(text));
  }
}

const digestOf = (flow: string): string => createHash('sha256').update(flow).digest('base64url');

/** What tells one flow's callback from another's: the state, or OAuth 1.0's request token. */
function flowOf(parameters: URLSearchParams): string | undefined {
  return parameters.get('state') ?? parameters.get('oauth_token') ?? undefined;
}
