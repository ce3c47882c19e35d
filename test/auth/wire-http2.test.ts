import assert from 'node:assert/strict';
import { closeAll, serveHttp2 } from '../http/loopback.ts';
import { createPipeline, documentFolder } from './pipeline.ts';
import { wireFiles } from './wire-requests.ts';
import { wireKeyFiles, wireSchemes, wireVariables } from './wire-schemes.ts';

/** Over HTTP/2 the host goes by another name and header names in lower case; NTLM takes a connection of HTTP/1.1. */
describe('From the document to the wire over HTTP/2', () => {
  after(closeAll);

  for (const { name, auth, check } of wireSchemes) {
    it(`${name}: accepted by the counterpart`, async () => {
      const versions = new Set<string>();
      const url = await serveHttp2(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        versions.add(request.httpVersion);
        const headers = { ...request.headers, host: request.authority ?? request.headers.host };
        const {
          ok,
          status,
          headers: added,
        } = await check({
          ...{ method: request.method, target: request.url, headers, rawHeaders: request.rawHeaders },
          ...{
            url: new URL(request.url, `https://${headers.host}`),
            body: Buffer.concat(chunks),
            socket: request.socket,
          },
        });
        for (const [header, value] of added ?? []) response.appendHeader(header, value);
        response.writeHead(ok ? 200 : (status ?? 401)).end();
      });
      const folder = documentFolder({ ...wireFiles, ...wireKeyFiles });
      const pipeline = createPipeline({ ...wireVariables, url }, folder.path);
      try {
        for (const request of [
          'GET {{url}}/a%20b?b=2&a=+&a=%2B&ü=;',
          'POST {{url}}/json\nContent-Type: application/json\n\n{"ä":1}',
          'PUT {{url}}/file\n\n< ./bytes.bin',
          'POST {{url}}/form?c=3\nContent-Type: application/x-www-form-urlencoded\n\nä=1&b=two+words&b=%25',
        ]) {
          const result = await pipeline.run(`# @auth ${auth}\n# @insecure\n${request}\n`);
          assert.equal(result.response?.status, 200, result.error?.message ?? result.explanation);
        }
        assert.deepEqual([...versions], [name === 'ntlm' ? '1.1' : '2.0']);
      } finally {
        await pipeline.close();
        folder.remove();
      }
    });
  }
});
