import assert from 'node:assert/strict';
import { listen, readAll } from '../auth/exchange.ts';
import { createDigestVerifier } from '../demo-api/verifiers/digest.ts';
import { createAcceptor } from '../demo-api/verifiers/ntlm.ts';
import { countersign, folderWith } from './countersign.ts';

const requests = String.raw`### digest
# @auth digest username=Mufasa password=x
POST {{baseUrl}}/digest?first&b=2&a=%20

{"a":1}

### ntlm
# @auth ntlm username=ALPHA\User password=x
POST {{baseUrl}}/ntlm?first

{"a":1}

### ntlm again
# @auth ntlm username=ALPHA\User password=x
GET {{baseUrl}}/ntlm
`;

describe('challenges from the command line', () => {
  it('answers them before, through and after a redirect, on one nonce and on one connection', async () => {
    const digest = createDigestVerifier({ password: 'x' });
    const ntlm = createAcceptor({ password: 'x', timestamp: true });
    const log: string[] = [];
    const server = await listen(async (request, response) => {
      const body = await readAll(request);
      const { method = '', url: target = '', socket } = request;
      const { authorization } = request.headers;
      let status: number;
      if (target.startsWith('/digest')) {
        const judged = digest.judge({ method, target, body, headers: { authorization } });
        for (const [name, value] of judged.headers) response.appendHeader(name, value);
        status = judged.status;
      } else {
        const judged = ntlm.judge(socket, authorization, body.length);
        if (judged.challenge) response.setHeader('WWW-Authenticate', judged.challenge);
        status = judged.status;
      }
      log.push(`${method} ${target} ${authorization?.split(' ')[0] ?? '-'} ${body.length} ${status}`);
      const redirected = status === 200 && target.includes('first');
      if (redirected) response.setHeader('Location', target.replace('first', 'second'));
      response.writeHead(redirected ? 307 : status).end();
    });
    const { folder, remove } = folderWith({ 'a.http': requests });
    try {
      const { status, stderr } = await countersign(folder, ['run', 'a.http', '--var', `baseUrl=${server.url}`]);
      assert.equal(status, 0, stderr);
    } finally {
      await server.close();
      remove();
    }
    assert.deepEqual(log, [
      'POST /digest?first&b=2&a=%20 - 7 401',
      'POST /digest?first&b=2&a=%20 Digest 7 200',
      'POST /digest?second&b=2&a=%20 Digest 7 200',
      'POST /ntlm?first NTLM 0 401',
      'POST /ntlm?first NTLM 7 200',
      'POST /ntlm?second - 7 200',
      'GET /ntlm - 0 200',
    ]);
    assert.deepEqual(
      digest.seen.map(({ nonce, nc }) => `${nonce} ${nc}`),
      ['undefined undefined', 'nonce/1== 00000001', 'nonce/1== 00000002'],
    );
    assert.equal(new Set(ntlm.legs.map(leg => leg.socket)).size, 1);
  });
});
