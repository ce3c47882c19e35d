import { main } from './cli.ts';
import { say } from './standard-error.ts';

main(process.argv.slice(2)).then(
  status => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`countersign met an error of its own; please report it:\n${text}`);
    process.exitCode = 1;
  },
);
