import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSystemTrustTransport } from '../../src/http/system-trust.ts';
import { closeAll, failure, pair, request, sending, serveTls, text, whenDone } from './loopback.ts';

const authority = fileURLToPath(new URL('./data/test-only-certificates/ca.pem', import.meta.url));
const module = new URL('../../src/http/system-trust.ts', import.meta.url).href;

/** Sends a request from a process whose environment, and with it whose system's store, is another. */
async function sentWith(env: Readonly<Record<string, string>>, url: string): Promise<string> {
  const script = `
    const { createSystemTrustTransport } = await import(${JSON.stringify(module)});
    const transport = createSystemTrustTransport();
    const request = { method: 'GET', url: ${JSON.stringify(url)}, query: [], headers: [], cookies: [], overridden: [] };
    const send = async () => {
      const response = await transport.send(request, { signal: new AbortController().signal });
      return Buffer.from(await response.bytes()).toString();
    };
    console.log(...(await Promise.all([send(), send()])));
    await transport.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

describe('the trust of the command line', () => {
  afterEach(closeAll);

  it('takes in NODE_EXTRA_CA_CERTS', async () => {
    const base = await serveTls((_, response) => response.end('ok'));
    assert.equal(await sentWith({ NODE_EXTRA_CA_CERTS: authority }, base), 'ok ok');
  });

  // Elsewhere the system's store is not a file.
  (process.platform === 'linux' ? it : it.skip)('takes in what the system trusts', async () => {
    const base = await serveTls((_, response) => response.end('ok'));
    assert.equal(await sentWith({ SSL_CERT_FILE: authority, SSL_CERT_DIR: '/nonexistent' }, base), 'ok ok');
  });

  it('trusts nobody else, unless it is told not to verify', async () => {
    const base = await serveTls((_, response) => response.end('ok'), pair('self-signed'));
    const transport = createSystemTrustTransport();
    whenDone(() => transport.close?.());
    const error = await failure(transport.send(request(base), sending()), 'certificate');
    assert.match(error.message, /self-signed/);
    const response = await transport.send(request(base), sending({ insecure: true }));
    assert.equal(text(await response.bytes()), 'ok');
  });
});
