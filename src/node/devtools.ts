export interface DevToolsEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly sessionId?: string;
}

/** A browser that is spoken to. @see https://chromedevtools.github.io/devtools-protocol/ */
export interface DevTools {
  /** @throws Error with the browser's words, or where it has ended */
  send(method: string, params?: object, sessionId?: string): Promise<Record<string, unknown>>;
  /** One listener: the last counts. */
  listen(listener: (event: DevToolsEvent) => void): void;
  /** Resolves when nobody can be spoken to any longer. */
  readonly exited: Promise<void>;
  close(): Promise<void>;
}

interface Reply {
  readonly resolve: (result: Record<string, unknown>) => void;
  readonly reject: (error: Error) => void;
}

/** Which reply belongs to which message, whatever carries them. */
export class DevToolsMessages {
  readonly #replies = new Map<number, Reply>();
  readonly #write: (text: string) => void;
  #listener: (event: DevToolsEvent) => void = () => {};
  #next = 1;
  #ended = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  listen(listener: (event: DevToolsEvent) => void): void {
    this.#listener = listener;
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    if (this.#ended) return Promise.reject(new Error('the browser has ended'));
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    this.#replies.set(id, { resolve, reject });
    this.#write(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    return promise;
  }

  receive(text: string): void {
    const message = JSON.parse(text) as {
      id?: number;
      result?: Record<string, unknown>;
      error?: { message: string };
    } & Partial<DevToolsEvent>;
    if (message.id !== undefined) {
      const reply = this.#replies.get(message.id);
      this.#replies.delete(message.id);
      if (message.error) reply?.reject(new Error(message.error.message));
      else reply?.resolve(message.result ?? {});
    } else if (message.method !== undefined) this.#listener(message as DevToolsEvent);
  }

  end(): void {
    this.#ended = true;
    for (const { reject } of this.#replies.values()) reject(new Error('the browser has ended'));
    this.#replies.clear();
  }
}
