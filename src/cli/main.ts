import { main } from './cli.ts';

main(process.argv.slice(2)).then(
  status => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`countersign met an error of its own; please report it:\n${text}\n`);
    process.exitCode = 1;
  },
);
