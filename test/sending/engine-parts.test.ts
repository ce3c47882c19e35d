import assert from 'node:assert/strict';
import { CountersignError } from '../../src/core/errors.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { parse } from '../../src/language/parser.ts';
import { EngineParts } from '../../src/sending/engine-parts.ts';
import type { RunResult } from '../../src/sending/runner.ts';

const file = '/w/a.http';
const tree = parse('# @name login\nGET https://h.test/\n\n###\nGET https://h.test/{{login.response.body.$.id}}\n');

describe('what every host sends with', () => {
  const parts = (environment: () => string | undefined): EngineParts =>
    new EngineParts({
      version: 'test',
      workspace: { tree: () => tree, root: () => '/w' },
      random: { bytes: length => new Uint8Array(length) },
      environment,
      variables: { environment: () => [] },
    });
  const result = (text: string, broken?: CountersignError): RunResult => {
    const bytes = new TextEncoder().encode(text);
    const body = {
      size: bytes.length,
      bytes,
      ...(broken ? { broken } : {}),
    };
    const response = { status: 200, statusText: 'OK', headers: [['Content-Type', 'application/json']], body };
    return { owner: file, response, request: {} } as unknown as RunResult & Exchange;
  };
  const idIn = async (engine: EngineParts): Promise<string> => {
    const variables = engine.variables({
      projectRoot: '/w',
      secrets: { get: async () => undefined },
      token: async () => undefined,
      permitEnvironment: async () => {},
    });
    const values = await variables.forFile(file, tree, { scopes: [] });
    const place = { file, line: 5 };
    return (await values.resolve('{{login.response.body.$.id}}', place)).value;
  };

  it('keeps a response for the environment that it came in', async () => {
    let selected: string | undefined = 'dev';
    const engine = parts(() => selected);
    engine.remember({ file, tree, block: 0 }, result('{"id":1}'));
    assert.equal(await idIn(engine), '1');
    selected = 'production';
    await assert.rejects(idIn(engine), /login/);
  });

  it('takes nothing from a body that is not whole', async () => {
    const engine = parts(() => undefined);
    const broken = new CountersignError('connection-lost', 'The connection was lost.');
    engine.remember({ file, tree, block: 0 }, result('{"id":1}', broken));
    await assert.rejects(idIn(engine), /got no response/);
  });
});
