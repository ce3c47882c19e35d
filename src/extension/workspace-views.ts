/** What shows the requests of the whole workspace, loaded together: it is made of the same parts. */
export { Collections } from './collections/collections.ts';
export { RequestTests } from './testing/request-tests.ts';
