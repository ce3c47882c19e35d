import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const agentModule = pathToFileURL(join(import.meta.dirname, '../../src/cli/terminal-agent.ts')).href;

/** Asks for the answer of a sign-in whose callback belongs to somebody else, as the command line does, and prints it. */
const program = `
const { terminalAgent } = await import(${JSON.stringify(agentModule)});
const agent = terminalAgent({ env: {}, canAsk: true, say: () => {} });
const signal = new AbortController().signal;
const callbackUrl = 'https://app.example.com/callback';
const wish = { callbackUrl, useBrowser: true, responseMode: 'query', server: 'login.example.com', signal };
const session = await agent.prepare(wish);
const judge = given => given.get('state') === 's' ? given.get('error') ?? undefined : 'The state is another.';
// A deadline, as every sign-in has one: nothing else keeps the process.
const deadline = setTimeout(() => process.exit(9), 60_000);
try {
  const answer = await session.authorize('https://login.example.com/authorize?request_uri=pushed', judge, 's');
  process.stdout.write(String(answer));
} catch (error) {
  process.stdout.write(error.code);
}
clearTimeout(deadline);
`;

/** Where the callback comes to this machine after all, while somebody could still type. */
const called = `
const { terminalAgent } = await import(${JSON.stringify(agentModule)});
const agent = terminalAgent({ env: {}, canAsk: true, say: () => {} });
const wish = { useBrowser: true, responseMode: 'query', server: 'login.example.com', signal: new AbortController().signal };
const session = await agent.prepare(wish);
const answer = session.authorize('https://login.example.com/authorize', () => undefined, 's');
await (await fetch(session.redirectUri + '?code=c&state=s')).text();
process.stdout.write(String(await answer));
await session.close();
`;

/** What comes of these lines, typed one after the other, after which the input is closed. */
async function typed(...lines: readonly string[]): Promise<{ readonly answer: string; readonly said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'pipe' });
  const said: string[] = [];
  const waiting = [...lines];
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.push(chunk);
    // As a person does: the next line when the question is there.
    for (const _ of chunk.matchAll(/ends at: /g)) {
      const next = waiting.shift();
      if (next === undefined) child.stdin.end();
      else child.stdin.write(`${next}\n`);
    }
  });
  const [answer] = await Promise.all([text(child.stdout), new Promise(resolve => child.once('close', resolve))]);
  return { answer, said: said.join('') };
}

describe('an answer that is pasted at a terminal', function () {
  this.timeout(60_000);

  it('is asked for again until it belongs to this sign-in', async () => {
    const callback = 'https://app.example.com/callback';
    const { answer, said } = await typed('hello world', callback, `${callback}?code=c&state=x`, '4/0AX=');
    assert.deepEqual([...new URLSearchParams(answer)].sort(), [
      ['code', '4/0AX='],
      ['state', 's'],
    ]);
    assert.equal(said.split('The state is another.').length, 4);
  });

  it('may be the server’s refusal', async () => {
    const { answer } = await typed('https://app.example.com/callback?error=access_denied&state=s');
    assert.equal(new URLSearchParams(answer).get('error'), 'access_denied');
  });

  it('is asked for no longer when the callback has come, and keeps nothing from ending', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', called], { stdio: 'pipe' });
    const ended = new Promise(resolve => child.once('close', resolve));
    const deadline = setTimeout(() => child.kill(), 20_000);
    assert.equal(await text(child.stdout), 'code=c&state=s');
    assert.equal(await ended, 0);
    clearTimeout(deadline);
  });

  it('is given up where the input is closed', async () => {
    assert.equal((await typed()).answer, 'cancelled');
    assert.equal((await typed('garbage in')).answer, 'cancelled');
  });
});
