import type {
  AuthorizationAgent,
  AuthorizationSession,
  CallbackJudge,
  CallbackWish,
  DeviceCode,
} from '../auth/oauth2/authorization-agent.ts';
import { CountersignError } from '../core/errors.ts';
import type { ProcessEnvironment } from '../core/ports.ts';
import { browserCommands, openBrowser } from './browser.ts';
import { say as complain } from './standard-error.ts';

export interface TerminalAgentPorts {
  readonly env: ProcessEnvironment;
  /** True where a person can type an answer. */
  readonly canAsk: boolean;
  /** Says something to the person, a line on stderr. */
  readonly say: (line: string) => void;
}

/** How a person takes part from a terminal: their browser with a callback to this machine, or a code for another device. */
export function terminalAgent(ports: TerminalAgentPorts): AuthorizationAgent {
  const { env, say } = ports;
  return {
    async prepare(wish) {
      const { isLoopbackCallback, loopbackSession } = await import('../node/loopback-callback.ts');
      const ours = wish.callbackUrl === undefined || isLoopbackCallback(wish.callbackUrl);
      const { findChromium, hasScreen } = await import('../node/chromium.ts');
      const chromium = ours && wish.useBrowser ? undefined : hasScreen(env) ? findChromium(env) : undefined;
      if (chromium !== undefined) {
        const { watchedSession } = await import('../node/watched-browser.ts');
        say(`A browser window opens for signing in at ${wish.server}.`);
        return watchedSession(wish, chromium);
      }
      const hasBrowser = browserCommands(env).length > 0;
      if (ours && hasBrowser) return loopbackSession(wish, url => show(url, wish, ports));
      if (!ports.canAsk) throw nobody(wish, hasBrowser);
      const session = ours ? await loopbackSession(wish, url => show(url, wish, ports)) : elsewhere(wish, ports);
      // The question ends with the sign-in, whichever way the answer came: an open input would keep the process.
      const over = new AbortController();
      const signal = AbortSignal.any([wish.signal, over.signal]);
      return {
        redirectUri: session.redirectUri,
        authorize: (url, judge, state) => {
          const typed = pasted(signal, judge, state);
          typed.catch(() => {});
          return Promise.race([session.authorize(url, judge), typed]);
        },
        async close() {
          over.abort();
          await session.close();
        },
      };
    },
    async showDeviceCode(code) {
      say(`To sign in, open ${code.verificationUri} on any device and enter the code ${code.userCode}`);
      if (ports.canAsk) say(await qrCode(code));
      return { close: () => {} };
    },
  };
}

async function show(url: string, { server }: CallbackWish, { env, say }: TerminalAgentPorts): Promise<void> {
  const opened = await openBrowser(url, env);
  say(opened ? `Sign in at ${server} in your browser. Should it not open: ${url}` : `Sign in at ${server}: ${url}`);
}

/** The callback goes to an address that nobody here sees. */
function elsewhere(wish: CallbackWish, ports: TerminalAgentPorts): AuthorizationSession {
  return {
    redirectUri: wish.callbackUrl ?? '',
    async authorize(url) {
      await show(url, wish, ports);
      return new Promise(() => {});
    },
    close: async () => {},
  };
}

/** @throws CountersignError `cancelled` where the person closes the input, or interrupts the call */
async function pasted(signal: AbortSignal, judge: CallbackJudge, state?: string): Promise<URLSearchParams> {
  const { createInterface } = await import('node:readline/promises');
  const { pastedCallback } = await import('../auth/oauth2/authorization-callback.ts');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise: closed, reject } = Promise.withResolvers<never>();
  closed.catch(() => {});
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  terminal.once('close', () => reject(new CountersignError('cancelled', 'Signing in was cancelled.')));
  try {
    for (;;) {
      const answer = terminal.question('Paste the address that the browser ends at: ', { signal });
      const parameters = pastedCallback(await Promise.race([answer, closed]), state);
      const problem = judge(parameters);
      if (problem === undefined || parameters.has('error')) return parameters;
      complain(problem);
    }
  } finally {
    terminal.close();
  }
}

function nobody({ server, callbackUrl }: CallbackWish, hasBrowser: boolean): CountersignError {
  const why = hasBrowser
    ? `the callback ${callbackUrl} does not come to this machine`
    : 'there is no browser here (BROWSER is not set)';
  return new CountersignError('interaction-required', `Nobody can sign in at ${server}: ${why}.`, {
    hint: 'Use the grant device_code, or run in a terminal where the address can be pasted.',
  });
}

/** Two rows of modules per line, light on dark and the other way round as terminals go: readers take both. */
async function qrCode({ verificationUri, verificationUriComplete }: DeviceCode): Promise<string> {
  const { default: qrcode } = await import('./qr-code.ts');
  const code = qrcode(0, 'L');
  code.addData(verificationUriComplete ?? verificationUri);
  code.make();
  return code.createASCII(1, 2);
}
