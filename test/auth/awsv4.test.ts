import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import aws4 from 'aws4';
import { endpointOf } from '../../src/auth/aws/endpoint.ts';
import { signAws } from '../../src/auth/aws/sign.ts';
import { awsv4 } from '../../src/auth/schemes/awsv4.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { applyEdits, requestUrl } from '../../src/core/request.ts';
import { recomputeAws } from '../demo-api/verifiers/awsv4.ts';
import { completeRequest, judging, type Plain, requestTable, sign } from './signing.ts';

interface Vector {
  name: string;
  normalize?: boolean;
  signBody?: boolean;
  omitSessionToken?: boolean;
  sessionToken?: string;
  request: string;
  header: { canonicalRequest: string; authorization: string };
  query: { canonicalRequest: string; target: string };
}

const suite = JSON.parse(readFileSync(new URL('data/aws-sig-v4-test-suite.json', import.meta.url), 'utf8')) as {
  accessKey: string;
  secretKey: string;
  region: string;
  service: string;
  timestamp: string;
  expires: number;
  vectors: Vector[];
};

function parseVector({ request }: Vector) {
  const [head = '', body = ''] = request.split(/\n\n([\s\S]*)/);
  const [line = '', ...lines] = head.split('\n');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(line) ?? [];
  const headers: { name: string; value: string }[] = [];
  for (const text of lines) {
    const last = headers.at(-1);
    if (/^\s/.test(text) && last) last.value += `\n${text}`;
    else if (text) headers.push({ name: text.slice(0, text.indexOf(':')), value: text.slice(text.indexOf(':') + 1) });
  }
  return { method, target, headers, body };
}

const keys = { accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

describe('AWS Signature: the official suite', () => {
  for (const vector of suite.vectors) {
    const { method, target, headers, body } = parseVector(vector);
    const input = {
      method,
      url: `https://example.amazonaws.com${target}`,
      headers,
      payloadHash: createHash('sha256').update(body).digest('hex'),
      sendPayloadHash: vector.signBody === true,
      ...keys,
      sessionToken: vector.sessionToken,
      omitSessionToken: vector.omitSessionToken === true,
      region: suite.region,
      service: suite.service,
      timestamp: suite.timestamp,
      expires: suite.expires,
      normalizePath: vector.normalize !== false,
      encodePathAgain: true,
    };
    it(`${vector.name}: header`, () => {
      const { edits, canonicalRequest } = signAws({ ...input, placement: 'header' });
      assert.equal(canonicalRequest, vector.header.canonicalRequest);
      assert.equal(edits.find(edit => edit.name === 'Authorization')?.value, vector.header.authorization);
    });
    it(`${vector.name}: query`, () => {
      const { edits, canonicalRequest } = signAws({ ...input, placement: 'query' });
      assert.equal(canonicalRequest, vector.query.canonicalRequest);
      const signed = applyEdits(completeRequest({ url: input.url }), edits, { by: 'client' });
      const parameters = (text: string) =>
        text
          .slice(text.indexOf('?') + 1)
          .split('&')
          .sort();
      assert.deepEqual(parameters(requestUrl(signed)), parameters(vector.query.target));
    });
    // These ask for exactly what the scheme does on its own.
    if (
      vector.normalize === false ||
      vector.signBody ||
      vector.omitSessionToken ||
      / /.test(target) ||
      /\n\s/.test(vector.request)
    )
      continue;
    it(`${vector.name}: by the scheme`, async () => {
      const { sessionToken } = vector;
      const given = {
        ...keys,
        service: 'service',
        region: 'us-east-1',
        timestamp: suite.timestamp,
        ...(sessionToken ? { sessionToken } : {}),
      };
      const plain = { method, url: input.url, headers: headers.map(h => [h.name, h.value] as const) };
      const signed = await sign(awsv4, given, plain);
      assert.equal(signed.header('authorization'), vector.header.authorization);
      const presigned = await sign(awsv4, { ...given, addTo: 'query' }, plain);
      const signature = /X-Amz-Signature=(\w+)/;
      assert.equal(signature.exec(requestUrl(presigned.request))?.[1], signature.exec(vector.query.target)?.[1]);
    });
  }
});

describe('AWS Signature on the wire', () => {
  const given = { ...keys, service: 'execute-api', region: 'eu-west-1' };
  let server: Awaited<ReturnType<typeof judging>>;
  let seen: Set<string>;
  before(async () => {
    seen = new Set();
    server = await judging(received =>
      recomputeAws(keys.secretKey, { seen, s3: /\/s3\//.test(String(received.headers.authorization)) })(received),
    );
  });
  after(() => server.close());

  for (const addTo of ['header', 'query'] as const) {
    for (const sessionToken of [undefined, 'to/ken+=='] as const) {
      it(`passes a recomputation of every request: ${addTo}${sessionToken ? ' with a session token' : ''}`, async () => {
        const table = requestTable(server.origin);
        await Promise.all(
          table.map(async ({ what, ...plain }) => {
            const signed = await sign(awsv4, { ...given, addTo, ...(sessionToken ? { sessionToken } : {}) }, plain);
            assert.deepEqual(await server.send(signed.request), { status: 200, said: '' }, what);
          }),
        );
        assert.ok(table.length > 60);
      });
    }
    it(`is refused with a wrong key, a wrong clock, twice, and with a changed body or query: ${addTo}`, async () => {
      const plain = { method: 'POST', url: `${server.origin}/a?x=1`, body: 'right' };
      const said = async (values: object, world = {}, change = {}) => {
        const { request } = await sign(awsv4, { ...given, addTo, ...values }, plain, world);
        return (await server.send({ ...request, ...change })).said;
      };
      const now = Date.now() - 20_000;
      assert.equal(await said({}, { now }), '');
      assert.equal(await said({}, { now }), 'replay');
      assert.equal(await said({ secretKey: 'wrong' }), 'signature');
      assert.equal(await said({}, { now: Date.now() - 3_600_000 }), 'clock');
      assert.equal(
        await said({}, { now: now + 1000 }, { body: completeRequest({ url: 'http://a/', body: 'wrong' }).body }),
        'signature',
      );
      assert.equal(await said({}, { now: now + 2000 }, { url: `${server.origin}/a?x=2` }), 'signature');
    });
  }
  it('signs the body of S3 requests in a header, or leaves it unsigned on request', async () => {
    for (const { what, ...plain } of requestTable(server.origin, '/bucket//a/../k%20%C3%A9~')) {
      const signed = await sign(awsv4, { ...given, service: 's3' }, plain);
      assert.deepEqual(await server.send(signed.request), { status: 200, said: '' }, what);
    }
    const plain = { method: 'PUT', url: `${server.origin}/bucket/key`, body: 'x' };
    const unsigned = await sign(awsv4, { ...given, service: 's3', unsignedPayload: true }, plain);
    assert.equal(unsigned.header('x-amz-content-sha256'), 'UNSIGNED-PAYLOAD');
    const other = completeRequest({ url: 'http://a/', body: 'y' }).body;
    assert.equal((await server.send({ ...unsigned.request, body: other })).status, 200);
    const whole = await sign(awsv4, { ...given, service: 's3' }, plain);
    assert.equal((await server.send({ ...whole.request, body: other })).said, 'body');
  });
});

describe('AWS Signature', () => {
  it('signs as aws4 does, S3 and others, header and presigned', async () => {
    const timestamp = '20260102T030405Z';
    for (const service of ['s3', 'execute-api', 'sqs']) {
      for (const path of ['/', '/a/b', '/k%20ey/%C3%A9', '/a+b', '/x(1)!*', '/a%2Fb/~c']) {
        for (const query of ['', '?b=2&a=1&c=', '?q=a%20b&u=%C3%BC']) {
          const url = `https://example.com${path}${query}`;
          const theirs = aws4.sign(
            {
              host: 'example.com',
              path: path + query,
              service,
              region: 'us-east-1',
              headers: { 'X-Amz-Date': timestamp },
            },
            { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
          );
          const ours = await sign(awsv4, { ...keys, service, timestamp }, { url });
          assert.equal(ours.header('authorization'), theirs.headers?.Authorization, `${service} ${path}${query}`);
          const presigned = aws4.sign(
            {
              host: 'example.com',
              path: `${path}${query || '?'}${query ? '&' : ''}X-Amz-Expires=3600&X-Amz-Date=${timestamp}`,
              service,
              region: 'us-east-1',
              signQuery: true,
            },
            { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
          );
          const ourUrl = requestUrl(
            (await sign(awsv4, { ...keys, service, timestamp, addTo: 'query' }, { url })).request,
          );
          const signature = /X-Amz-Signature=(\w+)/;
          assert.equal(
            signature.exec(ourUrl)?.[1],
            signature.exec(presigned.path ?? '')?.[1],
            `presigned ${service} ${path}${query}`,
          );
        }
      }
    }
  });

  it('signs no header that the client adds: AWS’s documented presigned URL', async () => {
    const plain: Plain = {
      url: 'https://examplebucket.s3.amazonaws.com/test.txt',
      client: [
        ['Accept', '*/*'],
        ['User-Agent', 'countersign'],
      ],
    };
    const given = {
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      timestamp: '20130524T000000Z',
    };
    const presigned = await sign(awsv4, { ...given, addTo: 'query', expires: 86_400 }, plain);
    const query = new URL(requestUrl(presigned.request)).searchParams;
    assert.equal(query.get('X-Amz-SignedHeaders'), 'host');
    assert.equal(query.get('X-Amz-Signature'), 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
    const signed = await sign(awsv4, given, { ...plain, headers: [['X-Amz-Acl', 'private']] });
    assert.match(signed.header('authorization') ?? '', /SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date,/);
  });

  it('signs a presigned URL anew: what stands in it gives way, and is not signed', async () => {
    const given = { ...keys, service: 's3', timestamp: '20130524T000000Z', addTo: 'query' } as const;
    const fresh = await sign(awsv4, given, { url: 'https://b.s3.amazonaws.com/k?versionId=3' });
    const old = requestUrl(
      (await sign(awsv4, { ...given, timestamp: '20120101T000000Z' }, { url: fresh.request.url })).request,
    );
    const again = await sign(awsv4, given, { url: old });
    assert.equal(requestUrl(again.request), requestUrl(fresh.request));
  });

  it('reads service and region from the host', () => {
    const table: [string, string | undefined, string | undefined][] = [
      ['abc.execute-api.eu-west-1.amazonaws.com', 'execute-api', 'eu-west-1'],
      ['sqs.us-east-2.amazonaws.com:443', 'sqs', 'us-east-2'],
      ['iam.amazonaws.com', 'iam', 'us-east-1'],
      ['bucket.s3.us-west-2.amazonaws.com', 's3', 'us-west-2'],
      ['bucket.s3.dualstack.ap-southeast-2.amazonaws.com', 's3', 'ap-southeast-2'],
      ['s3-us-west-2.amazonaws.com', 's3', 'us-west-2'],
      ['bucket.s3.amazonaws.com', 's3', undefined],
      ['b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com', 's3express', 'us-west-2'],
      ['search-d-x.us-east-1.es.amazonaws.com', 'es', 'us-east-1'],
      ['x.us-east-1.aoss.amazonaws.com', 'aoss', 'us-east-1'],
      ['email.us-east-1.amazonaws.com', 'ses', 'us-east-1'],
      ['bedrock-runtime.us-east-1.amazonaws.com', 'bedrock', 'us-east-1'],
      ['x.lambda-url.us-east-1.on.aws', 'lambda', 'us-east-1'],
      ['ec2.us-east-1.api.aws', 'ec2', 'us-east-1'],
      ['dynamodb.cn-north-1.amazonaws.com.cn', 'dynamodb', 'cn-north-1'],
      ['vpce-1-2.execute-api.us-east-1.vpce.amazonaws.com', 'execute-api', 'us-east-1'],
      ['sts.us-gov-west-1.amazonaws.com', 'sts', 'us-gov-west-1'],
      ['kms-fips.us-east-1.amazonaws.com', 'kms', 'us-east-1'],
      ['streams.dynamodb.us-east-1.amazonaws.com', 'dynamodb', 'us-east-1'],
      ['api.ecr.us-east-1.amazonaws.com', 'ecr', 'us-east-1'],
      // Hosts, signing names and regions as botocore 1.43 has them; `npm run test:interop` compares all of them.
      ['s3-fips-us-gov-west-1.amazonaws.com', 's3', 'us-gov-west-1'],
      ['s3-eu-west-1.s3.us-west-2.amazonaws.com', 's3', 'us-west-2'],
      ['s3-external-1.amazonaws.com', 's3', undefined],
      ['bucket.s3-external-1.amazonaws.com', 's3', undefined],
      ['mturk-requester-sandbox.us-east-1.amazonaws.com', 'mturk-requester', 'us-east-1'],
      ['iam.us-gov.amazonaws.com', 'iam', 'us-gov-west-1'],
      ['route53.amazonaws.com.cn', 'route53', 'cn-northwest-1'],
      ['iam.global.api.aws', 'iam', 'us-east-1'],
      ['budgets.amazonaws.com', 'budgets', 'us-east-1'],
      ['sqs.cn-north-1.api.amazonwebservices.com.cn', 'sqs', 'cn-north-1'],
      ['dynamodb.us-iso-east-1.c2s.ic.gov', 'dynamodb', 'us-iso-east-1'],
      ['iot.us-east-1.amazonaws.com', 'iot', 'us-east-1'],
      ['a1b2-ats.iot.us-east-1.amazonaws.com', 'iotdata', 'us-east-1'],
      ['data.jobs.iot-fips.us-east-1.amazonaws.com', 'iot-jobs-data', 'us-east-1'],
      ['metering.marketplace.us-east-1.amazonaws.com', 'aws-marketplace', 'us-east-1'],
      ['meetings-chime-fips.us-east-1.amazonaws.com', 'chime', 'us-east-1'],
      ['pinpoint.us-east-1.amazonaws.com', 'mobiletargeting', 'us-east-1'],
      ['portal.sso.us-east-1.amazonaws.com', 'awsssoportal', 'us-east-1'],
      ['oidc.us-east-1.amazonaws.com', 'sso-oauth', 'us-east-1'],
      ['participant.connect.us-east-1.amazonaws.com', 'execute-api', 'us-east-1'],
      ['example.com', undefined, undefined],
      ['amazonaws.com.example.com', undefined, undefined],
    ];
    for (const [host, service, region] of table) {
      assert.deepEqual(endpointOf(host), { ...(service ? { service } : {}), ...(region ? { region } : {}) }, host);
    }
  });

  const url = 'https://sqs.eu-central-1.amazonaws.com/';
  const credential = async (given: object, world = {}) =>
    /Credential=([^,]+)/.exec(
      (await sign(awsv4, given, { url }, { now: 0, ...world })).header('authorization') ?? '',
    )?.[1];

  it('takes credentials from fields, the environment, profiles and credential_process', async () => {
    const files = {
      '/home/ada/.aws/credentials':
        '[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n[work]\naws_access_key_id=WORK # mine\naws_secret_access_key=s\n',
      '/home/ada/.aws/config':
        '[default]\nregion = us-west-1\n[profile work]\nregion = eu-north-1\ns3 =\n  region = nested\n[profile robot]\ncredential_process = /bin/vault --role "a b"\n[profile role]\nrole_arn = arn:x\nsource_profile = work\n',
    };
    const env = { HOME: '/home/ada' };
    const scope = '19700101/eu-central-1/sqs/aws4_request';
    assert.equal(await credential(keys, { env, files }), `AKIDEXAMPLE/${scope}`);
    assert.equal(
      await credential({}, { files, env: { ...env, AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's' } }),
      `ENV/${scope}`,
    );
    assert.equal(await credential({}, { env, files }), `DEFAULT/${scope}`);
    assert.equal(
      await credential(
        { profile: 'work' },
        { env: { ...env, AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's' }, files },
      ),
      `WORK/${scope}`,
    );
    assert.equal(await credential({}, { env: { ...env, AWS_PROFILE: 'work' }, files }), `WORK/${scope}`);
    const { header } = await sign(
      awsv4,
      { profile: 'work', service: 'x' },
      { url: 'https://example.com/' },
      { env, files },
    );
    assert.match(header('authorization') ?? '', /\/eu-north-1\/x\//);

    const ran: string[] = [];
    const memory = new Map();
    const robot = {
      env,
      files,
      memory,
      run: async (command: string) => {
        ran.push(command);
        return '{"Version":1,"AccessKeyId":"ROBOT","SecretAccessKey":"s","SessionToken":"t","Expiration":"1970-01-01T01:00:00Z"}';
      },
    };
    const preview = await sign(awsv4, { profile: 'robot' }, { url }, { ...robot, preview: true });
    assert.match(preview.attempt.pending ?? '', /credential_process/);
    assert.equal(ran.length, 0);
    assert.equal(await credential({ profile: 'robot' }, robot), `ROBOT/${scope}`);
    assert.equal(await credential({ profile: 'robot' }, robot), `ROBOT/${scope}`);
    assert.deepEqual(ran, ['/bin/vault --role "a b"']);
    assert.equal(
      (await sign(awsv4, { profile: 'robot' }, { url }, { ...robot, now: 0, preview: true })).attempt.pending,
      undefined,
    );
    await assert.rejects(credential({ profile: 'robot' }, { ...robot, now: 3_600_000 }), { code: 'auth-failed' });
    await assert.rejects(credential({ profile: 'robot' }, { env, files }), { code: 'untrusted-workspace' });
    await assert.rejects(credential({ profile: 'role' }, { env, files }), (error: CountersignError) =>
      /export-credentials --profile role/.test(error.hint ?? ''),
    );
    await assert.rejects(credential({ profile: 'nobody' }, { env, files }), { code: 'invalid-value' });
    await assert.rejects(credential({}, { env }), { code: 'missing-field' });
    await assert.rejects(credential({ accessKey: 'a' }, { env, files }), { code: 'missing-field' });
  });

  it('calls expired credentials expired, and fetches those anew that AWS refused', async () => {
    const env = {
      HOME: '/home/ada',
      AWS_ACCESS_KEY_ID: 'ENV',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_CREDENTIAL_EXPIRATION: '1970-01-01T01:00:00+00:00',
    };
    assert.match((await credential({}, { env })) ?? '', /^ENV/);
    await assert.rejects(credential({}, { env, now: 3_600_000 }), (error: CountersignError) => {
      return /environment have expired/.test(error.message) && /aws sso login/.test(error.hint ?? '');
    });

    const sso = { '/home/ada/.aws/config': '[profile sso]\nsso_session = corp\nsso_role_name = Dev\n' };
    await assert.rejects(credential({ profile: 'sso' }, { env, files: sso }), (error: CountersignError) => {
      return /sso_session/.test(error.message) && /aws sso login --profile sso/.test(error.hint ?? '');
    });

    let count = 0;
    const robot = {
      env,
      files: { '/home/ada/.aws/config': '[profile robot]\ncredential_process = vault\n' },
      memory: new Map(),
      run: async () => `{"Version":1,"AccessKeyId":"KEY${++count}","SecretAccessKey":"s"}`,
    };
    const first = await sign(awsv4, { profile: 'robot' }, { url }, robot);
    assert.equal((await first.respond({ status: 200 }))?.verdict, undefined);
    assert.match((await credential({ profile: 'robot' }, robot)) ?? '', /^KEY1/);
    await (await sign(awsv4, { profile: 'robot' }, { url }, robot)).respond({ status: 403 });
    assert.match((await credential({ profile: 'robot' }, robot)) ?? '', /^KEY1/);
    const again = await sign(awsv4, { profile: 'robot' }, { url }, robot);
    const body = new TextEncoder().encode('{"__type":"ExpiredTokenException"}');
    assert.match((await again.respond({ status: 400, bytes: async () => body }))?.explanation ?? '', /has expired/);
    assert.match((await credential({ profile: 'robot' }, robot)) ?? '', /^KEY2/);
  });

  it('states the expiry of a presigned URL in whole seconds, from 1 second to 7 days', async () => {
    const expires = async (text: number) =>
      requestUrl((await sign(awsv4, { ...keys, addTo: 'query', expires: text }, { url })).request).match(
        /X-Amz-Expires=([^&]+)/,
      )?.[1];
    assert.deepEqual([await expires(1.5), await expires(1), await expires(604_800)], ['2', '1', '604800']);
    for (const wrong of [0, 0.4, 604_801]) await assert.rejects(expires(wrong), /1 second to 7 days/);
  });

  it('sends nothing where service, time or expiry cannot be known', async () => {
    for (const given of [
      {},
      { service: 'a', timestamp: 'yesterday' },
      { service: 'a', addTo: 'query' as const, expires: 700_000 },
    ]) {
      await assert.rejects(sign(awsv4, { ...keys, ...given }, { url: 'http://localhost/' }), CountersignError);
    }
    assert.deepEqual(
      awsv4.check?.({ accessKey: 'a' }).map(problem => problem.field),
      ['secretKey'],
    );
    assert.deepEqual(
      awsv4.check?.({ ...keys, timestamp: 'x', expires: 0 }).map(problem => problem.field),
      ['expires', 'timestamp'],
    );
  });

  it('masks the signature and the session token, and signs what the client and the edits really send', async () => {
    const { attempt, request } = await sign(
      awsv4,
      { ...keys, sessionToken: 'secret-token' },
      {
        url,
        headers: [
          ['X-Amz-Date', 'old'],
          ['Cookie', 'a=b'],
        ],
      },
    );
    assert.ok(!JSON.stringify(attempt.edits.map(edit => edit.masked ?? edit.value)).match(/secret-token|Signature=\w/));
    assert.deepEqual(
      request.overridden.map(part => part.value),
      ['old'],
    );
    assert.match(request.headers.at(-1)?.value ?? '', /SignedHeaders=host;x-amz-date;x-amz-security-token,/);
  });

  it('says why AWS refused', async () => {
    const cases: [string, RegExp][] = [
      ['<Code>SignatureDoesNotMatch</Code>', /secret key is wrong/],
      ['{"__type":"InvalidSignatureException","message":"Signature expired: 1 is now earlier than 2"}', /clock/],
      ['<Code>AuthorizationHeaderMalformed</Code>', /region “eu-central-1” and the service “sqs”/],
      ['nothing known', /answered 403/],
    ];
    for (const [body, words] of cases) {
      const { respond } = await sign(awsv4, keys, { url });
      const outcome = await respond({ status: 403, bytes: async () => new TextEncoder().encode(body) });
      assert.equal(outcome?.verdict, 'refused');
      assert.match(outcome?.explanation ?? '', words);
    }
    const { respond } = await sign(awsv4, keys, { url }, { now: 0 });
    assert.match(
      (await respond({ status: 403, headers: [['Date', 'Thu, 01 Jan 1970 01:00:00 GMT']] }))?.explanation ?? '',
      /3600 s behind/,
    );
    assert.equal(await (await sign(awsv4, keys, { url })).respond({ status: 200 }), undefined);
  });
});
