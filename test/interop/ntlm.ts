import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { listen } from '../auth/exchange.ts';
import { createPipeline, documentFolder } from '../auth/pipeline.ts';
import { type InteropCase, program, withDaemon } from './case.ts';
import { apacheConfiguration, apacheModules } from './digest.ts';

const user = { username: 'PRIDE\\Mufasa', password: 'Cïrcle of Life' };

async function exercise(url: string): Promise<string> {
  const folder = documentFolder({ 'large.bin': new Uint8Array(200_000) });
  const pipeline = createPipeline({ ...user, url }, folder.path);
  const auth = '# @auth ntlm username={{username}} password={{password}}\n';
  try {
    const attempts: number[] = [];
    for (const request of [
      'POST {{url}}/file.txt?a=%20\n\n< ./large.bin',
      'POST {{url}}/file.txt\n\n{"ä":1}',
      'GET {{url}}/file.txt',
    ]) {
      const result = await pipeline.run(`${auth}${request}\n`);
      assert.ok(result.response, result.error?.message);
      assert.notEqual(result.response.status, 401, result.explanation);
      attempts.push(result.attempts.length);
    }
    assert.deepEqual(attempts, [2, 1, 1], 'the connection was not used again');
    const wrong = await pipeline.run(`${auth.replace('{{password}}', 'no')}GET {{url}}/file.txt\n`);
    assert.match(wrong.explanation ?? '', /did not accept|forbids/);
    return 'three requests on one connection, a wrong password refused';
  } finally {
    await pipeline.close();
    folder.remove();
  }
}

/** Samba checks the messages, integrity code included; a loopback server carries them to it, a process per connection. */
const samba: InteropCase = {
  name: 'Samba ntlm_auth',
  missing: () => (program('ntlm_auth') === undefined ? 'ntlm_auth (winbind)' : undefined),
  async run() {
    const helpers = new Map<object, { ask(line: string): Promise<string>; end(): void; accepted: boolean }>();
    const helper = () => {
      const child = spawn('ntlm_auth', [
        '--helper-protocol=squid-2.5-ntlmssp',
        '--username=Mufasa',
        '--domain=PRIDE',
        `--password=${user.password}`,
      ]);
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      return {
        accepted: false,
        async ask(line: string): Promise<string> {
          child.stdin.write(`${line}\n`);
          return String((await lines.next()).value ?? '');
        },
        end: () => void child.kill(),
      };
    };
    const server = await listen(async (request, response) => {
      const samba = helpers.get(request.socket) ?? helper();
      helpers.set(request.socket, samba);
      request.resume();
      const message = /^NTLM (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (message === undefined) {
        if (!samba.accepted) response.writeHead(401, { 'WWW-Authenticate': 'NTLM' });
        return void response.end();
      }
      const first = Buffer.from(message, 'base64').readUInt32LE(8) === 1;
      const [word, rest] = (await samba.ask(`${first ? 'YR' : 'KK'} ${message}`)).split(' ');
      samba.accepted = word === 'AF';
      if (word === 'TT') response.writeHead(401, { 'WWW-Authenticate': `NTLM ${rest}` });
      else if (word !== 'AF') response.writeHead(401, { 'WWW-Authenticate': 'NTLM' });
      response.end();
    });
    try {
      return await exercise(server.url);
    } finally {
      for (const samba of helpers.values()) samba.end();
      await server.close();
    }
  },
};

const gssapi: InteropCase = {
  name: 'Apache mod_auth_gssapi with gss-ntlmssp',
  missing() {
    if (program('apache2') === undefined || !existsSync(`${apacheModules}/mod_auth_gssapi.so`)) {
      return 'apache2 with mod_auth_gssapi';
    }
    return existsSync('/etc/gss/mech.d/mech.ntlmssp.conf') || existsSync('/etc/gss/mech.d/ntlmssp.conf')
      ? undefined
      : 'gss-ntlmssp';
  },
  run: () =>
    withDaemon(daemon => {
      const { directory } = daemon;
      mkdirSync(`${directory}/www`);
      writeFileSync(`${directory}/www/file.txt`, 'fine\n');
      writeFileSync(`${directory}/users`, `PRIDE:Mufasa:${user.password}\n`);
      const auth =
        'AuthType GSSAPI\nAuthName x\nGssapiAllowedMech ntlmssp\nGssapiConnectionBound On\nGssapiSSLonly Off';
      writeFileSync(`${directory}/httpd.conf`, apacheConfiguration(daemon, ['auth_gssapi'], auth));
      return {
        command: 'apache2',
        args: ['-X', '-f', `${directory}/httpd.conf`],
        env: { NTLM_USER_FILE: `${directory}/users` },
      };
    }, exercise),
};

export const ntlmCases: readonly InteropCase[] = [samba, gssapi];
