import { CountersignError } from '../core/errors.ts';
import { type DevTools, type DevToolsEvent, DevToolsMessages } from './devtools.ts';

/** Milliseconds that a browser has to answer; a person may have to allow it there first. */
const patience = 60_000;

/** A browser that listens for DevTools on a port of this machine. */
export class DevToolsSocket implements DevTools {
  readonly #socket: WebSocket;
  readonly #messages: DevToolsMessages;
  readonly exited: Promise<void>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#messages = new DevToolsMessages(text => socket.send(text));
    socket.addEventListener('message', ({ data }) => this.#messages.receive(String(data)));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.exited = promise;
    socket.addEventListener('close', () => {
      this.#messages.end();
      resolve();
    });
    socket.addEventListener('error', () => {});
  }

  /**
   * @param path of its WebSocket; absent: the browser is asked for it
   * @throws CountersignError `io` where no browser listens there
   */
  static async connect(port: number, path?: string): Promise<DevToolsSocket> {
    const address = `ws://127.0.0.1:${port}${path ?? (await webSocketPath(port))}`;
    const socket = new WebSocket(address);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(reject, patience);
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(), { once: true });
    try {
      await promise;
    } catch {
      socket.close();
      throw noBrowser(port);
    } finally {
      clearTimeout(timer);
    }
    return new DevToolsSocket(socket);
  }

  listen(listener: (event: DevToolsEvent) => void): void {
    this.#messages.listen(listener);
  }

  send(method: string, params?: object, sessionId?: string): Promise<Record<string, unknown>> {
    return this.#messages.send(method, params, sessionId);
  }

  /** Hangs up; the browser stays. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.exited;
  }
}

async function webSocketPath(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/json/version`, {
      signal: AbortSignal.timeout(5000),
      redirect: 'error',
    });
    const { webSocketDebuggerUrl } = (await response.json()) as { webSocketDebuggerUrl?: unknown };
    // Its host and port are what the browser believes; only the path is taken.
    return new URL(String(webSocketDebuggerUrl)).pathname;
  } catch {
    throw noBrowser(port);
  }
}

function noBrowser(port: number): CountersignError {
  return new CountersignError('io', `No browser listens for DevTools on port ${port} of this machine.`, {
    hint: 'Start it with --remote-debugging-port=9222 --user-data-dir=FOLDER, or allow remote debugging at chrome://inspect.',
  });
}
