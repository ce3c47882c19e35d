import type { AuthInForce } from '../auth/driver.ts';
import type { AuthStatement } from '../auth/inheritance.ts';
import { resolveValues, type StatementProblem, statementProblems } from '../auth/values.ts';
import type { ClientTls, ConnectionTls } from '../core/client-tls.ts';
import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { FileReader } from '../core/ports.ts';
import type { HttpRequest, Level } from '../core/request.ts';
import type { RequestNode } from '../language/syntax-tree.ts';
import { type AuthDecision, authInForce, withStatement } from './auth-in-force.ts';
import { settingsOf } from './directives-in-force.ts';
import type { RedactPorts } from './redacted.ts';
import { type BuildPorts, buildRequest } from './request-builder.ts';
import type { RequestSettings } from './request-settings.ts';
import { responseOwner } from './request-variables.ts';
import { findScopes, placeAt, type Scopes } from './scopes.ts';
import type { RequestVariablesView, TextResolver } from './variable-text.ts';
import type { RequestTarget, Workspace } from './workspace.ts';

/** A request of a document with everything computed that can be before it is authorized and sent. */
export interface PreparedRequest {
  readonly target: RequestTarget;
  /** The request line. */
  readonly place: Place;
  readonly request: HttpRequest;
  readonly settings: RequestSettings;
  /** Whose its response is: see `responseOwner`. */
  readonly owner: string;
  readonly decision: AuthDecision;
  /** The statement in force with its values; undefined where no auth is in force. */
  readonly auth: AuthInForce | undefined;
  readonly problems: readonly StatementProblem[];
  readonly variables: TextResolver;
  /** How the connection to the request's host is made; undefined where nothing is stated about it. */
  readonly tls: ConnectionTls | undefined;
}

/** What a statement about TLS is read with, for one request. */
export interface TlsValues {
  /** The request, for errors that have no other place. */
  readonly place: Place;
  /** Gives the text with its variables replaced. @throws CountersignError */
  value(text: string, place: Place): Promise<string>;
}

export interface PreparePorts extends BuildPorts, RedactPorts {
  readonly workspace: Workspace;
  /** Reads keys and other files that `@auth` names: they sign or prove, and are not sent. */
  readonly keyFiles: FileReader;
  /** The variables as that request sees them. */
  variablesFor(target: RequestTarget, scopes: Scopes, settings: RequestSettings): Promise<RequestVariablesView>;
  /** What is stated about TLS for the requests of a file; undefined where nothing is. @throws CountersignError */
  tls?(file: string, values: TlsValues): Promise<ClientTls | undefined>;
}

/**
 * Computes a request and the values of the auth in force.
 * @param auth `skip` leaves the values of the auth out, to show what stands without them; it must not be sent
 * @param edited the request as scripts left it, in place of the written one
 * @throws CountersignError at the place of what is wrong: then nothing may be sent
 */
export async function prepareRequest(
  target: RequestTarget,
  ports: PreparePorts,
  auth: 'resolve' | 'skip' = 'resolve',
  edited?: RequestNode,
): Promise<PreparedRequest> {
  const { file, tree, block } = target;
  const placed = tree.blocks[block];
  if (!placed?.block.request) throw new CountersignError('invalid-request', 'There is no request here.');
  const place = placeAt(file, tree, placed, placed.block.request.start, placed.block.request.line);
  const scopes = await findScopes(file, tree, ports.workspace);
  const settings = settingsOf(target, scopes);
  const variables = limitedResolver(await ports.variablesFor(target, scopes, settings), place);
  let decision = authInForce(file, tree, block, scopes.scopes);
  const shorthands = decision.statement === undefined || decision.shorthand;
  const { request: built, shorthand } = await buildRequest(
    ...([file, tree, placed, shorthands, variables, ports, edited] as const),
  );
  if (shorthand && !decision.shorthand) decision = withStatement(decision, shorthand, 'request');
  const clientTls = auth === 'resolve' ? await tlsOf(file, place, variables, ports) : undefined;
  const request = clientTls ? { ...built, tls: clientTls } : built;
  const tls = await clientTls?.for(request.url);
  const { statement, from } = decision;
  const prepared = { target, place, request, settings, owner: responseOwner(file, scopes), decision, tls, variables };
  if (!statement) return { ...prepared, auth: undefined, problems: [] };

  const problems = statementProblems(statement);
  if (auth === 'skip') return { ...prepared, auth: undefined, problems };
  const resolved = await resolveStatement(statement, variables, ports);
  const level: Level = from?.level ?? 'request';
  return { ...prepared, auth: { resolved, level }, problems };
}

/** The values of a statement, the files that it names read. @throws CountersignError at its place */
export function resolveStatement(
  statement: AuthStatement,
  variables: TextResolver,
  ports: Pick<PreparePorts, 'keyFiles' | 'resolvePath'>,
): ReturnType<typeof resolveValues> {
  return resolveValues(statement, {
    resolve: (text, place) => {
      const resolution = variables.resolve(text, place);
      return 'then' in resolution ? resolution.then(({ value }) => value) : resolution.value;
    },
    readFile: (path, place) => readTextFile(path, place, ports),
  });
}

/** Characters that the variables of one request may make of it; a body that is larger is a file. */
const largest = 64 * 1024 * 1024;

/** The resolver, until it has given so much text that something repeats itself without end. */
function limitedResolver(variables: TextResolver, place: Place): TextResolver {
  let given = 0;
  const counted = <T extends { readonly value: string }>(resolved: T): T => {
    given += resolved.value.length;
    if (given <= largest) return resolved;
    throw new CountersignError('too-large', 'The variables of this request make it larger than 64 MiB.', {
      place,
      hint: 'Look for a variable that repeats another one; a large body can be a file: “< path”.',
    });
  };
  return {
    resolve(text, at) {
      const resolved = variables.resolve(text, at);
      return 'then' in resolved ? resolved.then(counted) : counted(resolved);
    },
  };
}

/** What is stated about TLS for a request at that place; undefined where nothing is. */
export async function tlsOf(
  file: string,
  place: Place,
  variables: TextResolver,
  ports: Pick<PreparePorts, 'tls'>,
): Promise<ClientTls | undefined> {
  return ports.tls?.(file, { place, value: async (text, at) => (await variables.resolve(text, at)).value });
}

/** The text of a file that a value names. @throws CountersignError at that value's place */
export async function readTextFile(
  path: string,
  place: Place,
  ports: { readonly keyFiles: FileReader; resolvePath(path: string, file: string): string },
): Promise<string> {
  try {
    return new TextDecoder().decode(await ports.keyFiles.read(ports.resolvePath(path, place.file)));
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    throw new CountersignError(error.code, error.message, {
      place,
      ...(error.hint ? { hint: error.hint } : {}),
      cause: error,
    });
  }
}
