import type { Socket } from 'node:net';

/** Reads answers of known shape from a socket before it is handed on; what it read too much goes back. */
export class SocketReader {
  #socket: Socket;
  #buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** Exactly that many bytes. @throws Error where the socket ends before */
  async exactly(length: number): Promise<Buffer> {
    while (this.#buffer.byteLength < length) await this.#more();
    return this.#take(length);
  }

  /** Everything up to and with the mark. @throws Error where the socket ends before, or after `limit` bytes */
  async until(mark: string, limit: number): Promise<Buffer> {
    for (;;) {
      const at = this.#buffer.indexOf(mark);
      if (at >= 0) return this.#take(at + mark.length);
      if (this.#buffer.byteLength > limit) throw new Error('the answer is too long');
      await this.#more();
    }
  }

  /** Lets go of the socket. */
  release(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('error', this.#onError);
    this.#socket.off('close', this.#onClose);
    if (this.#buffer.byteLength > 0 && !this.#socket.destroyed) this.#socket.unshift(this.#buffer);
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  #more(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#wake = () => (this.#failure ? reject(this.#failure) : resolve());
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #onData = (chunk: Buffer): void => {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    this.#notify();
  };

  #onError = (error: Error): void => {
    this.#failure ??= error;
    this.#notify();
  };

  #onClose = (): void => {
    this.#failure ??= new Error('the connection was closed');
    this.#notify();
  };
}
