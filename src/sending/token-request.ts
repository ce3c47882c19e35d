import { findScheme } from '../auth/schemes/index.ts';
import type { TokenRequest } from '../auth/token-source.ts';
import { resolveValues } from '../auth/values.ts';
import { CountersignError } from '../core/errors.ts';
import type { HttpRequest } from '../core/request.ts';
import { authInForce } from './auth-in-force.ts';
import { settingsOf } from './directives-in-force.ts';
import { type PreparePorts, readTextFile, tlsOf } from './prepare.ts';
import { findScopes } from './scopes.ts';
import type { RequestTarget } from './workspace.ts';

const noRequest: HttpRequest = {
  method: 'GET',
  url: '',
  query: [],
  headers: [],
  cookies: [],
  body: undefined,
  overridden: [],
};

export type TokenRequestPorts = Pick<PreparePorts, 'workspace' | 'keyFiles' | 'resolvePath' | 'variablesFor' | 'tls'>;

/**
 * What the auth in force for a block asks the token source for; the block may speak for its whole file. Undefined where
 * that auth obtains no token, or states one itself.
 * @throws CountersignError at the place of a value that cannot be computed
 */
export async function tokenRequest(
  target: RequestTarget,
  ports: TokenRequestPorts,
): Promise<(TokenRequest & { readonly usedBy: string }) | undefined> {
  const { file, tree, block } = target;
  const placed = tree.blocks[block];
  if (!placed) throw new CountersignError('invalid-request', 'There is no request here.');
  const scopes = await findScopes(file, tree, ports.workspace);
  const { statement } = authInForce(file, tree, placed.block.request ? block : undefined, scopes.scopes);
  // What obtains no token needn't be computed: somebody might be asked for its secrets.
  if (!statement || !findScheme(statement.scheme)?.obtainsTokens) return undefined;
  const variables = await ports.variablesFor(target, scopes, settingsOf(target, scopes));
  const { scheme, values } = await resolveValues(statement, {
    resolve: (text, place) => {
      const resolution = variables.resolve(text, place);
      return 'then' in resolution ? resolution.then(({ value }) => value) : resolution.value;
    },
    readFile: (path, place) => readTextFile(path, place, ports),
  });
  if (!scheme.obtainsTokens?.(values)) return undefined;
  const tls = await tlsOf(file, statement.place, variables, ports);
  const request = tls ? { ...noRequest, tls } : noRequest;
  const { file: usedBy } = statement.place;
  return { scheme: scheme.id, values: scheme.ofFile ? { ...values, file: usedBy } : values, request, usedBy };
}
