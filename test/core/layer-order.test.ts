import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layersInOrder } from '../../src/core/layer-order.ts';
import { type RunLevel, RunValues } from '../../src/core/run-values.ts';
import { type LayerKind, listLayer, type VariableLayer } from '../../src/core/variable-layer.ts';
import { createVariables } from '../../src/core/variables.ts';
import { ports } from './variables-setup.ts';

/** The order as LANGUAGE has it, narrow to wide: what an oracle goes by. */
const narrowToWide = [
  ...['run', 'data', 'command-line', 'request', 'file', 'folder', 'set in the environment', 'environment', 'shared'],
  ...['set in the collection', 'collection', 'set globally', 'global'],
] as const;
type Level = (typeof narrowToWide)[number];

const runLevel: Partial<Record<Level, RunLevel>> = {
  run: 'run',
  data: 'data',
  'set in the environment': 'environment',
  'set in the collection': 'collection',
  'set globally': 'global',
};

describe('the order of variables', () => {
  const valueWith = (stated: ReadonlySet<Level>): string | undefined => {
    const layer = (kind: LayerKind): VariableLayer[] =>
      stated.has(kind as Level) ? [listLayer(kind, [{ name: 'a', value: kind, layer: kind }])] : [listLayer(kind, [])];
    const runValues = new RunValues();
    for (const [level, kind] of Object.entries(runLevel)) {
      if (stated.has(level as Level)) runValues.set(kind, 'a', level, level);
    }
    const layers = layersInOrder({
      commandLine: layer('command-line'),
      documents: [...layer('file'), ...layer('folder'), ...layer('collection')],
      environment: [...layer('environment'), ...layer('shared'), ...layer('global')],
      runValues,
      scripted: listLayer('run', []),
    });
    const [request] = layer('request');
    const variables = createVariables(layers, ports()).forRequest(request ? { request } : {});
    try {
      return variables.resolveNow('{{a}}')?.value;
    } catch {
      return undefined;
    }
  };

  it('is that of the language, whichever levels state a name', () => {
    fc.assert(
      fc.property(fc.subarray([...narrowToWide]), stated => {
        assert.equal(
          valueWith(new Set(stated)),
          narrowToWide.find(level => stated.includes(level)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('lets no empty static value hide a value of the run', () => {
    const runValues = new RunValues();
    runValues.set('environment', 'token', 't', 't');
    for (const kind of ['environment', 'shared', 'collection'] as const) {
      const empty = listLayer(kind, [{ name: 'token', value: '', layer: kind }]);
      const sources = { commandLine: [], scripted: listLayer('run', []), runValues };
      const layers =
        kind === 'collection'
          ? layersInOrder({ ...sources, documents: [empty], environment: [] })
          : layersInOrder({ ...sources, documents: [], environment: [empty] });
      assert.equal(createVariables(layers, ports()).resolveNow('{{token}}')?.value, 't');
    }
  });
});
