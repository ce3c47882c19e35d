import fc from 'fast-check';

/** Property tests try the same cases in every run; `COUNTERSIGN_SEED=random` (or a number) and long fuzzing try others. */
const { COUNTERSIGN_SEED: seed = '20261101', COUNTERSIGN_FUZZ_SECONDS: long } = process.env;
if (seed !== 'random' && !long) fc.configureGlobal({ seed: Number(seed) });
