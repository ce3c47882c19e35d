import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResults, summary, type TestResult } from '../../scripts/test-results.ts';

const passed = (title: string): TestResult => ({ title, state: 'passed', durationMs: 1 });
const failed = (title: string): TestResult => ({ title, state: 'failed', durationMs: 1, error: 'why' });
const skipped = (title: string): TestResult => ({ title, state: 'skipped', durationMs: 0 });

describe('the results of a run of tests', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-results-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function read(results: readonly TestResult[] | undefined, failure?: string): TestResult[] {
    const file = join(folder, results ? 'results.json' : 'absent.json');
    if (results) writeFileSync(file, JSON.stringify(results));
    return readResults('unit', file, failure);
  }

  it('are summed up in one line, skipped tests only where there are some', () => {
    assert.equal(summary([passed('a'), failed('b')]), '1 passed, 1 failed');
    assert.equal(summary([passed('a'), skipped('b')]), '1 passed, 0 failed, 1 skipped');
  });

  it('fail where the run ended badly though every test passed', () => {
    assert.equal(summary(read([passed('a')], 'stopped after 900 s')), '1 passed, 1 failed');
  });

  it('fail where nothing ran', () => {
    assert.equal(summary(read(undefined)), '0 passed, 1 failed');
    assert.equal(summary(read([skipped('a')])), '0 passed, 1 failed, 1 skipped');
  });

  it('count a failed test once', () => {
    assert.equal(summary(read([passed('a'), failed('b')], 'mocha ended with 1')), '1 passed, 1 failed');
  });
});
