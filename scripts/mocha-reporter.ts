import Mocha from 'mocha';
import { writeResults } from './mocha-results.ts';
import { resultsVariable } from './test-results.ts';

const { Dot, Spec } = Mocha.reporters;

/** Dots for the many unit tests, sentences for the others; the results go to a file that `npm test` adds up. */
export default class Reporter extends (process.env.COUNTERSIGN_TEST_DOTS ? Dot : Spec) {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env[resultsVariable];
    if (file) writeResults(runner, file);
  }
}
