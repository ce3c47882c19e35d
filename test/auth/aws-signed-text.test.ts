import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainAwsRefusal } from '../../src/auth/aws/refusal.ts';
import { signAws } from '../../src/auth/aws/sign.ts';
import { firstDifference, serverTextOf } from '../../src/auth/aws/signed-text.ts';

const time = Date.UTC(2015, 7, 30, 12, 36);

const sign = (url: string, sessionToken?: string): string =>
  signAws({
    ...{ method: 'GET', url, headers: [{ name: 'Host', value: 'iam.amazonaws.com' }], payloadHash: 'e3b0' },
    ...{ sendPayloadHash: false, accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI', sessionToken },
    ...{ region: 'us-east-1', service: 'iam', timestamp: '20150830T123600Z', placement: 'header', expires: 60 },
    ...{ normalizePath: true, encodePathAgain: true },
  } as const).canonicalRequest;

const json = (canonical: string): string =>
  JSON.stringify({
    message: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\nabc'\n`,
  });
const s3 = (canonical: string): string =>
  `<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4-HMAC-SHA256\n…</StringToSign><CanonicalRequest>${canonical.replaceAll('&', '&amp;')}</CanonicalRequest></Error>`;

const explained = async (canonicalRequest: string, body: string): Promise<string> => {
  const response = {
    ...{ status: 403, headers: [['Date', new Date(time).toUTCString()]] as const },
    bytes: async () => new TextEncoder().encode(body),
  };
  const refusal = await explainAwsRefusal(response as never, {
    ...{ time, region: 'us-east-1', service: 'iam' },
    canonicalRequest,
  });
  return refusal?.outcome.explanation ?? '';
};

describe('what AWS says should have been signed', () => {
  const ours = sign('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08');

  for (const [form, answer] of Object.entries({ json, s3 })) {
    it(`is held against what was signed (${form})`, async () => {
      const theirs = ours.replace('Version=2010-05-08', 'Version=2010-05-09');
      assert.match(
        await explained(ours, answer(theirs)),
        /line 3 of it differs: we signed “Version=2010-05-08”, the server expects “Version=2010-05-09”/,
      );
      assert.match(
        await explained(ours, answer(ours)),
        /same canonical request of it, so that the secret key is wrong/,
      );
    });
  }

  it('names a header that was changed or lost on the way', async () => {
    const theirs = ours.replace('host:iam.amazonaws.com', 'host:10.0.0.7');
    assert.match(await explained(ours, json(theirs)), /“host:iam.amazonaws.com”, the server expects “host:10.0.0.7”/);
  });

  it('shows no session token', async () => {
    const signed = sign('https://iam.amazonaws.com/', 'very-secret-token');
    const told = await explained(signed, json(signed.replace('very-secret-token', 'very-secret-other')));
    assert.match(told, /“x-amz-security-token:•••”/);
    assert.doesNotMatch(told, /very-secret/);
  });

  it('is no difference to itself, and is one wherever a line differs', () => {
    const line = fc.stringMatching(/^[a-z][a-z:=&]{0,8}$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.nat(7), (lines, at) => {
        const text = lines.join('\n');
        assert.equal(firstDifference(text, text), undefined);
        const changed = lines.with(at % lines.length, 'Z');
        assert.ok(firstDifference(text, changed.join('\n'))?.startsWith(`line ${(at % lines.length) + 1} `));
      }),
    );
  });

  it('is read from the forms that it comes in, and from no other', () => {
    assert.deepEqual(serverTextOf('{"message":"Forbidden"}'), {});
    assert.equal(serverTextOf(s3(ours)).canonicalRequest, ours);
    assert.equal(serverTextOf(json(ours)).stringToSign?.split('\n')[0], 'AWS4-HMAC-SHA256');
  });
});
