import assert from 'node:assert/strict';
import { Progress } from '../../src/cli/progress.ts';

describe('the progress of a run on a terminal', () => {
  let now: number;
  let written: string;
  const terminal = (columns = 80) => ({
    columns,
    now: () => now,
    write(text: string) {
      written += text;
    },
  });
  beforeEach(() => {
    now = 1000;
    written = '';
  });

  it('says how far it is, how fast, how many failed, and how long it takes yet', () => {
    const progress = new Progress(terminal(), 8);
    now += 500;
    progress.step(true);
    assert.equal(written, '███░░░░░░░░░░░░░░░░░░░░░ 1/8  2.0/s  4 s left');
    progress.clear();
    written = '';
    now += 500;
    progress.step(false);
    assert.equal(written, '██████░░░░░░░░░░░░░░░░░░ 2/8  2.0/s  1 failed  3 s left');
  });

  it('is taken away before something is printed, once, and draws no more than ten times a second', () => {
    const progress = new Progress(terminal(), 1000);
    progress.clear();
    assert.equal(written, '');
    now += 10;
    progress.step(true);
    written = '';
    now += 10;
    progress.step(true);
    assert.equal(written, '');
    progress.clear();
    progress.clear();
    assert.equal(written, '\r\x1b[2K');
    progress.step(true);
    assert.match(written, /3\/1000/);
  });

  it('has no bar where nobody knows how many there will be, and never fills the line', () => {
    const progress = new Progress(terminal(16), undefined);
    now += 1000;
    progress.step(true);
    assert.equal(written, '1 requests  1.0');
  });
});
