import { dirname } from 'node:path';
import type { LoginAnswer, LoginPorts, LoginReference } from '../auth/login/login-flow.ts';
import { CountersignError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { requestUrl } from '../core/request.ts';
import { ResponseValues } from '../core/response-values.ts';
import { requestName } from '../language/request-name.ts';
import { authInForce } from './auth-in-force.ts';
import { prepareRequest } from './prepare.ts';
import { type RunResult, runRequest } from './runner.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { findScopes } from './scopes.ts';
import type { RequestTarget, Workspace } from './workspace.ts';

export interface LoginHost {
  readonly clock: Clock;
  readonly workspace: Workspace;
  /** Other documents of the project of a file that are at hand. */
  documents(file: string): Iterable<Pick<RequestTarget, 'file' | 'tree'>>;
  /** What a request of that file is sent with. @param signal absent: only looked at, nobody is asked */
  ports(file: string, signal?: AbortSignal): RunnerPorts | Promise<RunnerPorts>;
  /** Told what came, so that later requests can refer to it. */
  sent?(target: RequestTarget, result: RunResult): void;
}

/** Sends the requests that `@auth login` names. */
export function createLogins(host: LoginHost): LoginPorts {
  return {
    clock: host.clock,
    async send(reference, signal) {
      const target = await find(host, reference);
      const result = await runRequest(target, await host.ports(target.file, signal), {
        signal,
        unauthorized: await needsLogin(target, host.workspace),
      });
      host.sent?.(target, result);
      if (result.error) throw result.error;
      return answerOf(reference.name, result);
    },
    async borrows(reference) {
      const target = await find(host, reference);
      const ports = await host.ports(target.file);
      const { request, auth } = await prepareRequest(target, ports);
      const { ambient } = ports;
      if (!ambient || ambient.none) return false;
      const texts = [requestUrl(request), request.body?.text ?? '', ...request.headers.map(({ value }) => value)];
      const own = auth && auth.resolved.scheme.id !== 'login' ? ambient.inValues(auth.resolved.values) : [];
      return own.length > 0 || ambient.in(texts).length > 0;
    },
  };
}

/** Whether what is in force for the login is a login itself: it is sent without, as it can't wait for one. */
async function needsLogin({ file, tree, block }: RequestTarget, workspace: Workspace): Promise<boolean> {
  const { scopes } = await findScopes(file, tree, workspace);
  const { statement, from } = authInForce(file, tree, block, scopes);
  return statement?.scheme === 'login' && from?.level !== 'request';
}

async function find(host: LoginHost, { name, file, elsewhere }: LoginReference): Promise<RequestTarget> {
  const own = await host.workspace.tree(file);
  const places = [...(own ? [{ file, tree: own }] : []), ...(elsewhere ? [] : host.documents(file))];
  const found = places.flatMap(({ file: path, tree }) =>
    tree.blocks.flatMap((placed, block) =>
      placed.block.request && requestName(placed.block)?.text === name ? [{ file: path, tree, block }] : [],
    ),
  );
  // The nearest one: of the file itself, else of its folder, else of any other.
  const [target] = found.toSorted((one, other) => distance(one.file, file) - distance(other.file, file));
  if (target) return target;
  throw new CountersignError(
    'token-failed',
    `There is no request named “${name}”${elsewhere ? ' in that file' : ''}.`,
    {
      hint: elsewhere
        ? 'Give the login request its name with “# @name”.'
        : 'Give the login request its name with “# @name”; name the file of another one: request=./auth.http#login.',
    },
  );
}

const distance = (path: string, file: string): number => (path === file ? 0 : dirname(path) === dirname(file) ? 1 : 2);

function answerOf(name: string, result: RunResult): LoginAnswer {
  const responses = new ResponseValues();
  responses.record(name, result);
  const headers = result.attempts.flatMap(({ response }) => response?.headers ?? []);
  const setCookies = headers.filter(([header]) => header.toLowerCase() === 'set-cookie').map(([, value]) => value);
  return {
    status: result.response?.status ?? 0,
    setsCookies: setCookies.length > 0,
    async value(path) {
      const cookie = /^cookies\.(.+)$/.exec(path)?.[1];
      if (cookie !== undefined) {
        const found = setCookies.findLast(line => line.slice(0, line.indexOf('=')).trim() === cookie);
        return found
          ?.slice(found.indexOf('=') + 1)
          .split(';', 1)[0]
          ?.trim();
      }
      const header = /^headers\.(.+)$/.exec(path)?.[1];
      try {
        return await responses.value(
          name,
          header === undefined ? `response.body.${path}` : `response.headers.${header}`,
        );
      } catch (error) {
        if (error instanceof CountersignError && error.code === 'unresolved-variable') return undefined;
        throw error;
      }
    },
  };
}
