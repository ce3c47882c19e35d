const flushSize = 32 * 1024;
const flushDelay = 20;

/** Standard output: at once on a terminal, in larger pieces elsewhere, where a write a line is what costs most. */
export interface StandardOutput {
  write(text: string): void;
  /** Writes what is held back. */
  flush(): void;
}

export function createStandardOutput(stream: NodeJS.WriteStream): StandardOutput {
  // A reader that has seen enough (`| head`) ends the call quietly, with the status of SIGPIPE.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(128 + 13);
    throw error;
  });
  if (stream.isTTY) return { write: text => void stream.write(text), flush: () => {} };
  let held = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (held === '') return;
    stream.write(held);
    held = '';
  };
  return {
    write(text) {
      held += text;
      if (held.length >= flushSize) flush();
      else timer ??= setTimeout(flush, flushDelay);
    },
    flush,
  };
}
