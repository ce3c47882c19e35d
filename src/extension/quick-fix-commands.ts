/** What quick fixes run, loaded with the first of them. */
export { defineInEnvironment } from './define-variable.ts';
export { SecretMover } from './move-secrets.ts';
