import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { CountersignError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { ObtainedToken, TokenFlow, TokenIdentity, Values } from '../tokens/token-flow.ts';

/** The request that signs in: by its name, in the file that states the auth, or in another one. */
export interface LoginReference {
  readonly name: string;
  /** Absolute path of the file that states it, or of the one that is named. */
  readonly file: string;
  /** It was named with its file. */
  readonly elsewhere: boolean;
}

/** What came of a login, as far as tokens go. */
export interface LoginAnswer {
  readonly status: number;
  /** The value at a path of the answer; undefined where there is none. @throws CountersignError for a wrong path */
  value(path: string): Promise<string | undefined>;
  readonly setsCookies: boolean;
}

export interface LoginPorts {
  readonly clock: Clock;
  /** Sends the request, without the auth that needs it. @throws CountersignError */
  send(reference: LoginReference, signal: AbortSignal): Promise<LoginAnswer>;
  /** Whether the request carries a credential of this machine. @throws CountersignError */
  borrows(reference: LoginReference): Promise<boolean>;
}

/** The logins that are under way around this one: one that needs itself would wait for ever. */
const underWay = new AsyncLocalStorage<readonly string[]>();

/** Where tokens stand that nobody says the place of. */
const usual = [
  '$.access_token',
  '$.accessToken',
  '$.token',
  '$.id_token',
  '$.jwt',
  '$.data.token',
  '$.data.access_token',
];

/** Tokens that come from a request of the person's own. */
export function createLoginFlow(ports: LoginPorts): TokenFlow {
  return {
    scheme: 'login',
    identity(values, environment): TokenIdentity {
      const reference = referenceOf(values);
      const { name, file, elsewhere } = reference;
      const key = createHash('sha256')
        .update(
          JSON.stringify([
            'login',
            dirname(file),
            elsewhere ? basename(file) : '',
            name,
            text(values.token),
            environment,
          ]),
        )
        .digest('base64url');
      if (underWay.getStore()?.includes(pathOf(reference))) {
        throw new CountersignError('token-failed', `The login request “${name}” needs itself.`, {
          hint: 'State “# @auth none” for it, or another authorization.',
        });
      }
      return { key, name: text(values.tokenName) || name, issuer: `${basename(file)}#${name}` };
    },
    needsPerson: () => false,
    source: values => `the login request “${referenceOf(values).name}”`,
    kept: values => values,
    borrows: values => ports.borrows(referenceOf(values)),
    async obtain(values, _, signal): Promise<ObtainedToken> {
      const reference = referenceOf(values);
      const around = underWay.getStore() ?? [];
      const answer = await underWay.run([...around, pathOf(reference)], () => ports.send(reference, signal));
      return tokenOf(values, reference, answer, ports.clock.now());
    },
  };
}

export function referenceOf(values: Values): LoginReference {
  const written = text(values.request);
  const from = text(values.file);
  const at = written.lastIndexOf('#');
  if (at <= 0) return { name: written.replace(/^#/, ''), file: from, elsewhere: false };
  return { name: written.slice(at + 1), file: resolve(dirname(from), written.slice(0, at)), elsewhere: true };
}

const pathOf = ({ name, file }: LoginReference): string => `${file}#${name}`;

async function tokenOf(
  values: Values,
  { name }: LoginReference,
  answer: LoginAnswer,
  now: number,
): Promise<ObtainedToken> {
  if (answer.status >= 400) {
    throw new CountersignError(
      'token-failed',
      `The login request “${name}” was answered with status ${answer.status}.`,
      {
        hint: 'Send it by itself to see why.',
      },
    );
  }
  const path = text(values.token);
  let token: string | undefined;
  const wanted = path === '' ? usual : path === 'none' ? [] : [path];
  for (const each of wanted) {
    token = await answer.value(each);
    if (token !== undefined && token !== '') break;
  }
  if (!token && !(answer.setsCookies && (path === '' || path === 'none'))) {
    const where = path === '' || path === 'none' ? 'No token stands in' : `There is no ${path} in`;
    throw new CountersignError('token-failed', `${where} what the login request “${name}” was answered with.`, {
      hint: 'Say where with “token”: a JSONPath such as $.data.token, “headers.NAME” or “cookies.NAME”.',
    });
  }
  const expiresAt = await expiryOf(values, answer, token ?? '', now);
  return {
    accessToken: token ?? '',
    tokenType: 'Bearer',
    obtainedAt: now,
    // The cookies end with the session, and so does what they prove.
    ...(token ? {} : { transient: true }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Milliseconds since the epoch; undefined where nothing tells. */
async function expiryOf(values: Values, answer: LoginAnswer, token: string, now: number): Promise<number | undefined> {
  if (typeof values.expiresIn === 'number') return now + values.expiresIn * 1000;
  const path = text(values.expiryPath);
  if (path !== '') {
    const written = await answer.value(path);
    const at = written === undefined ? undefined : momentOf(written, now);
    if (at !== undefined) return at;
    throw new CountersignError('token-failed', `There is no time at ${path} in the answer to the login request.`);
  }
  const lifetime = Number((await answer.value('$.expires_in')) ?? (await answer.value('$.expiresIn')));
  if (lifetime > 0) return now + lifetime * 1000;
  return jwtExpiry(token);
}

/** Seconds from now, seconds or milliseconds since the epoch, or a date. */
function momentOf(written: string, now: number): number | undefined {
  const number = Number(written);
  if (written.trim() === '') return undefined;
  if (Number.isNaN(number)) {
    const at = Date.parse(written);
    return Number.isNaN(at) ? undefined : at;
  }
  if (number > 1e11) return number;
  return number > 1e9 ? number * 1000 : now + number * 1000;
}

function jwtExpiry(token: string): number | undefined {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
