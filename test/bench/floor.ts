import { createHash, createHmac } from 'node:crypto';
import { request } from 'undici';

/**
 * What sending costs without Countersign: the same requests with bare undici, each with the credentials of a scheme.
 * Arguments: URL, how many, scheme (none, basic, awsv4, digest), how many at the same time.
 */
async function main(): Promise<void> {
  const [, , url = '', count = '1', scheme = 'none', parallel = '1'] = process.argv;
  const host = new URL(url).host;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < Number(count)) {
      const path = `/users/${next++}`;
      const headers = { accept: 'application/json', ...credentials(scheme, host, path) };
      const { body } = await request(`${url}${path}?page=2`, { headers });
      await body.text();
    }
  };
  await Promise.all(Array.from({ length: Number(parallel) }, worker));
}

function credentials(scheme: string, host: string, path: string): Record<string, string> {
  if (scheme === 'basic') return { authorization: `Basic ${Buffer.from('ada:lovelace').toString('base64')}` };
  return scheme === 'awsv4' ? signed(host, path) : {};
}

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
let signingKey: Buffer | undefined;

/** Signature Version 4 of a GET without a body. */
function signed(host: string, path: string): Record<string, string> {
  const time = `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const scope = `${time.slice(0, 8)}/us-east-1/service/aws4_request`;
  const names = 'host;x-amz-date';
  const request = `GET\n${path}\npage=2\nhost:${host}\nx-amz-date:${time}\n\n${names}\n${sha256('')}`;
  signingKey ??= scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`).toString('hex');
  const credential = `Credential=AKIDEXAMPLE/${scope}`;
  return {
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

void main();
