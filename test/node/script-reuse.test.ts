import assert from 'node:assert/strict';
import { ScriptThread } from '../../src/node/script-thread.ts';
import type { Face, ScriptHost, ScriptOutcome } from '../../src/scripting/script.ts';

describe('a script that runs again', function () {
  this.timeout(30_000);
  const thread = new ScriptThread();
  after(() => thread.close());

  const host: ScriptHost = {
    async call(method, argument) {
      const { name } = (argument ?? {}) as { name?: string };
      if (method === 'path') return `/x/${name}`;
      if (method === 'module') return '\n\nexport const fail = () => { throw new Error("there") }';
      return undefined;
    },
    log() {},
  };
  const run = (face: Face, text: string, line = 5, column = 6, file = '/x/api.http'): Promise<ScriptOutcome> =>
    thread.run(
      {
        script: { text, place: { file, line, column }, face, phase: 'after' },
        request: { method: 'GET', url: 'https://api.example.com/', headers: [] },
        response: { status: 200, statusText: 'OK', httpVersion: '1.1', headers: [], size: 0, durationMs: 1 },
        info: { name: 'one', id: '1', iteration: 0, iterationCount: 1, environment: '' },
      },
      host,
      new AbortController().signal,
    );

  for (const face of ['jetbrains', 'httpyac', 'postman'] as const) {
    it(`fails where it stands, in the words of ${face}`, async () => {
      const places = [
        [5, 6, '/x/api.http'],
        [70_000, 1, '/x/api.http'],
        [2, 9, '/x/other.http'],
      ] as const;
      for (const [line, column, file] of places) {
        const first = await run(face, 'missing()', line, column, file);
        assert.deepEqual(first.failure?.place, { file, line, column });
        const later = await run(face, '\n  missing()', line, column, file);
        assert.deepEqual(later.failure?.place, { file, line: line + 1, column: 3 });
        const wrong = await run(face, '\n1 +* 2', line, column, file);
        assert.match(wrong.failure?.message ?? '', /SyntaxError/);
        assert.equal(wrong.failure?.place.file, file);
        assert.equal(wrong.failure?.place.line, line + 1);
      }
    });

    it(`has its tests at their lines, in the words of ${face}`, async () => {
      const test = { jetbrains: 'client.test', httpyac: 'test', postman: 'pm.test' }[face];
      for (const line of [3, 90]) {
        const { tests } = await run(face, `\n${test}("a", () => {\n  throw new Error("b")\n})`, line);
        assert.deepEqual(
          tests.map(test => [test.passed, test.line]),
          [[false, line + 2]],
        );
      }
    });
  }

  it('names the line of a module that it imports', async () => {
    const { failure } = await run('jetbrains', 'import { fail } from "./m.js"\nfail()');
    assert.match(failure?.stack ?? '', /m\.js:3:\d+/);
    assert.deepEqual(failure?.place, { file: '/x/api.http', line: 6, column: 5 });
  });

  it('finds no names that the one before left, and those that it replaced', async () => {
    for (const face of ['jetbrains', 'httpyac'] as const) {
      const first = await run(face, 'left = 1; console = undefined; setTimeout = null');
      assert.equal(first.failure, undefined);
      const second = await run(
        face,
        'if (typeof left !== "undefined" || !console || !setTimeout) throw new Error(typeof left)',
      );
      assert.equal(second.failure, undefined);
    }
    await run('postman', 'left = 1');
    assert.equal((await run('postman', 'if (left !== 1) throw new Error()')).failure, undefined);
  });
});
