import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AuthLevel, effectiveAuth } from '../../src/auth/inheritance.ts';
import type { Level } from '../../src/core/request.ts';

const level = (name: Level, scheme?: string, file = `${name}.http`): AuthLevel => ({
  level: name,
  file,
  ...(scheme === undefined ? {} : { statement: { scheme, fields: [], place: { file, line: 3 } } }),
});

describe('Inheritance of auth', () => {
  it('takes the nearest statement', () => {
    const { statement, from } = effectiveAuth([
      level('request'),
      level('file'),
      level('folder', 'bearer'),
      level('collection', 'basic'),
    ]);
    assert.equal(statement?.scheme, 'bearer');
    assert.deepEqual(from, { level: 'folder', file: 'folder.http', line: 3 });
  });

  it('passes over “inherit”', () => {
    const { statement, trail } = effectiveAuth([level('request', 'inherit'), level('collection', 'basic')]);
    assert.equal(statement?.scheme, 'basic');
    assert.deepEqual(
      trail.map(step => step.said),
      ['inherit', 'basic'],
    );
  });

  it('stops at “none”, and says where', () => {
    const { statement, from, trail } = effectiveAuth([
      level('request'),
      level('folder', 'none'),
      level('collection', 'basic'),
    ]);
    assert.equal(statement, undefined);
    assert.equal(from?.level, 'folder');
    assert.equal(trail.length, 2);
  });

  it('finds nothing where nobody states anything', () => {
    assert.deepEqual(effectiveAuth([level('request'), level('file', 'inherit')]).from, undefined);
  });

  it('never depends on what stands above the deciding level', () => {
    const said = fc.constantFrom(undefined, 'inherit', 'none', 'basic', 'bearer');
    fc.assert(
      fc.property(fc.array(said, { maxLength: 6 }), fc.array(said, { maxLength: 6 }), (inner, outer) => {
        const levels = (list: readonly (string | undefined)[]) => list.map(scheme => level('folder', scheme));
        const decided = inner.some(scheme => scheme !== undefined && scheme !== 'inherit');
        fc.pre(decided);
        assert.deepEqual(effectiveAuth(levels([...inner, ...outer])), effectiveAuth(levels(inner)));
      }),
    );
  });
});
