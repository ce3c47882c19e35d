import type { VariableLayer } from '../../src/core/variable-layer.ts';
import { DocumentDiagnostics } from '../../src/features/diagnostics/diagnostics.ts';
import { update } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { findScopes } from '../../src/sending/scopes.ts';
import { medianTime, type Row } from './measure.ts';

/** About 3 MB: 10,000 requests with headers, variables, an `@auth` here and there, and a JSON body. */
export function manyRequests(count = 10_000): string {
  const blocks = ['@baseUrl = https://api.example.com\n'];
  for (let index = 0; index < count; index++) {
    blocks.push(
      `### Request ${index}\n# @name request${index}\n${index % 10 === 0 ? '# @auth bearer token={{token}}\n' : ''}` +
        `POST {{baseUrl}}/users/${index}\n    ?page=${index % 7}\nContent-Type: application/json\nAccept: application/json\n` +
        `X-Request-Id: {{$guid}}\n\n{\n  "name": "User ${index}",\n  "email": "user${index}@example.com",\n  "roles": ["reader", "writer"]\n}\n`,
    );
  }
  return `${blocks.join('\n')}@token = abc\n`;
}

/** Parsing, cold and after an edit. */
export async function measureLanguage(): Promise<readonly Row[]> {
  const group = 'language';
  const text = manyRequests();
  const split = await medianTime(9, () => parse(text));
  const whole = await medianTime(5, () => {
    let requests = 0;
    for (const { block } of parse(text).blocks) if (block.request && block.diagnostics.length === 0) requests++;
    return requests;
  });
  let tree = parse(text);
  for (const { block } of tree.blocks) void block.request;
  let at = text.indexOf('User 5000');
  const edit = await medianTime(50, () => {
    tree = update(tree, [{ start: at, end: at, text: 'x' }]);
    at++;
    for (const { block } of tree.blocks) void block.diagnostics;
  });
  const diagnostics = await measureDiagnostics(text);
  return [
    {
      group,
      name: `parse 10,000 requests (${(text.length / 1e6).toFixed(1)} MB)`,
      value: split,
      unit: 'ms',
      target: 150,
    },
    { group, name: 'parse 10,000 requests and read every node', value: whole, unit: 'ms' },
    { group, name: 'an edit in that file until its tree', value: edit, unit: 'ms', target: 5 },
    { group, name: 'an edit in that file until fresh diagnostics', value: diagnostics, unit: 'ms', target: 5 },
  ];
}

/** An edit in the middle, and everything that is wrong then: scopes, variables, names, the authorization in force. */
async function measureDiagnostics(text: string): Promise<number> {
  const file = '/bench/many.http';
  const workspace = { tree: () => undefined, root: () => '/bench' };
  const ports = { clock: { now: Date.now }, random: { bytes: (length: number) => new Uint8Array(length) }, env: {} };
  const environment: readonly VariableLayer[] = [];
  const found = new DocumentDiagnostics();
  let tree = parse(text);
  const look = async (): Promise<number> => {
    const { scopes } = await findScopes(file, tree, workspace);
    return found.update(tree, { file, scopes, environment, ports }, 1000).length;
  };
  await look();
  let at = text.indexOf('/users/5000');
  return medianTime(50, async () => {
    tree = update(tree, [{ start: at, end: at, text: 'x' }]);
    at++;
    return look();
  });
}
