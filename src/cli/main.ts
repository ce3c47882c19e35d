import { runCall } from './cli.ts';

runCall(process.argv.slice(2)).then(status => {
  process.exitCode = status;
});
