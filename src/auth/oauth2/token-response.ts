import type { ServerResponse } from './server-session.ts';

/** A token response as the specification has it, and what was out of line in the one that came. */
export interface LenientResponse {
  /** Undefined where the body is neither JSON nor a form. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly warnings: readonly string[];
}

/**
 * Reads a token response the way real servers write it: any content type, a form instead of JSON, no token type,
 * numbers as text, nulls.
 * @param path where the token stands, where it isn't `access_token`: members with dots between them
 * @see RFC 6749 §5.1
 */
export function readTokenResponse(response: ServerResponse, path?: string): LenientResponse {
  const warnings: string[] = [];
  const read = readObject(response, warnings);
  const body = read && path !== undefined ? withTokenAt(read, path) : read;
  if (!body) return { body, warnings };
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === '') delete body[name];
  }
  if (typeof body.access_token !== 'string') return { body, warnings };
  if (response.status !== 200) warnings.push(`The server answers ${response.status} where the specification has 200.`);
  if (typeof body.token_type !== 'string') {
    warnings.push('The response names no token_type; Bearer is assumed.');
    body.token_type = 'Bearer';
  }
  readLifetime(body, warnings);
  if (Array.isArray(body.scope)) {
    warnings.push('The response gives its scope as a list.');
    // An empty one says as little as none.
    if (body.scope.length === 0) delete body.scope;
    else body.scope = body.scope.join(' ');
  }
  for (const name of ['refresh_token', 'id_token', 'scope']) {
    if (body[name] !== undefined && typeof body[name] !== 'string') {
      warnings.push(`The response’s ${name} is not text and is ignored.`);
      delete body[name];
    }
  }
  return { body, warnings };
}

function readObject({ text, headers }: ServerResponse, warnings: string[]): Record<string, unknown> | undefined {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed.startsWith('{')) {
    try {
      const json = JSON.parse(trimmed) as Record<string, unknown>;
      if (!/^application\/(?:[\w.-]+\+)?json$/.test(type)) {
        warnings.push(
          type === '' ? 'The JSON response has no content type.' : `The JSON response is labelled ${type}.`,
        );
      }
      return json;
    } catch {
      return undefined;
    }
  }
  if (
    /^(?:access_token|error|token_type|refresh_token|scope|expires_in)=/.test(trimmed) ||
    type.endsWith('urlencoded')
  ) {
    warnings.push('The response is a form instead of JSON.');
    return Object.fromEntries(new URLSearchParams(trimmed));
  }
  return undefined;
}

/** The body with the token at that path as its access token, and what stands beside it. */
function withTokenAt(body: Record<string, unknown>, path: string): Record<string, unknown> {
  const steps = path.replace(/^\$\.?/, '').split('.');
  const last = steps.pop() ?? '';
  let around: unknown = body;
  for (const step of steps) {
    around = typeof around === 'object' && around !== null ? (around as Record<string, unknown>)[step] : undefined;
  }
  const { access_token: _, ...rest } = body;
  if (typeof around !== 'object' || around === null) return rest;
  const members = around as Record<string, unknown>;
  return { ...rest, ...(members === body ? {} : members), access_token: members[last] };
}

function readLifetime(body: Record<string, unknown>, warnings: string[]): void {
  const stated = body.expires_in;
  if (stated === undefined) return;
  const seconds = Number(stated);
  if (typeof stated !== 'number') warnings.push('The response gives expires_in as text.');
  if (Number.isFinite(seconds) && seconds > 0) {
    body.expires_in = seconds;
  } else {
    warnings.push(`The response’s expires_in (${String(stated).slice(0, 20)}) is no lifetime and is ignored.`);
    delete body.expires_in;
  }
}
