import { randomBytes } from 'node:crypto';
import type { AuthorizationSession, CallbackJudge, CallbackWish } from '../auth/oauth2/authorization-agent.ts';
import { callbackParameters } from '../auth/oauth2/authorization-callback.ts';
import { CountersignError } from '../core/errors.ts';
import { Chromium, type ChromiumOptions } from './chromium.ts';
import type { DevToolsEvent } from './devtools.ts';
import { failurePage, signedInPage } from './loopback-page.ts';

const answers = ['code', 'error', 'access_token', 'state', 'oauth_token', 'oauth_verifier'];

/** True when an address is that callback, query and fragment left aside, and carries an answer. */
export function isCallback(address: string, callbackUrl: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(callbackUrl)) return false;
  const [found, wanted] = [new URL(address), new URL(callbackUrl)];
  const same =
    found.protocol === wanted.protocol &&
    found.host === wanted.host &&
    found.pathname.replace(/\/$/, '') === wanted.pathname.replace(/\/$/, '');
  if (!same) return false;
  const parameters = callbackParameters(address);
  return answers.some(name => parameters.has(name));
}

/**
 * Signs in in a browser window with a fresh profile that is watched: the redirect to the callback, whoever it belongs
 * to, is caught before it leaves the browser. Closing the window cancels.
 * @throws CountersignError `io` when the browser does not start
 */
export async function watchedSession(
  wish: Pick<CallbackWish, 'callbackUrl' | 'server' | 'signal'>,
  program: string,
  options?: ChromiumOptions,
): Promise<AuthorizationSession> {
  const redirectUri = wish.callbackUrl ?? 'http://127.0.0.1/callback';
  const browser = await Chromium.launch(program, options);
  const watch = new Watch(browser, redirectUri, wish.server);
  const cancel = (): void => void browser.close();
  wish.signal.addEventListener('abort', cancel, { once: true });
  if (wish.signal.aborted) cancel();
  return {
    redirectUri,
    authorize: (url, judge) => watch.run(url, judge),
    async close() {
      wish.signal.removeEventListener('abort', cancel);
      await browser.close();
    },
  };
}

interface PausedRequest {
  readonly requestId: string;
  readonly request: { readonly url: string; readonly urlFragment?: string; readonly postData?: string };
  readonly responseStatusCode?: number;
  readonly responseHeaders?: readonly { readonly name: string; readonly value: string }[];
}

class Watch {
  readonly #browser: Chromium;
  readonly #callback: string;
  readonly #server: string;
  readonly #result = Promise.withResolvers<URLSearchParams>();
  #judge: CallbackJudge = () => undefined;
  #start: string | undefined;
  readonly #pages = new Set<string>();

  constructor(browser: Chromium, callback: string, server: string) {
    this.#browser = browser;
    this.#callback = callback;
    this.#server = server;
    this.#result.promise.catch(() => {});
  }

  async run(url: string, judge: CallbackJudge): Promise<URLSearchParams> {
    this.#judge = judge;
    this.#start = url;
    this.#browser.listen(event => void this.#on(event).catch(() => {}));
    void this.#browser.exited.then(() => this.#end());
    await this.#browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
    return this.#result.promise;
  }

  #end(): void {
    this.#result.reject(new CountersignError('cancelled', 'The window was closed before the sign-in was finished.'));
  }

  async #on({ method, params, sessionId }: DevToolsEvent): Promise<void> {
    if (method === 'Target.attachedToTarget') await this.#attach(params as never);
    else if (method === 'Target.detachedFromTarget') {
      const page = this.#pages.delete(String(params.sessionId));
      // Some systems keep the program when its last window is gone.
      if (page && this.#pages.size === 0) {
        this.#end();
        await this.#browser.close();
      }
    } else if (method === 'Fetch.requestPaused') await this.#paused(params as unknown as PausedRequest, sessionId);
    else if (method === 'Page.frameRequestedNavigation') await this.#catch(String(params.url));
  }

  async #attach(params: { sessionId: string; targetInfo: { type: string } }): Promise<void> {
    const { sessionId, targetInfo } = params;
    const send = (method: string, details?: object) => this.#browser.send(method, details, sessionId);
    try {
      if (targetInfo.type !== 'page') return;
      this.#pages.add(sessionId);
      await send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
      await send('Page.enable');
      const stages = ['Request', 'Response'] as const;
      const patterns = stages.map(requestStage => ({ urlPattern: '*', resourceType: 'Document', requestStage }));
      await send('Fetch.enable', { patterns });
    } finally {
      await send('Runtime.runIfWaitingForDebugger').catch(() => {});
    }
    const url = this.#start;
    this.#start = undefined;
    if (url !== undefined) await send('Page.navigate', { url });
  }

  async #paused({ requestId, request, ...response }: PausedRequest, sessionId: string | undefined): Promise<void> {
    const address = request.url + (request.urlFragment ?? '');
    const form = request.postData?.includes('=') ? `?${request.postData}` : '';
    const location = response.responseHeaders?.find(({ name }) => name.toLowerCase() === 'location')?.value;
    const next =
      location !== undefined &&
      /^30[12378]$/.test(String(response.responseStatusCode)) &&
      URL.canParse(location, address)
        ? new URL(location, address).href
        : undefined;
    const found = [address, `${request.url}${form}`, next].find(
      candidate => candidate !== undefined && isCallback(candidate, this.#callback),
    );
    if (found === undefined) {
      await this.#browser.send('Fetch.continueRequest', { requestId }, sessionId);
      return;
    }
    const problem = this.#judge(callbackParameters(found));
    const nonce = randomBytes(12).toString('base64');
    const { html, policy } = problem === undefined ? signedInPage(this.#server, nonce) : failurePage(problem, nonce);
    await this.#browser.send(
      'Fetch.fulfillRequest',
      {
        requestId,
        responseCode: 200,
        responseHeaders: [
          { name: 'Content-Type', value: 'text/html; charset=utf-8' },
          { name: 'Content-Security-Policy', value: policy },
        ],
        body: Buffer.from(html).toString('base64'),
      },
      sessionId,
    );
    this.#answer(found);
  }

  /** A callback with a scheme of its own makes no request. */
  async #catch(address: string): Promise<void> {
    if (!isCallback(address, this.#callback) || /^https?:/i.test(address)) return;
    this.#answer(address);
  }

  #answer(address: string): void {
    this.#result.resolve(callbackParameters(address));
  }
}
