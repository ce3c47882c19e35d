import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server in a process of its own that answers every request with the same small JSON, `/large` with 5 MB; prints its port. */
const body = Buffer.from(JSON.stringify({ id: 1, name: 'Ada', roles: ['admin'] }));
const large = Buffer.from(JSON.stringify('large '.repeat((5 * 1024 * 1024) / 6)));
const server = createServer((request, response) => {
  request.resume();
  const answer = request.url === '/large' ? large : body;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.byteLength });
  response.end(answer);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
