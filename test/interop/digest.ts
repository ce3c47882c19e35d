import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createPipeline, documentFolder } from '../auth/pipeline.ts';
import { type Daemon, type InteropCase, program, withDaemon } from './case.ts';

const user = { username: 'Mufasa', password: 'Circle of Life' };
const realm = 'Pride Rock';

/** Logs in with several requests, checks that a nonce was used again, and that a wrong password is refused after one try. */
async function exercise(url: string): Promise<string> {
  const folder = documentFolder({ 'large.bin': new Uint8Array(200_000) });
  const pipeline = createPipeline({ ...user, url }, folder.path);
  const auth = '# @auth digest username={{username}} password={{password}}\n';
  try {
    const attempts: number[] = [];
    for (const request of [
      'GET {{url}}/file.txt?b=2&a=%20&a=;+ä',
      'GET {{url}}/file.txt',
      'POST {{url}}/file.txt\n\n{"ä":1}',
      'POST {{url}}/file.txt\n\n< ./large.bin',
    ]) {
      const result = await pipeline.run(`${auth}${request}\n`);
      assert.ok(result.response, result.error?.message);
      assert.notEqual(result.response.status, 401, result.explanation);
      assert.notEqual(result.response.status, 400, 'the server calls the request bad');
      attempts.push(result.attempts.length);
    }
    assert.deepEqual(attempts, [2, 1, 1, 1], 'the nonce was not used again');
    const wrong = await pipeline.run(`${auth.replace('{{password}}', 'no')}GET {{url}}/file.txt\n`);
    assert.match(wrong.explanation ?? '', /the user name or the password is wrong/);
    assert.equal(wrong.attempts.length, 2);
    const { request } = await pipeline.preview(`${auth}GET {{url}}/file.txt\n`);
    const userhash = request.headers.at(-1)?.value.includes('userhash=true') ? ' with userhash' : '';
    return `four requests on one nonce${userhash}, a wrong password refused`;
  } finally {
    await pipeline.close();
    folder.remove();
  }
}

/** The password file of a hash, with the hash of the user name where the server reads it. */
function passwordFile(hash: string, withUserhash: boolean): string {
  const of = (text: string): string => createHash(hash).update(text).digest('hex');
  const line = `${user.username}:${realm}:${of(`${user.username}:${realm}:${user.password}`)}`;
  return `${line}${withUserhash ? `:${of(`${user.username}:${realm}`)}` : ''}\n`;
}

function site(directory: string, passwords: string): void {
  mkdirSync(`${directory}/www`, { mode: 0o755 });
  writeFileSync(`${directory}/www/file.txt`, 'fine\n');
  writeFileSync(`${directory}/passwords`, passwords);
}

export const apacheModules = '/usr/lib/apache2/modules';

/** The lines of an Apache that serves one directory behind `auth`. */
export function apacheConfiguration({ directory, port }: Daemon, modules: readonly string[], auth: string): string {
  const names = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', ...modules];
  return [
    `ServerRoot ${directory}`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    `PidFile ${directory}/pid`,
    `DefaultRuntimeDir ${directory}`,
    `ErrorLog ${directory}/error.log`,
    ...names.map(name => `LoadModule ${name}_module ${apacheModules}/mod_${name}.so`),
    ...(process.getuid?.() === 0 ? ['User nobody', 'Group nogroup'] : []),
    `DocumentRoot ${directory}/www`,
    `<Directory ${directory}/www>`,
    auth,
    'Require valid-user',
    '</Directory>',
    '',
  ].join('\n');
}

const apache: InteropCase = {
  name: 'Apache mod_auth_digest, MD5',
  missing: () =>
    program('apache2') === undefined || !existsSync(`${apacheModules}/mod_auth_digest.so`)
      ? 'apache2 with mod_auth_digest'
      : undefined,
  run: () =>
    withDaemon(daemon => {
      const { directory } = daemon;
      site(directory, passwordFile('md5', false));
      const auth = `AuthType Digest\nAuthName "${realm}"\nAuthDigestProvider file\nAuthUserFile ${directory}/passwords`;
      writeFileSync(`${directory}/httpd.conf`, apacheConfiguration(daemon, ['auth_digest'], auth));
      return { command: 'apache2', args: ['-X', '-f', `${directory}/httpd.conf`] };
    }, exercise),
};

function lighttpd(algorithm: string, hash: string, userhash: boolean): InteropCase {
  return {
    name: `lighttpd mod_auth, ${algorithm}${userhash ? ' and userhash' : ''}`,
    missing: () => (program('lighttpd') === undefined ? 'lighttpd' : undefined),
    run: () =>
      withDaemon(({ directory, port }) => {
        site(directory, passwordFile(hash, userhash));
        const rule = [
          '"method" => "digest"',
          `"realm" => "${realm}"`,
          '"require" => "valid-user"',
          `"algorithm" => "${algorithm}"`,
          ...(userhash ? ['"userhash" => "enable"'] : []),
        ];
        const lines = [
          'server.modules = ("mod_auth", "mod_authn_file")',
          `server.document-root = "${directory}/www"`,
          'server.bind = "127.0.0.1"',
          `server.port = ${port}`,
          'auth.backend = "htdigest"',
          `auth.backend.htdigest.userfile = "${directory}/passwords"`,
          `auth.require = ("/" => (${rule.join(', ')}))`,
        ];
        writeFileSync(`${directory}/lighttpd.conf`, `${lines.join('\n')}\n`);
        return { command: 'lighttpd', args: ['-D', '-f', `${directory}/lighttpd.conf`] };
      }, exercise),
  };
}

export const digestCases: readonly InteropCase[] = [
  apache,
  lighttpd('MD5', 'md5', false),
  lighttpd('SHA-256', 'sha256', false),
  lighttpd('SHA-256', 'sha256', true),
  lighttpd('SHA-512-256', 'sha512-256', false),
];
