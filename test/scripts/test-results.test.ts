import assert from 'node:assert/strict';
import { summary, type TestResult, withSecondRun } from '../../scripts/test-results.ts';

const passed = (title: string): TestResult => ({ title, state: 'passed', durationMs: 1 });
const failed = (title: string): TestResult => ({ title, state: 'failed', durationMs: 1, error: 'why' });

describe('a second run of what failed', () => {
  it('is what counts for the tests that failed in the first', () => {
    const first = [passed('a'), failed('b'), failed('c')];
    assert.equal(summary(withSecondRun(first, [passed('b'), failed('c')])), '2 passed, 1 failed');
  });

  it('takes nothing from a test that has passed already', () => {
    const both = withSecondRun([passed('a'), failed('b')], [failed('a'), passed('b')]);
    assert.equal(summary(both), '2 passed, 0 failed');
  });

  it('clears a hook that failed, and counts the tests that it had kept from running', () => {
    const hook = failed('a suite "before all" hook');
    assert.equal(summary(withSecondRun([passed('a'), hook], [passed('b'), passed('c')])), '3 passed, 0 failed');
  });

  it('clears nothing when it failed for another reason', () => {
    const first = [passed('a'), failed('b')];
    assert.equal(summary(withSecondRun(first, [failed('e2e: the run itself')])), '1 passed, 2 failed');
  });

  it('adds nothing to the counts when it ran more than what had failed', () => {
    assert.equal(summary(withSecondRun([passed('a'), failed('b')], [passed('a'), passed('b')])), '2 passed, 0 failed');
  });
});
