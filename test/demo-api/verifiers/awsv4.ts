import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Arrived } from './arrived.ts';

class Sha256 {
  readonly #digest;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#digest = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(data: Uint8Array): void {
    this.#digest.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#digest.digest();
  }
  reset(): void {}
}

/** Recomputes what came over the wire with `@smithy/signature-v4`, as a server would. */
export function recomputeAws(secretKey: string, { s3 = false, seen = new Set<string>(), now = () => Date.now() } = {}) {
  return async ({ method, target, headers, body }: Arrived): Promise<string | undefined> => {
    const url = new URL(`http://${headers.host}${target}`);
    const at = target.indexOf('?');
    const query: Record<string, string | string[]> = {};
    for (const [name, value] of url.searchParams) {
      const old = query[name];
      query[name] = old === undefined ? value : [old, value].flat();
    }
    const presigned = 'X-Amz-Signature' in query;
    const authorization = headers.authorization ?? '';
    const read = (name: string, pattern: RegExp): string =>
      presigned ? String(query[`X-Amz-${name}`]) : (pattern.exec(authorization)?.[1] ?? '');
    const [accessKeyId = '', , region = '', service = ''] = read('Credential', /Credential=([^,]+)/).split('/');
    const names = read('SignedHeaders', /SignedHeaders=([^,]+)/).split(';');
    const signature = read('Signature', /Signature=(\w+)/);
    const date = presigned ? String(query['X-Amz-Date']) : String(headers['x-amz-date']);
    const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (Math.abs(time - now()) > 300_000) return 'clock';
    if (seen.has(signature)) return 'replay';
    seen.add(signature);
    const declared = headers['x-amz-content-sha256'];
    if (declared && declared !== 'UNSIGNED-PAYLOAD' && declared !== createHash('sha256').update(body).digest('hex'))
      return 'body';
    for (const name of Object.keys(query)) if (presigned && /^X-Amz-(?!Security)/.test(name)) delete query[name];
    const token = presigned ? query['X-Amz-Security-Token'] : headers['x-amz-security-token'];
    delete query['X-Amz-Security-Token'];
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey: secretKey, ...(token ? { sessionToken: String(token) } : {}) },
      region,
      service,
      sha256: Sha256,
      applyChecksum: s3,
      uriEscapePath: !s3,
    });
    const kept = Object.fromEntries(
      Object.entries(headers).filter(([name]) => names.includes(name) && !/^x-amz-(date|security-token)$/.test(name)),
    ) as Record<string, string>;
    const request = {
      method,
      protocol: 'http:',
      hostname: url.hostname,
      path: at < 0 ? target : target.slice(0, at),
      headers: kept,
      query,
      body,
    };
    const again = presigned
      ? (
          await signer.presign(request, {
            signingDate: new Date(time),
            expiresIn: Number(url.searchParams.get('X-Amz-Expires')),
          })
        ).query?.['X-Amz-Signature']
      : /Signature=(\w+)/.exec(
          (await signer.sign(request, { signingDate: new Date(time) })).headers.authorization ?? '',
        )?.[1];
    return again === signature ? undefined : 'signature';
  };
}
