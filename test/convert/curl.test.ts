import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type CurlExport, toCurl } from '../../src/convert/curl/curl.ts';
import { isCurl, parseCurl } from '../../src/convert/curl/curl-import.ts';
import { curlText, keepsBody } from '../../src/convert/curl/curl-text.ts';
import { guessShell, shellQuote, shellWords } from '../../src/convert/curl/shell-words.ts';
import type { HttpRequest } from '../../src/core/request.ts';
import { textBody } from '../../src/core/request.ts';
import { parse } from '../../src/language/parser.ts';

const file = { by: 'file', file: '/a.http', line: 1 } as const;

const stated = { by: 'auth', scheme: 'digest', level: 'request', file: '/a.http', line: 1 } as const;
const plain = { shell: 'sh', secrets: false } as const;

function request(parts: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url: 'https://api.example.com/users',
    query: [],
    headers: [],
    cookies: [],
    body: undefined,
    overridden: [],
    ...parts,
  };
}

describe('words of a command line', () => {
  it('undoes the quotes of a POSIX shell', () => {
    assert.deepEqual(shellWords(`a 'b c' "d \\"e\\" \\$f" g\\ h ''`), ['a', 'b c', 'd "e" $f', 'g h', '']);
  });

  it('undoes ANSI strings, with bytes, code points and surrogate pairs', () => {
    assert.deepEqual(shellWords(`$'a\\n\\'\\u0021\\xc3\\xa9 \\ud83d\\ude00'`), ["a\n'!é 😀"]);
  });

  it('joins lines that end with a backslash and stops at the end of the command', () => {
    assert.deepEqual(shellWords('curl \\\n  -k \\\r\n x; rm -rf /'), ['curl', '-k', 'x']);
    assert.deepEqual(shellWords('curl x\necho y'), ['curl', 'x']);
  });

  it('undoes what cmd.exe and the C runtime do', () => {
    const text = 'curl ^"https://x.example/?a=1^&b=2^" ^\r\n  -H ^"X: a ^\\^"b^\\^"^" --data-raw "{""a"":1}"';
    assert.equal(guessShell(text), 'cmd');
    assert.deepEqual(shellWords(text), [
      'curl',
      'https://x.example/?a=1&b=2',
      '-H',
      'X: a "b"',
      '--data-raw',
      '{"a":1}',
    ]);
  });

  it('knows what cmd is quoted like from one line', () => {
    // Chrome, “Copy as cURL (cmd)”.
    const text = 'curl "https://x.example/?a=1^%^5B" -H "x-y: ^{^\\^"a^\\^":1^}"';
    assert.equal(guessShell(text), 'cmd');
    assert.deepEqual(shellWords(text), ['curl', 'https://x.example/?a=1%5B', '-H', 'x-y: {"a":1}']);
    assert.equal(guessShell(`curl 'https://x.example' --data-raw '^[a]'`), 'sh');
  });

  it('names the variables that a shell would replace, and those alone', () => {
    const words = shellWords(`"Bearer $TOKEN" \${KEY}: '$NOT' "\\$not $1 $" $'$x'`, 'sh', name => `<${name}>`);
    assert.deepEqual(words, ['Bearer <TOKEN>', '<KEY>:', '$NOT', '$not $1 $', '$x']);
    assert.deepEqual(shellWords('"$TOKEN"', 'sh'), ['$TOKEN']);
  });

  it('ends for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`a \\'"$^\n;x01u`) }), text => {
        shellWords(text, 'sh');
        shellWords(text, 'sh', name => name);
        shellWords(text, 'cmd');
      }),
    );
  });

  it('quotes so that reading gives the word back', () => {
    const word = fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(word, text => {
        assert.deepEqual(shellWords(shellQuote(text, 'sh'), 'sh'), [text]);
      }),
    );
    fc.assert(
      fc.property(
        word.map(text => text.replace(/[\r\n]/g, '')),
        text => {
          assert.deepEqual(shellWords(shellQuote(text, 'cmd'), 'cmd'), [text]);
        },
      ),
    );
  });

  it('writes control characters so that a terminal does not obey them, and bash reads them', function () {
    const words = ["a\x1b[2J'\\\u202eb", '\x7f1', '\r', 'a\r\nb', '\x9b7', 'tab\tand\nline'];
    for (const word of words) {
      const quoted = shellQuote(word, 'sh');
      assert.doesNotMatch(quoted, /[\x01-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
      assert.deepEqual(shellWords(quoted, 'sh'), [word]);
    }
    if (process.platform === 'win32') this.skip();
    const line = `printf '%s\\0' ${words.map(word => shellQuote(word, 'sh')).join(' ')}`;
    const printed = execFileSync('bash', ['-c', line]);
    assert.deepEqual(printed.toString().split('\0').slice(0, -1), words);
  });

  it('quotes so that a real shell takes the word as it is', function () {
    if (process.platform === 'win32') this.skip();
    const words = ["it's", '$HOME `id` "x" \\', 'a\nb', '', '!x', '*', '~', 'é 😀'];
    const printed = execFileSync('/bin/sh', [
      '-c',
      `printf '%s\\0' ${words.map(word => shellQuote(word, 'sh')).join(' ')}`,
    ]);
    assert.deepEqual(printed.toString().split('\0').slice(0, -1), words);
  });
});

describe('a request as curl', () => {
  it('writes method, URL, headers and body, and leaves out what curl works out itself', () => {
    const sent = request({
      method: 'PUT',
      headers: [
        { name: 'Host', value: 'api.example.com', origin: { by: 'client' } },
        { name: 'Content-Type', value: 'application/json', origin: file },
        { name: 'X-Empty', value: '', origin: file },
        { name: 'Accept-Encoding', value: 'gzip', origin: { by: 'client' } },
        { name: 'Content-Length', value: '13', origin: { by: 'client' } },
      ],
      body: textBody(`{"a": "it's"}`),
    });
    assert.equal(
      toCurl(sent, { shell: 'sh', secrets: false }),
      [
        'curl --request PUT',
        '--url https://api.example.com/users',
        `--header 'Content-Type: application/json'`,
        `--header 'X-Empty;'`,
        `--data-raw '{"a": "it'\\''s"}'`,
        '--compressed',
      ].join(' \\\n  '),
    );
  });

  it('keeps curl from reading brackets, dots and an absent body in its own way', () => {
    assert.match(toCurl(request({ url: 'https://x.example/?ids[]=1' }), plain), /--globoff/);
    assert.match(toCurl(request({ url: 'https://x.example/a/../b' }), plain), /--path-as-is/);
    assert.doesNotMatch(toCurl(request({ url: 'https://x.example/a..b/c.' }), plain), /--path-as-is|--globoff/);
    const length = { name: 'Content-Length', value: '0', origin: { by: 'client' } } as const;
    const sent = toCurl(request({ method: 'POST', headers: [length] }), plain);
    assert.equal(sent, `curl --url https://api.example.com/users \\\n  --data-raw '' \\\n  --header Content-Type:`);
  });

  it('names the client certificate, and leaves its passphrase to curl', () => {
    const identity = {
      file: '/c/a b.p12',
      encoding: 'P12',
      digest: '',
      material: () => ({ passphrase: 'hunter2' }),
    } as const;
    const of = (tls: CurlExport['tls']) => toCurl(request(), { ...plain, tls }).split(' \\\n  ');
    assert.deepEqual(of({ id: '', insecure: true, identity }).slice(-3), [
      '--insecure',
      "--cert '/c/a b.p12'",
      '--cert-type P12',
    ]);
    const pem = { ...identity, file: '/c.pem', encoding: 'PEM', keyFile: '/k.pem' } as const;
    assert.deepEqual(of({ id: '', insecure: false, identity: pem }).slice(-2), ['--cert /c.pem', '--key /k.pem']);
  });

  it('says how long it may take', () => {
    assert.match(toCurl(request(), { ...plain, timeout: 2.5 }), /--max-time 2\.5$/);
  });

  it('makes forms of text and files the options of curl, secrets masked', () => {
    const body = {
      length: undefined,
      pieces: [
        {
          text: '--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n@s3cret\r\n--b\r\nContent-Disposition: form-data; name="pic"; filename="a \\b.png"\r\nContent-Type: image/png\r\n\r\n',
          masked:
            '--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n@•••\r\n--b\r\nContent-Disposition: form-data; name="pic"; filename="a \\b.png"\r\nContent-Type: image/png\r\n\r\n',
        },
        { file: '/pictures/a, "b";c.png' },
        { text: '\r\n--b--\r\n' },
      ],
      open: () => Readable.from([]),
    };
    const headers = [{ name: 'Content-Type', value: 'multipart/form-data; boundary=b', origin: file }];
    const sent = request({ method: 'POST', headers, body });
    assert.equal(
      toCurl(sent, { ...plain, secrets: true }),
      [
        'curl --url https://api.example.com/users',
        `--form-string note=@s3cret`,
        `--form 'pic=@"/pictures/a, \\"b\\";c.png";type=image/png;filename="a \\\\b.png"'`,
      ].join(' \\\n  '),
    );
    assert.match(toCurl(sent, plain), /--form-string 'note=@•••'/);
    const other = request({ ...sent, headers: [] });
    assert.throws(() => toCurl(other, plain), { code: 'invalid-value' });
  });

  it('leaves the answer to a challenge to curl, the password masked', () => {
    const basic = { name: 'Authorization', value: 'Digest …', masked: 'Digest •••', origin: stated } as const;
    const auth = (id: string, values: object) =>
      ({ level: 'request', resolved: { scheme: { id }, values } }) as unknown as NonNullable<CurlExport['auth']>;
    const digest = auth('digest', { username: 'ada', password: 'p w' });
    const sent = request({ headers: [basic] });
    assert.match(toCurl(sent, { ...plain, secrets: true, auth: digest }), /--digest \\\n {2}--user 'ada:p w'$/);
    assert.match(toCurl(sent, { ...plain, auth: digest }), /--user 'ada:•••'$/);
    const ntlm = auth('ntlm', { username: 'ada', password: 'p', domain: 'CORP' });
    assert.match(toCurl(sent, { ...plain, secrets: true, auth: ntlm }), /--ntlm \\\n {2}--user 'CORP\\ada:p'$/);
  });

  it('masks secrets unless they are asked for', () => {
    const sent = request({
      query: [{ name: 'key', value: 's3cret', masked: '•••', origin: file }],
      headers: [{ name: 'Authorization', value: 'Basic YTpi', masked: 'Basic •••', origin: file }],
    });
    const masked = toCurl(sent, { shell: 'sh', secrets: false });
    assert.doesNotMatch(masked, /s3cret|YTpi/);
    assert.match(toCurl(sent, { shell: 'sh', secrets: true }), /key=s3cret[\s\S]*Basic YTpi/);
  });

  it('reads back as the same request, in both shells', () => {
    const text = fc.string({ unit: fc.constantFrom(...`aZ 0'"\\$^&%{}[]:;=é•`) });
    const header = text.map(value => value.trim()).filter(value => value !== '');
    fc.assert(
      fc.property(header, text, fc.constantFrom('sh' as const, 'cmd' as const), (value, body, shell) => {
        const sent = request({
          method: 'PATCH',
          headers: [
            { name: 'Content-Type', value: 'text/plain', origin: file },
            { name: 'X-Value', value, origin: file },
          ],
          body: textBody(body),
        });
        const read = parseCurl(toCurl(sent, { shell, secrets: true }), shell);
        assert.equal(read?.method, 'PATCH');
        assert.equal(read.url, sent.url);
        assert.deepEqual(read.headers, [
          ['Content-Type', 'text/plain'],
          ['X-Value', value],
        ]);
        assert.equal(read.body, body);
      }),
    );
  });
});

describe('a curl command as a request', () => {
  const read = (text: string): string => {
    const command = parseCurl(text);
    assert.ok(command);
    return curlText(command);
  };

  it('knows a curl command, also after a prompt', () => {
    assert.ok(isCurl('curl x'));
    assert.ok(isCurl('$ curl x'));
    assert.ok(isCurl('curl.exe x'));
    assert.ok(!isCurl('curling is fun'));
    assert.equal(parseCurl('curl -k'), undefined);
  });

  it('reads what a browser copies', () => {
    const copied = `curl 'https://api.example.com/users?page=1' \\
  -H 'accept: application/json' \\
  -b 'session=abc; theme=dark' \\
  -H 'content-type: application/json' \\
  --data-raw $'{"name":"it\\'s"}' \\
  --compressed`;
    assert.equal(
      read(copied),
      'POST https://api.example.com/users?page=1\naccept: application/json\ncontent-type: application/json\nCookie: session=abc; theme=dark\n\n{"name":"it\'s"}\n',
    );
  });

  it('joins data, encodes what is to be encoded, and says the type', () => {
    assert.equal(
      read(`curl -d a=1 --data-urlencode 'q=x & y' --data-urlencode '=z z' https://x.example`),
      'POST https://x.example\nContent-Type: application/x-www-form-urlencoded\n\na=1&q=x%20%26%20y&z%20z\n',
    );
    assert.equal(read('curl -G -d a=1 -d b=2 https://x.example/?c=3'), 'GET https://x.example/?c=3&a=1&b=2\n');
    assert.equal(
      read(`curl --json '{"a":1}' https://x.example`),
      'POST https://x.example\nContent-Type: application/json\nAccept: application/json\n\n{"a":1}\n',
    );
  });

  it('sends files from where they are', () => {
    assert.match(read('curl --data-binary @./big.bin https://x.example'), /\n\n< \.\/big\.bin\n$/);
    assert.match(read('curl -T photo.jpg https://x.example/photo.jpg'), /^PUT [^\n]+\n\n< photo\.jpg\n$/);
  });

  it('turns -F into a multipart body', () => {
    const text = read(`curl -F 'name=Ada' -F 'file=@pic.png;type=image/png' https://x.example`);
    assert.match(text, /^POST [^\n]+\nContent-Type: multipart\/form-data; boundary=countersign-boundary\n\n/);
    assert.match(text, /name="name"\n\nAda\n--/);
    assert.match(
      text,
      /name="file"; filename="pic\.png"\nContent-Type: image\/png\n\n< pic\.png\n--countersign-boundary--/,
    );
  });

  it('turns users into @auth of the scheme that was asked for', () => {
    assert.match(read('curl -u ada:secret https://x.example'), /^# @auth basic username=ada password=secret\nGET/);
    assert.match(read('curl --digest -uada:s https://x.example'), /^# @auth digest username=ada password=s\n/);
    assert.match(
      read('curl --ntlm -u "CORP\\ada:p w" https://x.example'),
      /^# @auth ntlm username="CORP\\\\ada" password="p w"\n/,
    );
    assert.match(read('curl --oauth2-bearer tok https://x.example'), /^# @auth bearer token=tok\n/);
    assert.match(
      read('curl https://ada:p%40ss@x.example/'),
      /^# @auth basic username=ada password=p@ss\nGET https:\/\/x\.example\/\n/,
    );
    assert.match(
      read('curl --aws-sigv4 aws:amz:eu-west-1:s3 -u AK:SK https://x.example'),
      /^# @auth awsv4 accessKey=AK secretKey=SK region=eu-west-1 service=s3\n/,
    );
  });

  it('writes a secret’s name where the secret is kept elsewhere', () => {
    const command = parseCurl('curl -u ada:hunter2 https://x.example');
    assert.ok(command);
    const text = curlText(command, { secret: '{{$secret x.example-password}}' });
    assert.doesNotMatch(text, /hunter2/);
    const fields = parse(text).blocks[0]?.block.auth?.fields.map(field => [field.name.text, field.value.text]);
    assert.deepEqual(fields, [
      ['username', 'ada'],
      ['password', '{{$secret x.example-password}}'],
    ]);
  });

  it('keeps what limits the request, and names what has no counterpart', () => {
    const command = parseCurl('curl -sSLk -m 10 --connect-timeout 2 -x http://proxy --retry 3 -I x.example');
    assert.ok(command);
    assert.equal(curlText(command), '# @insecure\n# @timeout 10 s\n# @connection-timeout 2 s\nHEAD http://x.example\n');
    assert.deepEqual(command.ignored, ['--proxy', '--retry']);
  });

  it('takes the names of files for what they are, and says which it can’t send', () => {
    assert.match(read('curl --json @a.json https://x.example'), /Accept: application\/json\n\n< a\.json\n$/);
    assert.equal(read('curl -T a.txt https://x.example/dir/?q'), 'PUT https://x.example/dir/a.txt?q\n\n< a.txt\n');
    const ignored = (text: string) => parseCurl(text)?.ignored;
    assert.deepEqual(ignored('curl -d a=1 -d @b.txt https://x.example'), ['@b.txt']);
    assert.deepEqual(ignored('curl -d @- https://x.example'), ['--data @-']);
    assert.deepEqual(ignored('curl --data-urlencode x@b.txt https://x.example'), ['--data-urlencode x@b.txt']);
    assert.deepEqual(ignored('curl -G -d @b.txt https://x.example'), ['@b.txt']);
    assert.deepEqual(ignored('curl -H @h.txt -b jar.txt https://x.example'), ['--header @h.txt', '--cookie jar.txt']);
    assert.deepEqual(ignored('curl -F f=@a,b https://x.example'), ['--form f=@a,b']);
  });

  it('undoes what keeps curl from reading brackets, and leaves the fragment out', () => {
    // Chrome escapes them, Postman says `--globoff`.
    assert.equal(read(`curl 'https://x.example/a\\[1\\]?x=\\{y\\}'`), 'GET https://x.example/a[1]?x={y}\n');
    assert.equal(read(`curl -g 'https://x.example/?ids[]=\\{'`), 'GET https://x.example/?ids[]=\\{\n');
    assert.equal(read(`curl -G -d c=d 'https://x.example/?z=1#top'`), 'GET https://x.example/?z=1&c=d\n');
  });

  it('adds to the query what is to be encoded, and what is so already', () => {
    assert.equal(
      read(`curl --url-query 'name=a b' --url-query '+x=%20y' https://x.example`),
      'GET https://x.example?name=a%20b&x=%20y\n',
    );
  });

  it('leaves out a header that the command leaves out', () => {
    assert.equal(read(`curl -H 'Content-Type:' --data-raw x https://x.example`), 'POST https://x.example\n\nx\n');
  });

  it('reads the parts of a form as curl does', () => {
    // What curl 7.88 sends for these.
    const text = read(
      `curl -F 'a="quo\\"ted;x"' -F 'b=1;2' -F 'c=@"x y.json";type=application/json;filename="z\\"z"' -F f=@a.bin -F 'g=<b.txt' https://x.example`,
    );
    assert.match(text, /name="a"\n\nquo"ted;x\n/);
    assert.match(text, /name="b"\n\n1;2\n/);
    assert.match(text, /name="c"; filename="z%22z"\nContent-Type: application\/json\n\n< x y\.json\n/);
    assert.match(text, /name="f"; filename="a\.bin"\nContent-Type: application\/octet-stream\n\n< a\.bin\n/);
    assert.match(text, /name="g"\n\n< b\.txt\n/);
  });

  it('takes no value of an option that it doesn’t know for the address', () => {
    const command = parseCurl(
      `curl --proxy-header 'A: b' --tls13-ciphers x --doh-url http://y --expand-data '{{z}}' -4 https://x.example`,
    );
    assert.equal(command?.url, 'https://x.example');
    assert.deepEqual(command?.ignored, ['--proxy-header', '--tls13-ciphers', '--doh-url', '--expand-data', '--ipv4']);
  });

  it('takes the first of several requests, and says so', () => {
    const next = parseCurl('curl https://x.example/a -d x=1 --next https://x.example/b');
    assert.deepEqual([next?.url, next?.body, next?.ignored], ['https://x.example/a', 'x=1', ['--next']]);
    const two = parseCurl('curl https://x.example/a https://x.example/b');
    assert.deepEqual([two?.url, two?.ignored], ['https://x.example/a', ['https://x.example/b']]);
  });

  it('reads what the shell would take from the environment at the time of sending', () => {
    assert.equal(
      read('curl "https://x.example/$ID" -H "Authorization: Bearer $TOKEN" -u "$KEY:"'),
      '# @auth basic username="{{$processEnv KEY}}" password=""\nGET https://x.example/{{$processEnv ID}}\nAuthorization: Bearer {{$processEnv TOKEN}}\n',
    );
  });

  it('keeps line ends within the values of a form', () => {
    assert.match(read(`curl -d $'a=1\\r\\n2&\\nb=3' https://x.example`), /\n\na=1%0D%0A2&\nb=3\n$/);
    assert.match(read(`curl -d $'{\\n"a": "=" }' https://x.example`), /\n\n\{\n"a": "=" \}\n$/);
  });

  it('knows a body that an .http file can’t hold as it is', () => {
    const kept = (body: string): boolean => {
      const command = parseCurl(`curl -H 'Content-Type: text/plain' --data-raw '${body}' https://x.example`);
      assert.ok(command);
      return keepsBody(command, curlText(command));
    };
    assert.ok(kept('{"a": 1}\n\n# b\n'));
    assert.ok(!kept('### Title\nx'));
    assert.ok(!kept('a\n< b.txt'));
    assert.ok(!kept('> {% x %}'));
  });

  it('gives auth values back through the parser, whatever they hold', () => {
    const value = fc
      .string({ unit: fc.constantFrom(...`aZ 0'"\\$=#é`), minLength: 1 })
      .filter(text => text.trim() === text);
    fc.assert(
      fc.property(value, password => {
        const auth = { scheme: 'basic', fields: [['password', password] as const], secret: 'password' };
        const text = curlText({ method: 'GET', url: 'http://x', headers: [], auth, insecure: false, ignored: [] });
        assert.equal(parse(text).blocks[0]?.block.auth?.fields[0]?.value.text, password);
      }),
    );
  });
});
