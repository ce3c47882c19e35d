import { previewAuthorized } from '../../auth/driver.ts';
import { asCountersignError, type CountersignError } from '../../core/errors.ts';
import type { HttpRequest, Origin, Part } from '../../core/request.ts';
import { createVariables, type Variables } from '../../core/variables.ts';
import { authInForce } from '../../sending/auth-in-force.ts';
import type { FilePorts } from '../../sending/engine-parts.ts';
import { resolveStatement } from '../../sending/prepare.ts';
import { type LenientPorts, leaveUnresolved, type Preview, previewPartly } from '../../sending/preview.ts';
import { redactedError, redactedTexts } from '../../sending/redacted.ts';
import { findScopes, type Scope, type Scopes } from '../../sending/scopes.ts';
import type { TextResolver } from '../../sending/variable-text.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { FormTarget } from './form-target.ts';

/** What a form's request would go out as, as far as that can be computed. */
export interface FormPreview {
  /** The request with its authorization; undefined for a level above requests, and where nothing can be computed. */
  readonly request?: HttpRequest;
  /** What the authorization adds to a request: header, query and form parameters, cookies. */
  readonly added: readonly AddedPart[];
  /** What only sending can tell, a clause each. */
  readonly pending: readonly string[];
  readonly tls?: Preview['tls'];
  readonly problems?: Preview['problems'];
  /** Why the request can't be sent as it stands. What is shown then has `{{names}}` where a value is missing. */
  readonly error?: CountersignError;
}

export interface AddedPart {
  readonly in: 'header' | 'query' | 'form' | 'cookie';
  readonly part: Part;
}

export type FormPorts = LenientPorts & Pick<FilePorts, 'fileVariables'>;

/** All that a form needs to know besides its document. */
export interface FormContext {
  readonly scopes: readonly Scope[];
  readonly variables: Variables;
  readonly preview: FormPreview;
}

/** Looks around a form's target. Never fails: what can't be computed is left out, and the reason given. */
export async function formContext(target: FormTarget, ports: FormPorts, signal: AbortSignal): Promise<FormContext> {
  const { file, tree, block } = target;
  const scopes = await findScopes(file, tree, ports.workspace);
  let variables: Variables | undefined;
  const noting: FormPorts = {
    ...ports,
    variablesFor: async (...wanted) => {
      variables = await ports.variablesFor(...wanted);
      return variables;
    },
  };
  const preview =
    block === undefined
      ? await levelPreview(target, scopes, ports, signal)
      : await requestPreview({ file, tree, block }, noting, signal);
  variables ??= await ports.fileVariables(file, tree, scopes).catch(() => undefined);
  return { scopes: scopes.scopes, variables: variables ?? noVariables, preview };
}

/** For where the environment files can't be read. */
const noVariables = createVariables([], {
  clock: { now: Date.now },
  random: { bytes: length => new Uint8Array(length) },
  env: {},
});

async function requestPreview(target: RequestTarget, ports: FormPorts, signal: AbortSignal): Promise<FormPreview> {
  const { preview, error } = await previewPartly(target, ports, signal);
  const failure = error ? { error } : {};
  if (!preview) return { added: [], pending: [], ...failure };
  const { request, unauthorized, auth, pending, tls, problems } = preview;
  const shown = { request, pending, tls, problems, ...failure };
  if (!auth) return { ...shown, added: [] };
  const { scheme, place } = auth.resolved.statement;
  const origin: Origin = { by: 'auth', scheme, level: auth.level, file: place.file, line: place.line };
  return { ...shown, added: [...addedParts(request), ...addedFields(unauthorized, request, origin)] };
}

/** A level above requests is shown by a request that stands for all of them. */
const sample: HttpRequest = {
  method: 'GET',
  url: 'https://example.com/',
  query: [],
  headers: [{ name: 'Host', value: 'example.com', origin: { by: 'client' } }],
  cookies: [],
  body: undefined,
  overridden: [],
};

async function levelPreview(
  { file, tree }: FormTarget,
  scopes: Scopes,
  ports: FormPorts,
  signal: AbortSignal,
): Promise<FormPreview> {
  const { statement, from } = authInForce(file, tree, undefined, scopes.scopes);
  if (!statement) return { added: [], pending: [] };
  const attempt = async (variables: TextResolver): Promise<FormPreview> => {
    const level = from?.level ?? 'file';
    const resolved = await resolveStatement(statement, variables, ports);
    const { request, pending } = await previewAuthorized(sample, { resolved, level }, ports.driver, signal);
    return { added: addedParts(request), pending: redactedTexts(pending, ports) };
  };
  try {
    return await attempt(await ports.fileVariables(file, tree, scopes));
  } catch (reason) {
    const error = redactedError(asCountersignError(reason), ports);
    try {
      return { ...(await attempt(leaveUnresolved(await ports.fileVariables(file, tree, scopes)))), error };
    } catch {
      return { added: [], pending: [], error };
    }
  }
}

/** The parts that an authorization added. */
function addedParts({ headers, query, cookies }: HttpRequest): readonly AddedPart[] {
  const at = (place: AddedPart['in'], parts: readonly Part[]): AddedPart[] =>
    parts.filter(({ origin }) => origin.by === 'auth').map(part => ({ in: place, part }));
  return [...at('header', headers), ...at('query', query), ...at('cookie', cookies)];
}

/** The form fields that an authorization added at the end of the body. */
function addedFields(base: HttpRequest, request: HttpRequest, origin: Origin): readonly AddedPart[] {
  const before = base.body?.text ?? '';
  const after = request.body?.text ?? '';
  if (after === before || !after.startsWith(before)) return [];
  const masked = (request.body?.masked ?? after).slice((base.body?.masked ?? before).length);
  const shown = [...new URLSearchParams(masked)];
  return [...new URLSearchParams(after.slice(before.length))].map(([name, value], index): AddedPart => {
    const hidden = shown[index]?.[1];
    const part = { name, value, origin, ...(hidden === undefined || hidden === value ? {} : { masked: hidden }) };
    return { in: 'form', part };
  });
}
