/** Moves rows by their grips: a line shows where the row would go; Escape leaves everything as it was. */
export class RowDrag {
  readonly #rows: () => readonly HTMLElement[];
  readonly #onMove: (from: number, to: number) => void;
  #stop: AbortController | undefined;

  /** @param rows the rows that can be moved, in order */
  constructor(rows: () => readonly HTMLElement[], onMove: (from: number, to: number) => void) {
    this.#rows = rows;
    this.#onMove = onMove;
  }

  watch(grip: HTMLElement, row: HTMLElement): void {
    grip.addEventListener('pointerdown', event => {
      if (event.button !== 0 || !this.#rows().includes(row)) return;
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
      this.#begin(grip, row);
    });
  }

  /** Ends a drag without moving anything, for instance because the rows have changed. */
  cancel(): void {
    this.#stop?.abort();
  }

  #begin(grip: HTMLElement, row: HTMLElement): void {
    this.cancel();
    const stop = new AbortController();
    const { signal } = stop;
    this.#stop = stop;
    const rows = this.#rows();
    const from = rows.indexOf(row);
    let to = from;
    row.classList.add('dragged');
    const mark = (): void => {
      for (const [index, each] of rows.entries()) {
        each.classList.toggle('drop-above', index === to && to < from && !signal.aborted);
        each.classList.toggle('drop-below', index === to && to > from && !signal.aborted);
      }
    };
    signal.addEventListener('abort', () => {
      row.classList.remove('dragged');
      mark();
    });
    const move = ({ clientY }: PointerEvent): void => {
      const middles = rows.map(each => each.getBoundingClientRect()).map(({ top, height }) => top + height / 2);
      to = middles.filter((middle, index) => index !== from && middle < clientY).length;
      mark();
    };
    grip.addEventListener('pointermove', move, { signal });
    grip.addEventListener('pointercancel', () => stop.abort(), { signal });
    grip.addEventListener(
      'pointerup',
      () => {
        stop.abort();
        if (to !== from) this.#onMove(from, to);
      },
      { signal },
    );
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && stop.abort(), { signal });
  }
}
