import { join } from 'node:path';
import Mocha from 'mocha';

/**
 * `node test/auth/oauth2/evidence.ts`: runs the tests of the grants, and prints by their titles which of them got,
 * renewed and were refused a token with which client authentication, at either server. The status is 1 where a test
 * fails or a cell is empty that the server could fill.
 */

const servers: Readonly<Record<string, string>> = {
  'OAuth 2.0 grants': 'oidc-provider',
  'OAuth 2.0 flows against oauth2-mock-server': 'oauth2-mock-server',
};
const methods = ['header', 'body', 'private_key_jwt', 'client_secret_jwt', 'none'];
const shown = /^(.*) gets, renews and is refused a token: (\w+) × (\w+)$/;

const passed = new Set<string>();
const grants = new Map<string, Set<string>>();
const failures: string[] = [];

class Collector extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pass', test => {
      const [, suite = '', grant = '', method] = shown.exec(test.fullTitle()) ?? [];
      const server = servers[suite];
      if (!server) return;
      passed.add(`${server} ${grant} ${method}`);
      grants.set(server, (grants.get(server) ?? new Set()).add(grant));
    });
    runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}: ${error.message}`));
  }
}

const mocha = new Mocha({ reporter: Collector as unknown as string, timeout: 20_000 });
for (const file of ['grants.test.ts', 'flows.test.ts']) mocha.addFile(join(import.meta.dirname, file));
await mocha.loadFilesAsync();
await new Promise<void>(done => mocha.run(() => done()));

let empty = grants.size < Object.keys(servers).length;
for (const [server, rows] of grants) {
  console.log(`\n| ${server} | ${methods.join(' | ')} |\n|---|${methods.map(() => '---').join('|')}|`);
  for (const grant of rows) {
    const cells = methods.map(method => {
      if (passed.has(`${server} ${grant} ${method}`)) {
        return grant === 'client_credentials' ? 'got, got anew, refused' : 'got, refreshed, refused';
      }
      // A public client has nothing to show for itself; RFC 6749 §4.4 forbids it this grant.
      if (grant === 'client_credentials' && method === 'none') return 'not allowed';
      empty = true;
      return '';
    });
    console.log(`| ${grant} | ${cells.join(' | ')} |`);
  }
}
console.log('\nEach filled cell is a test that passed. oauth2-mock-server knows no other grants; it checks no client,');
console.log('so there the test checks how the client proves itself, and lets the server refuse it.');
for (const failure of failures) console.log(`failed: ${failure}`);
process.exit(failures.length > 0 || empty ? 1 : 0);
