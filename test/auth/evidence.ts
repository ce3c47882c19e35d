import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import Mocha from 'mocha';
import { wireRequestsFor } from './wire-requests.ts';
import { wireSchemes } from './wire-schemes.ts';

/**
 * `node test/auth/evidence.ts [--list]`: runs the tests of the schemes and counts, by what their titles say, what shows
 * each scheme to be right. `--list` prints the titles behind each count. The status is 1 where a test fails or a cell
 * is empty.
 */

/** What the title of a test, with its `describe`s, begins with, or what of its name. */
const schemes: Readonly<Record<string, RegExp>> = {
  apikey: /^API key|wire (?:over HTTP\/2 )?apikey/,
  bearer: /^Bearer|wire (?:over HTTP\/2 )?bearer/,
  basic: /^Basic|wire (?:over HTTP\/2 )?basic/,
  digest: /^Digest|wire (?:over HTTP\/2 )?digest/,
  oauth1: /^OAuth 1|wire (?:over HTTP\/2 )?oauth1|: oauth1/,
  hawk: /^Hawk|wire (?:over HTTP\/2 )?hawk/,
  awsv4: /^AWS Signature|wire (?:over HTTP\/2 )?awsv4|: awsv4/,
  ntlm: /^NTLM|wire (?:over HTTP\/2 )?ntlm/,
  edgegrid: /^EdgeGrid|wire (?:over HTTP\/2 )?edgegrid|: edgegrid/,
  jwt: /^JWT|wire (?:over HTTP\/2 )?jwt|: jwt/,
  asap: /^ASAP|wire (?:over HTTP\/2 )?asap|: asap/,
};

const columns: Readonly<Record<string, RegExp>> = {
  vectors: /published (?:vectors|example)|official suite .*: (?:header|query)$|test data|gives the header of/,
  counterpart:
    /accepted (?:by|with|on|through)|passes a recomputation|that (?:digest-fetch|@node-ntlm\/core) computes|as aws4 does|express-ntlm/,
  'wrong refused':
    /^(?!.*says why).*(?:tried once|is refused with|and refused|body refused|header refused|refuses a message|password is not$|tries a wrong|explains (?:a wrong|an unknown|a missing|a replayed|a \w+ that was changed))/,
  'preview exact': /as previewed|exactly what is sent|previews exactly|whole and in the preview|, in the preview/,
};

/** Schemes that nobody publishes vectors for. */
const unpublished = new Set(['apikey', 'asap']);

const found = new Map<string, string[]>();
const failures: string[] = [];

class Collector extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pass', test => {
      const title = test.fullTitle();
      for (const [scheme, named] of Object.entries(schemes)) {
        if (!named.test(title)) continue;
        for (const [column, says] of Object.entries(columns)) {
          if (says.test(title)) found.set(`${scheme} ${column}`, [...(found.get(`${scheme} ${column}`) ?? []), title]);
        }
      }
    });
    runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}: ${error.message}`));
  }
}

const mocha = new Mocha({ reporter: Collector as unknown as string, timeout: 20_000 });
for (const file of globSync('*.test.ts', { cwd: import.meta.dirname })) {
  mocha.addFile(relative(process.cwd(), resolve(import.meta.dirname, file)));
}
await mocha.loadFilesAsync();
await new Promise<void>(done => mocha.run(() => done()));

const names = Object.keys(columns);
const rows = Object.keys(schemes).map(scheme => {
  const counts = names.map(column => found.get(`${scheme} ${column}`)?.length ?? 0);
  const requests = wireSchemes
    .filter(({ name }) => name.split(/[ ,]/)[0] === scheme)
    .reduce((sum, variant) => sum + wireRequestsFor(variant).length, 0);
  return { scheme, counts, requests };
});
console.log(`| scheme | ${names.join(' | ')} | requests from the document to the wire |`);
console.log(`|---|${names.map(() => '--:|').join('')}--:|`);
for (const { scheme, counts, requests } of rows) {
  const cells = counts.map((count, at) =>
    count === 0 && at === 0 && unpublished.has(scheme) ? 'none published' : count,
  );
  console.log(`| ${scheme} | ${cells.join(' | ')} | ${requests} |`);
}
console.log(
  '\nTests that passed; each request of the last column was accepted by its counterpart as previewed, byte by byte.',
);
if (process.argv.includes('--list')) {
  for (const [cell, titles] of found) console.log(`\n${cell}\n${titles.map(title => `  ${title}`).join('\n')}`);
}
for (const failure of failures) console.log(`failed: ${failure}`);
const empty = rows.some(({ scheme, counts }) =>
  counts.some((count, at) => count === 0 && !(at === 0 && unpublished.has(scheme))),
);
process.exit(failures.length > 0 || empty ? 1 : 0);
