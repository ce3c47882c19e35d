/** The terminal that progress is drawn on. */
export interface ProgressTerminal {
  readonly columns: number;
  /** Milliseconds. */
  now(): number;
  write(text: string): void;
}

/** Milliseconds between two drawings where nothing else is printed. */
const often = 100;
const barWidth = 24;

/**
 * One line at the bottom of a terminal that says how far a run is, how fast, and how many failed. Whoever prints something
 * calls `clear` before it; the next `step` draws the line anew.
 */
export class Progress {
  readonly #terminal: ProgressTerminal;
  /** How many requests there will be; undefined where nobody knows. */
  readonly #total: number | undefined;
  readonly #started: number;
  #done = 0;
  #failed = 0;
  #drawn = false;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: ProgressTerminal, total: number | undefined) {
    this.#terminal = terminal;
    this.#total = total;
    this.#started = terminal.now();
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawn) this.#terminal.write('\r\x1b[2K');
    this.#drawn = false;
  }

  /** A request has ended. */
  step(ok: boolean): void {
    this.#done++;
    if (!ok) this.#failed++;
    const now = this.#terminal.now();
    if (this.#drawn && now - this.#drawnAt < often) return;
    this.clear();
    this.#terminal.write(this.#line(now));
    this.#drawn = true;
    this.#drawnAt = now;
  }

  #line(now: number): string {
    const seconds = Math.max(now - this.#started, 1) / 1000;
    const rate = this.#done / seconds;
    const parts = [`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`];
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#total === undefined) parts.unshift(`${this.#done} requests`);
    else {
      const left = Math.max(this.#total - this.#done, 0);
      const filled = Math.round((Math.min(this.#done, this.#total) / this.#total) * barWidth);
      parts.unshift(`${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${this.#done}/${this.#total}`);
      if (left > 0) parts.push(`${Math.ceil(left / rate)} s left`);
    }
    return parts.join('  ').slice(0, Math.max(this.#terminal.columns - 1, 10));
  }
}
