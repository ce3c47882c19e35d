import type { Condition, When } from '../../core/fields.ts';
import { grantsWhere } from './grant-table.ts';

export const grants = (...is: readonly string[]): Condition => ({ field: 'grantType', is });
export const authenticates = (...is: readonly string[]): Condition => ({ field: 'clientAuthentication', is });

/** Grants in which a browser is sent to the authorization endpoint. */
export const browserGrants = grants(...grantsWhere(({ person }) => person === 'browser'));
/** Grants that are made of an assertion or a token. */
export const assertionGrants = grants(...grantsWhere(({ assertion }) => assertion !== undefined));
/** Every grant but the one whose token comes with the redirect. */
export const tokenEndpoint = grants(...grantsWhere(({ endpoints }) => endpoints.includes('tokenUrl')));

const assertionFrom = (source: string): When => ({
  all: [assertionGrants, { field: 'assertionFrom', is: [source] }],
});
/** The grant's assertion is given. */
export const fromField = assertionFrom('value');
/** The grant's assertion is signed here. */
export const fromKey = assertionFrom('key');
/** The grant's assertion is the CI job's identity token. */
export const fromCi = assertionFrom('ci');

export const clientKey = authenticates('private_key_jwt');
/** The client's assertion is signed here with its private key. */
export const clientKeySigns: When = { all: [clientKey, { field: 'clientAssertionFrom', is: ['key'] }] };

/** The client's secret proves the client. */
export const secretProves = authenticates('auto', 'header', 'header_raw', 'body', 'client_secret_jwt');
/** The client's secret signs the grant's assertion. */
export const secretSigns: When = {
  all: [fromKey, { field: 'assertionAlgorithm', is: ['HS256', 'HS384', 'HS512'] }],
};
