import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import type { SslConfiguration } from '../core/ssl-configuration.ts';
import { certificatesOf } from '../http/tls.ts';
import type { Call } from './arguments.ts';
import { UsageError } from './usage-error.ts';

/** What the options of a call state about TLS: first the certificates for hosts by name, then that for all others. */
export function statedOnCall(
  { certs, keys }: Pick<Call, 'certs' | 'keys'>,
  current: string,
): readonly SslConfiguration[] {
  const pairs = certs.map(({ host, file }) => ({ host, file, key: keys.find(key => key.host === host)?.file }));
  for (const key of keys) {
    if (!certs.some(({ host }) => host === key.host)) {
      throw new UsageError(`--key ${key.host === undefined ? '' : `${key.host}=`}${key.file} has no --cert beside it`);
    }
  }
  return pairs.map(({ host, file, key }) => ({
    source: '--cert',
    hosts: host === undefined ? [] : [host],
    certificate: { text: existing('--cert', file, current) },
    ...(key === undefined ? {} : { key: { text: existing('--key', key, current) } }),
    passphrase: { text: '{{$secret certificate-passphrase}}' },
    verify: true,
  }));
}

/** PEM texts of the authorities that the call trusts as well. @throws UsageError */
export function statedAuthorities({ cacerts }: Pick<Call, 'cacerts'>, current: string): readonly string[] {
  return cacerts.map(path => {
    const text = readFileSync(existing('--cacert', path, current), 'latin1');
    try {
      return certificatesOf(text).join('\n');
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      throw new UsageError(`--cacert ${path} holds no certificate: it has to be PEM`);
    }
  });
}

/** The absolute path of a file that can be read. @throws UsageError */
function existing(option: string, path: string, current: string): string {
  const file = resolve(current, path);
  try {
    readFileSync(file);
    return file;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : `it can’t be read (${code})`;
    throw new UsageError(`${option} ${path}: ${what}`);
  }
}
