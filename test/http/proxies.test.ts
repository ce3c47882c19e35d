import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import type { Transport } from '../../src/core/ports.ts';
import { createProxyResolver, type ProxySettings } from '../../src/http/proxies.ts';
import { createTlsResolver } from '../../src/http/tls.ts';
import { createTransport } from '../../src/http/transport.ts';
import {
  certificate,
  closeAll,
  failure,
  request,
  sending,
  serve,
  serveRaw,
  serveTls,
  text,
  whenDone,
} from './loopback.ts';

function transport(settings: ProxySettings): Transport {
  const created = createTransport({
    proxy: createProxyResolver(settings),
    tls: createTlsResolver({ extraCa: [certificate('ca.pem').toString()] }),
  });
  whenDone(() => created.close?.());
  return created;
}

const get = async (client: Transport, url: string): Promise<string> =>
  text(await (await client.send(request(url), sending())).bytes());

/** A proxy that answers CONNECT, and shows the request line of anything else. */
function connectProxy(seen: string[], password?: string): Promise<string> {
  return serveRaw(socket => {
    socket.once('data', data => {
      const [head = ''] = data.toString('latin1').split('\r\n\r\n');
      seen.push(head.split('\r\n')[0] ?? '');
      if (password && !head.includes(`Proxy-Authorization: Basic ${Buffer.from(password).toString('base64')}`)) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const target = /^CONNECT (\S+):(\d+) /.exec(head);
      if (!target) return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nforwarded');
      relay(socket, target[1] ?? '', Number(target[2]), 'HTTP/1.1 200 Connection established\r\n\r\n');
    });
  });
}

function relay(socket: Socket, host: string, port: number, greeting: string | Uint8Array): void {
  const onward = connect(port, host, () => {
    socket.write(greeting);
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
}

/** A SOCKS 5 proxy as RFC 1928 has it, for names and IPv4 addresses. */
function socksProxy(seen: string[], password?: string): Promise<string> {
  return serveRaw(async socket => {
    const next = () => new Promise<Buffer>(resolve => socket.once('data', resolve));
    const offered = await next();
    const wanted = password === undefined ? 0 : 2;
    if (!offered.subarray(2).includes(wanted)) return void socket.end(Buffer.of(5, 255));
    socket.write(Buffer.of(5, wanted));
    if (password !== undefined) {
      const credentials = await next();
      const user = credentials.subarray(2, 2 + (credentials[1] ?? 0)).toString();
      const secret = credentials.subarray(3 + (credentials[1] ?? 0)).toString();
      const right = `${user}:${secret}` === password;
      socket.write(Buffer.of(1, right ? 0 : 1));
      if (!right) return;
    }
    const asked = await next();
    const byName = asked[3] === 3;
    const host = byName ? asked.subarray(5, 5 + (asked[4] ?? 0)).toString() : [...asked.subarray(4, 8)].join('.');
    seen.push(`${byName ? 'name' : 'address'} ${host}`);
    if (host === 'blocked.test') return void socket.end(Buffer.of(5, 2, 0, 1, 0, 0, 0, 0, 0, 0));
    relay(socket, host, asked.readUInt16BE(asked.byteLength - 2), Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
  });
}

describe('proxies', () => {
  afterEach(closeAll);

  it('tunnels https with CONNECT', async () => {
    const seen: string[] = [];
    const base = await serveTls((_, response) => response.end('ok'));
    const proxy = await connectProxy(seen, 'ada:pä ss');
    const address = proxy.replace('//', '//ada:p%C3%A4%20ss@');
    assert.equal(await get(transport({ proxy: address }), base), 'ok');
    assert.deepEqual(seen, [`CONNECT ${base.slice(8)} HTTP/1.1`]);
  });

  it('asks the proxy itself for http', async () => {
    const seen: string[] = [];
    const proxy = await connectProxy(seen, 'a:b');
    const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
    assert.equal(await get(transport({ proxy, authorization }), 'http://127.0.0.1:9/p?q=1'), 'forwarded');
    assert.deepEqual(seen, ['GET http://127.0.0.1:9/p?q=1 HTTP/1.1']);
  });

  it('says in words what the proxy refuses', async () => {
    const proxy = await connectProxy([], 'a:b');
    for (const url of ['http://127.0.0.1:9/', 'https://127.0.0.1:9/']) {
      const none = await failure(get(transport({ proxy }), url), 'proxy');
      assert.match(none.message, /asks for a name and a password/);
      const wrong = await failure(get(transport({ proxy: proxy.replace('//', '//a:wr0ng@') }), url), 'proxy');
      assert.match(wrong.message, /does not accept/);
      assert.doesNotMatch(`${wrong.message}${wrong.hint}`, /wr0ng/);
    }
  });

  it('says that a proxy cannot be reached, or is none', async () => {
    for (const url of ['http://127.0.0.1:9/', 'https://127.0.0.1:9/']) {
      await failure(get(transport({ proxy: 'http://127.0.0.1:1' }), url), 'proxy');
    }
    const garbage = await serveRaw(socket => socket.once('data', () => socket.write('220 smtp ready\r\n\r\n')));
    const error = await failure(get(transport({ proxy: garbage }), 'https://127.0.0.1:9/'), 'proxy');
    assert.match(error.message, /does not answer like a proxy/);
    const silent = await serveRaw(socket => socket.once('data', () => socket.end()));
    await failure(get(transport({ proxy: silent }), 'https://127.0.0.1:9/'), 'proxy');
    await failure(get(transport({ proxy: 'gopher://h:70' }), 'http://127.0.0.1:9/'), 'proxy');
  });

  it('goes through SOCKS 5, with names resolved here or there', async () => {
    const base = await serve((_, response) => response.end('ok'));
    const port = new URL(base).port;
    const seen: string[] = [];
    const proxy = (await socksProxy(seen, 'ada:secret')).replace('http://', '//ada:secret@');
    assert.equal(await get(transport({ proxy: `socks5h:${proxy}` }), `http://localhost:${port}/`), 'ok');
    assert.equal(await get(transport({ proxy: `socks5:${proxy}` }), base), 'ok');
    assert.deepEqual(seen, ['name localhost', 'address 127.0.0.1']);
    const secure = await serveTls((_, response) => response.end('secure'));
    assert.equal(await get(transport({ proxy: `socks5h:${proxy}` }), secure), 'secure');
  });

  it('says what a SOCKS proxy refuses', async () => {
    const proxy = (await socksProxy([], 'ada:secret')).replace('http://', '');
    const url = 'http://127.0.0.1:9/';
    assert.match(
      (await failure(get(transport({ proxy: `socks5://${proxy}` }), url), 'proxy')).message,
      /asks for a name/,
    );
    const wrong = get(transport({ proxy: `socks5://ada:nope@${proxy}` }), url);
    assert.match((await failure(wrong, 'proxy')).message, /does not accept/);
    const open = (await socksProxy([])).replace('http://', 'socks5h://');
    const environment = { ALL_PROXY: open };
    const blocked = get(transport({ environment }), 'http://blocked.test/');
    assert.match((await failure(blocked, 'proxy')).message, /does not allow/);
  });
});

describe('choosing a proxy', () => {
  const http = { secure: false, hostname: 'api.example.com', port: 80 };
  const https = { secure: true, hostname: 'api.example.com', port: 443 };

  it('takes the port that stands in the address, whatever follows it', () => {
    for (const [address, shown] of [
      ['http://host:3128/x', 'host:3128'],
      ['http://host:3128?x', 'host:3128'],
      ['http://u:p@host:3128/a:9/b', 'host:3128'],
      ['http://host/x:9', 'host:80'],
      ['https://host:80/', 'host:80'],
      ['http://[::1]:3128/x', '[::1]:3128'],
      ['http://[::1]/x', '[::1]:80'],
      ['host:3128/x', 'host:3128'],
      ['socks5://host/x', 'host:1080'],
    ]) {
      const target = { secure: false, hostname: shown?.startsWith('[') ? '::1' : 'api.example.com', port: 80 };
      assert.equal(createProxyResolver({ environment: { http_proxy: address } })(target)?.shown, shown, address);
    }
  });

  it('prefers the setting, then the variable of the scheme, lower case first', () => {
    const environment = {
      HTTP_PROXY: 'upper:1',
      http_proxy: 'lower:2',
      HTTPS_PROXY: 'https://secure',
      ALL_PROXY: 'all:4',
    };
    assert.equal(createProxyResolver({ environment, proxy: 'http://set:8080' })(https)?.shown, 'set:8080');
    assert.equal(createProxyResolver({ environment })(http)?.shown, 'lower:2');
    assert.equal(createProxyResolver({ environment })(https)?.shown, 'secure:443');
    assert.equal(createProxyResolver({ environment: { ALL_PROXY: 'all:4' } })(https)?.shown, 'all:4');
    assert.equal(createProxyResolver({ environment: { HTTP_PROXY: 'x:1', REQUEST_METHOD: 'GET' } })(http), undefined);
    assert.equal(createProxyResolver({})(http), undefined);
  });

  for (const [rule, hostname, port, direct] of [
    ['*', 'api.example.com', 443, true],
    ['example.com', 'api.example.com', 443, true],
    ['.example.com', 'api.example.com', 443, true],
    ['*.example.com', 'api.example.com', 443, true],
    ['ample.com', 'api.example.com', 443, false],
    ['API.EXAMPLE.COM', 'api.example.com', 443, true],
    ['example.com:8443', 'api.example.com', 443, false],
    ['example.com:443', 'api.example.com', 443, true],
    ['10.0.0.0/8', '10.1.2.3', 443, true],
    ['10.0.0.0/8', '11.1.2.3', 443, false],
    ['10.0.0.0/99', '10.1.2.3', 443, false],
    ['10.1.2.3', '10.1.2.3', 443, true],
    ['fd00::/8', 'fd00::1', 443, true],
    ['::1', '::1', 443, true],
    ['[::1]:443', '::1', 443, true],
    ['other,  example.com', 'api.example.com', 443, true],
    ['0.3', '1.0.0.3', 443, false],
  ] as const) {
    it(`${direct ? 'leaves out' : 'uses'} the proxy for ${hostname}:${port} with NO_PROXY=${rule}`, () => {
      const environment = { HTTPS_PROXY: 'http://proxy:1', no_proxy: rule };
      const proxy = createProxyResolver({ environment })({ secure: true, hostname, port });
      assert.equal(proxy === undefined, direct);
    });
  }

  it('reaches the loopback without a proxy, unless the proxy is there too', () => {
    const target = { secure: false, hostname: '127.0.0.1', port: 80 };
    assert.equal(createProxyResolver({ proxy: 'http://corp:8080' })(target), undefined);
    assert.equal(createProxyResolver({ proxy: 'http://localhost:8080' })(target)?.port, 8080);
  });
});
