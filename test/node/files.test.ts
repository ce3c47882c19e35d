import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeBody } from '../../src/core/body.ts';
import { bodyBytes } from '../../src/core/request.ts';
import { nodeFiles } from '../../src/node/files.ts';
import { failure, text } from '../http/loopback.ts';

describe('bodies from files', () => {
  let directory = '';
  const path = (name: string): string => join(directory, name);
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'countersign-test-'));
    writeFileSync(path('a.bin'), Buffer.from([0, 255, 10, 13]));
  });
  after(() => rmSync(directory, { recursive: true }));

  it('are sent as they are, and known by their path', async () => {
    const body = await composeBody([{ file: path('a.bin') }], nodeFiles);
    assert.equal(body.length, 4);
    assert.equal(body.file, path('a.bin'));
    assert.equal(body.text, undefined);
    for (let round = 0; round < 2; round++) assert.deepEqual([...(await bodyBytes(body))], [0, 255, 10, 13]);
  });

  it('mix with text, whose line ends become CRLF on demand and those of files do not', async () => {
    const body = await composeBody(['--b\n\r\nä\n', { file: path('a.bin') }, '\n--b--'], nodeFiles, { crlf: true });
    const bytes = Buffer.from(await bodyBytes(body));
    assert.equal(body.length, bytes.byteLength);
    assert.equal(bytes.toString('latin1'), `${Buffer.from('--b\r\n\r\nä\r\n').toString('latin1')}\0\xff\n\r\r\n--b--`);
    assert.equal(body.file, undefined);
  });

  it('remain text where there is no file', async () => {
    const body = await composeBody(['a\n', 'b'], nodeFiles, { crlf: true });
    assert.equal(body.text, 'a\r\nb');
    assert.equal(body.length, 4);
  });

  it('are reported when they are missing, folders, or gone by the time they are read', async () => {
    await failure(composeBody([{ file: path('missing') }], nodeFiles), 'missing-file');
    await failure(composeBody([{ file: directory }], nodeFiles), 'io');
    await failure(nodeFiles.read(path('missing')), 'missing-file');
    await failure(nodeFiles.read(directory), 'io');
    await failure(nodeFiles.open(path('missing'))[Symbol.asyncIterator]().next(), 'missing-file');
    assert.deepEqual([...(await nodeFiles.read(path('a.bin')))], [0, 255, 10, 13]);
    assert.equal(text(new Uint8Array()), '');
  });
});
