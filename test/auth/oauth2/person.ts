import type { AuthorizationAgent, CallbackWish, DeviceCode } from '../../../src/auth/oauth2/authorization-agent.ts';
import { loopbackSession } from '../../../src/node/loopback-callback.ts';

/** A browser without a window: follows redirects, keeps cookies, submits the forms of the device flow. */
export class TestBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Opens the address and gives what is shown at the end of its redirects. */
  async visit(address: string, init: RequestInit = {}): Promise<{ url: string; status: number; html: string }> {
    let url = address;
    let next = init;
    for (let hop = 0; hop < 12; hop += 1) {
      const jar = this.#jar(url);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { ...next, redirect: 'manual', headers: { ...next.headers, cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = line.split(';')[0]?.split(/=(.*)/s) ?? [];
        jar.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, html: await response.text() };
      await response.body?.cancel();
      url = new URL(location, url).href;
      next = {};
      if (!/^https?:/.test(url)) return { url, status: 0, html: '' };
    }
    throw new Error(`too many redirects at ${url}`);
  }

  /** Enters a device code and agrees. */
  async enter(code: DeviceCode): Promise<string> {
    let { url, html } = await this.visit(code.verificationUriComplete ?? code.verificationUri);
    while (html.includes('<form')) {
      const action = /action="([^"]+)"/.exec(html)?.[1] ?? '';
      const fields = [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(match => [
        match[1] ?? '',
        match[2] ?? '',
      ]);
      const body = new URLSearchParams(fields);
      ({ url, html } = await this.visit(new URL(action, url).href, { method: 'POST', body }));
    }
    return html;
  }

  #jar(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    return jar;
  }
}

export interface TestPerson extends AuthorizationAgent {
  /** How often the person was asked. */
  asked: number;
  /** The page that was shown at the end. */
  shown: Promise<string>;
  /** The address that was opened. */
  opened: string;
}

/** A person who signs in through the loopback callback. `visit` stands for what they do in the browser. */
export function person(visit: (url: string, wish: CallbackWish) => Promise<string> = signIn): TestPerson {
  const agent: TestPerson = {
    asked: 0,
    shown: Promise.resolve(''),
    opened: '',
    async prepare(wish) {
      const lost = Promise.withResolvers<never>();
      lost.promise.catch(() => {});
      const session = await loopbackSession(wish, async url => {
        agent.asked += 1;
        agent.opened = url;
        agent.shown = visit(url, wish);
        agent.shown.catch(lost.reject);
      });
      return { ...session, authorize: (url, judge) => Promise.race([session.authorize(url, judge), lost.promise]) };
    },
    async showDeviceCode(code) {
      agent.asked += 1;
      agent.shown = new TestBrowser().enter(code);
      agent.shown.catch(() => {});
      return { close: () => {} };
    },
  };
  return agent;
}

export async function signIn(url: string, wish: Pick<CallbackWish, 'responseMode'>): Promise<string> {
  const shown = await new TestBrowser().visit(url);
  if (!shown.html.includes('Countersign') && !shown.html.includes('Signing in')) {
    throw new Error(`The browser ends at ${shown.url}: ${shown.html.replace(/<[^>]*>/g, ' ').slice(0, 500)}`);
  }
  if (wish.responseMode !== 'fragment') return shown.html;
  // What the relay page's script does.
  const answer = new URL(shown.url).hash.slice(1);
  const response = await fetch(new URL(new URL(shown.url).pathname, shown.url), {
    method: 'POST',
    body: new URLSearchParams(answer),
  });
  return response.text();
}
