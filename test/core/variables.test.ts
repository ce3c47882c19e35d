import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MASK } from '../../src/core/request.ts';
import { LAYER_KINDS, listLayer, literalLayer } from '../../src/core/variable-layer.ts';
import type { Resolved } from '../../src/core/variable-ports.ts';
import { createVariables } from '../../src/core/variables.ts';
import { failure, layer, ports } from './variables-setup.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const place = { file: '/a.http', line: 7, column: 3 };
const secrets = { get: async (name: string) => (name === 'pin' ? 'hush-1234' : undefined) };

describe('variables', () => {
  it('leave text without references as it is', () => {
    const variables = createVariables([], ports());
    assert.deepEqual(variables.resolve('plain {text}'), { value: 'plain {text}', masked: 'plain {text}' });
  });

  it('take a name from the layer of the highest priority that states it', () => {
    for (const [index, kind] of LAYER_KINDS.entries()) {
      const layers = LAYER_KINDS.slice(index).map(lower => layer(lower, { a: lower }));
      assert.equal(createVariables(layers, ports()).resolveNow('{{a}}')?.value, kind);
    }
  });

  it('refer to others, stated before or after them and in any layer', () => {
    const variables = createVariables(
      [
        layer('file', { url: 'https://{{host}}/{{path}}', path: 'v{{version}}' }),
        layer('environment', { host: 'h.test', version: '2' }),
      ],
      ports(),
    );
    assert.equal(variables.resolveNow('{{url}}!')?.value, 'https://h.test/v2!');
  });

  it('that name themselves mean the one of that name in a lower layer', () => {
    const variables = createVariables(
      [layer('file', { base: '{{base}}/v2' }), layer('collection', { base: 'https://h.test' })],
      ports(),
    );
    assert.equal(variables.resolveNow('{{base}}')?.value, 'https://h.test/v2');
  });

  it('resolve names that are themselves made of references', () => {
    const variables = createVariables([layer('file', { stage: 'test', url_test: 'T' })], ports());
    assert.equal(variables.resolveNow('{{url_{{stage}}}}')?.value, 'T');
  });

  it('percent-encode a value asked for with %', () => {
    const variables = createVariables([layer('file', { q: 'a b&c' })], ports());
    assert.equal(variables.resolveNow('?q={{%q}}')?.value, '?q=a%20b%26c');
  });

  it('undo the escapes of file variables, and no others', () => {
    const variables = createVariables(
      [layer('file', { a: 'x\\ny\\tz\\\\n\\d' }, { escapes: true }), layer('environment', { b: 'x\\ny' })],
      ports(),
    );
    assert.equal(variables.resolveNow('{{a}}')?.value, 'x\ny\tz\\n\\d');
    assert.equal(variables.resolveNow('{{b}}')?.value, 'x\\ny');
  });

  it('never take references out of values given on the command line', async () => {
    const commandLine = literalLayer('command-line', [['title', '{{$secret pin}}']]);
    const variables = createVariables([commandLine], ports({ secrets }));
    assert.equal((await variables.resolve('{{title}}')).value, '{{$secret pin}}');
  });

  it('hold one dynamic value throughout a request, and another in the next', () => {
    const variables = createVariables([layer('file', { id: '{{$guid}}', twice: '{{id}}{{id}}' })], ports());
    const first = variables.forRequest();
    const id = first.resolveNow('{{id}}')?.value ?? '';
    assert.match(id, UUID);
    assert.equal(first.resolveNow('{{twice}}')?.value, id + id);
    assert.notEqual(variables.forRequest().resolveNow('{{id}}')?.value, id);
    const direct = first.resolveNow('{{$guid}} {{$guid}}')?.value.split(' ') ?? [];
    assert.notEqual(direct[0], direct[1]);
  });

  it('of one request win over those stated for all, also inside of values that were resolved before', () => {
    const variables = createVariables(
      [literalLayer('command-line', [['port', '1']]), layer('file', { host: 'all', url: '{{host}}:{{port}}' })],
      ports(),
    );
    assert.equal(variables.forRequest().resolveNow('{{url}}')?.value, 'all:1');
    const own = variables.forRequest({ request: layer('request', { host: 'own', port: '2' }) });
    assert.equal(own.resolveNow('{{url}}')?.value, 'own:1');
    assert.equal(variables.forRequest().resolveNow('{{url}}')?.value, 'all:1');
  });

  it('are computed once for ten thousand requests', () => {
    let looked = 0;
    const values = layer('file', { a: '{{b}}', b: '{{c}}', c: 'x' });
    const counting = {
      ...values,
      get(name: string) {
        looked++;
        return values.get(name);
      },
    };
    const variables = createVariables([counting], ports());
    for (let request = 0; request < 10_000; request++) variables.forRequest().resolveNow('{{a}}');
    assert.ok(looked < 50_000, `${looked} lookups`);
  });

  describe('that cannot be resolved', () => {
    it('are an error at their place, with the nearest known name', async () => {
      const variables = createVariables([layer('environment', { baseUrl: 'x' })], ports());
      const error = await failure(() => variables.resolve('a\nbc{{basUrl}}', place));
      assert.equal(error.code, 'unresolved-variable');
      assert.deepEqual(error.place, { file: '/a.http', line: 8, column: 3 });
      assert.match(error.hint ?? '', /Did you mean “baseUrl”/);
      for (const [written, meant] of [
        ['$guidd', '$guid'],
        ['$radnomInt 1 2', '$randomInt'],
        ['timestamp', '$timestamp'],
        ['$secert x', '$secret'],
      ]) {
        const { hint } = await failure(() => variables.resolve(`{{${written}}}`, place));
        assert.equal(hint, `Did you mean “${meant}”?`);
      }
    });

    it('inside of another are an error at the place of that other', async () => {
      const variables = createVariables([layer('file', { a: 'x{{nope}}' })], ports());
      const error = await failure(() => variables.resolve('{{a}}', place));
      assert.deepEqual(error.place, { file: '/file.http', line: 1, column: 7 });
    });

    it('are all reported where all are asked for, and stay as written', async () => {
      const variables = createVariables([layer('file', { ok: 'O', bad: '{{gone}}' })], ports({ secrets }));
      const text = '{{one}} {{ok}} {{bad}} {{$secret none}} {{$secret pin}}';
      const outcome = await variables.resolveWithProblems(text, place);
      assert.equal(outcome.value, '{{one}} O {{bad}} {{$secret none}} hush-1234');
      assert.equal(outcome.masked, `{{one}} O {{bad}} {{$secret none}} ${MASK}`);
      assert.deepEqual(
        outcome.problems.map(problem => [problem.error.code, text.slice(problem.start, problem.end)]),
        [
          ['unresolved-variable', '{{one}}'],
          ['unresolved-variable', '{{bad}}'],
          ['missing-secret', '{{$secret none}}'],
        ],
      );
      const found = variables.check(text, place).map(problem => text.slice(problem.start, problem.end));
      assert.deepEqual(found, ['{{one}}', '{{bad}}']);
    });

    it('because they need themselves name the way around', async () => {
      const variables = createVariables([layer('file', { a: '{{b}}', b: '-{{c}}', c: '{{a}}', d: '{{d}}' })], ports());
      const error = await failure(() => variables.resolve('{{a}}', place));
      assert.equal(error.code, 'cyclic-variable');
      assert.match(error.message, /a → b → c → a/);
      assert.equal(error.place?.file, '/file.http');
      assert.equal((await failure(() => variables.resolve('{{d}}'))).code, 'cyclic-variable');
    });

    it('because two texts wait for each other end in an error, not in waiting forever', async () => {
      const variables = createVariables(
        [layer('file', { a: '{{$secret pin}}{{b}}', b: '{{$secret pin}}{{a}}' })],
        ports({ secrets }),
      );
      const results = await Promise.allSettled(['{{a}}', '{{b}}'].map(async text => variables.resolve(text)));
      for (const result of results) {
        assert.equal(result.status === 'rejected' && result.reason.code, 'cyclic-variable');
      }
    });

    it('because they grow without end are an error', async () => {
      const values = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`v${i}`, `{{v${i + 1}}}{{v${i + 1}}}`]));
      const full = createVariables([layer('file', { ...values, v60: 'ab' })], ports());
      assert.equal((await failure(() => full.resolve('{{v0}}'))).code, 'too-large');
      const empty = createVariables([layer('file', { ...values, v60: '' })], ports());
      assert.equal(empty.resolveNow('{{v0}}')?.value, '');
    });

    it('because the chain is too long are an error', async () => {
      const values = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`v${index}`, `{{v${index + 1}}}`]));
      const error = await failure(() => createVariables([layer('file', values)], ports()).resolve('{{v0}}'));
      assert.equal(error.code, 'invalid-value');
    });
  });

  describe('that are secret', () => {
    it('are masked wherever they end up', async () => {
      const seen: string[] = [];
      const variables = createVariables(
        [
          layer('file', { credentials: 'ada:{{$secret pin}}' }),
          layer('environment', { key: 'k-777' }, { secret: true }),
        ],
        ports({ secrets, secretSeen: secret => seen.push(secret) }),
      );
      assert.equal(variables.resolveNow('{{credentials}}'), undefined);
      assert.deepEqual(await variables.resolve('{{credentials}} {{%key}}'), {
        value: 'ada:hush-1234 k-777',
        masked: `ada:${MASK} ${MASK}`,
      });
      assert.deepEqual(seen, ['hush-1234', 'k-777']);
    });

    it('include tokens, and values from the process environment by their names', async () => {
      const variables = createVariables(
        [],
        ports({ env: { API_TOKEN: 't-1', HOME: '/h' }, tokens: async name => (name === 'acme' ? 'at-1' : undefined) }),
      );
      assert.deepEqual(await variables.resolve('{{$token acme}} {{$env.API_TOKEN}} {{$processEnv HOME}}'), {
        value: 'at-1 t-1 /h',
        masked: `${MASK} ${MASK} /h`,
      });
      assert.equal((await variables.resolve('{{$auth.token("acme")}}')).value, 'at-1');
      assert.equal((await failure(() => variables.resolve('{{$token other}}'))).code, 'token-failed');
    });

    it('never show in an error about a name made of them', async () => {
      const error = await failure(() => createVariables([], ports({ secrets })).resolve('{{a_{{$secret pin}}}}'));
      assert.doesNotMatch(`${error.message} ${error.hint}`, /hush/);
    });
  });

  describe('that are prompted for', () => {
    const prompt = listLayer('request', [
      { name: 'user', value: '', layer: 'request', prompt: { description: 'Who?' } },
      { name: 'password', value: '', layer: 'request', secret: true, prompt: { description: undefined } },
    ]);

    it('are asked for once, when first needed', async () => {
      const asked: unknown[] = [];
      const prompter = {
        ask: async (...question: unknown[]) => {
          asked.push(question);
          return `{{answer}}${asked.length}`;
        },
      };
      const variables = createVariables([], ports({ prompter })).forRequest({ request: prompt });
      assert.equal((await variables.resolve('none')).value, 'none');
      assert.deepEqual(asked, []);
      const both = await Promise.all([variables.resolve('{{user}}'), variables.resolve('{{user}} {{password}}')]);
      assert.deepEqual(
        both.map(({ value }) => value),
        ['{{answer}}1', '{{answer}}1 {{answer}}2'],
      );
      assert.equal(both[1]?.masked, `{{answer}}1 ${MASK}`);
      assert.deepEqual(asked, [
        ['user', 'Who?', { secret: false }],
        ['password', undefined, { secret: true }],
      ]);
    });

    it('end the request when dismissed, and say how to give them where nobody can be asked', async () => {
      const dismissed = createVariables([prompt], ports({ prompter: { ask: async () => undefined } }));
      assert.equal((await failure(() => dismissed.resolve('{{user}}'))).code, 'cancelled');
      const error = await failure(() => createVariables([prompt], ports()).resolve('{{user}}'));
      assert.match(error.hint ?? '', /--var user=/);
      const given = createVariables([literalLayer('command-line', [['user', 'ada']])], ports()).forRequest({
        request: prompt,
      });
      assert.equal(given.resolveNow('{{user}}')?.value, 'ada');
    });
  });

  describe('looked up', () => {
    const variables = createVariables(
      [
        layer('file', { a: '{{b}}{{$secret pin}}', c: '1{{d}}' }),
        layer('environment', { a: 'x', d: '2', key: 'k' }, { secret: true }),
      ],
      ports({ secrets }),
    );

    it('tell where they are stated and what they would be', () => {
      const info = variables.lookup('c');
      assert.equal(info?.kind, 'file');
      assert.equal(info?.preview, `1${MASK}`);
      assert.deepEqual(info?.definition?.place, { file: '/file.http', line: 2, column: 6 });
      assert.equal(variables.lookup('a')?.preview, undefined);
      assert.equal(variables.lookup('key')?.preview, MASK);
      assert.equal(variables.lookup('$secret pin')?.kind, 'secret');
      assert.match(variables.lookup('$uuid')?.help ?? '', /UUID/);
      assert.equal(variables.lookup('nope'), undefined);
    });

    it('are listed once each, the one in force, and no secret with its value', () => {
      const names = variables.names();
      assert.deepEqual(names.find(({ name }) => name === 'a')?.kind, 'file');
      assert.equal(names.find(({ name }) => name === 'key')?.detail, MASK);
      assert.equal(new Set(names.map(({ name }) => name)).size, names.length);
      for (const { name, detail } of names) assert.ok(detail !== '', name);
    });
  });

  it('never let a secret into masked text, and always come to an end, whatever refers to whatever', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const piece = fc.oneof(
      fc.constantFrom(...names.map(name => `{{${name}}}`)),
      fc.constantFrom(
        '{{$secret pin}}',
        '{{%a}}',
        '{{e{{a}}}}',
        '{{$guid}}',
        ' text ',
        '{{',
        '}}',
        '\\{\\{x\\}\\}',
        '{{nope}}',
      ),
    );
    const value = fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join(''));
    const values = fc.dictionary(fc.constantFrom(...names), value);
    await fc.assert(
      fc.asyncProperty(values, values, value, value, async (file, environment, one, two) => {
        const layers = [
          layer('file', file),
          layer('environment', { ...environment, e: 'PRIVATE-VALUE' }, { secret: true }),
        ];
        const variables = createVariables(layers, ports({ secrets })).forRequest();
        const results = await Promise.allSettled([one, two, one].map(async text => variables.resolve(text)));
        for (const result of results) {
          const shown =
            result.status === 'rejected'
              ? `${result.reason.message} ${result.reason.hint}`
              : (result.value as Resolved).masked;
          assert.doesNotMatch(shown, /hush-1234|PRIVATE-VALUE/);
        }
        const tolerant = await variables.resolveWithProblems(one);
        assert.doesNotMatch(tolerant.masked, /hush-1234|PRIVATE-VALUE/);
        assert.equal(tolerant.problems.length === 0, results[0]?.status === 'fulfilled');
      }),
      { numRuns: 300 },
    );
  });
});
