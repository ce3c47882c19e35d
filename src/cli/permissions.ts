import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import { type Answer, type Decision, type Permission, Permissions, withDecision } from '../core/permission.ts';
import type { ProcessEnvironment } from '../core/ports.ts';
import { withFileLock } from '../node/file-lock.ts';
import { replaceFile } from '../node/replace-file.ts';
import type { Call } from './arguments.ts';
import { askAtTerminal } from './terminal-prompter.ts';
import { configDirectory } from './token-store.ts';

/** The key of what holds in every folder. */
export const everywhere = '*';

/** Decisions by the folder that they hold for: the root of a repository, else the folder of the call. */
export type KeptDecisions = Readonly<Record<string, readonly Decision[]>>;

/** What this user decided at the terminal or by `permission allow`, in a file that only they can read. */
export class PermissionFile {
  readonly path: string;

  constructor(env: ProcessEnvironment) {
    this.path = join(configDirectory(env), 'permissions.json');
  }

  /** @throws CountersignError `io` */
  async read(): Promise<KeptDecisions> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (cause) {
      if (/^(ENOENT|ENOTDIR)$/.test(String((cause as NodeJS.ErrnoException).code))) return {};
      throw new CountersignError('io', `${this.path} cannot be read.`, { cause });
    }
    const kept = parsed(text);
    if (kept) return kept;
    throw new CountersignError('io', `${this.path} is damaged.`, {
      hint: 'Remove it, and allow again what is to be allowed.',
    });
  }

  /** @throws CountersignError `io` */
  async change(folder: string, change: (decisions: readonly Decision[]) => readonly Decision[]): Promise<void> {
    await withFileLock(`${this.path}.lock`, async () => {
      const kept = { ...(await this.read()) };
      const decisions = change(kept[folder] ?? []);
      if (decisions.length > 0) kept[folder] = decisions;
      else delete kept[folder];
      try {
        await replaceFile(this.path, `${JSON.stringify(kept, undefined, 2)}\n`);
      } catch (cause) {
        throw new CountersignError('io', `The decision cannot be kept in ${this.path}.`, { cause });
      }
    });
  }
}

function parsed(text: string): KeptDecisions | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const folders = typeof value === 'object' && value !== null ? Object.values(value) : [undefined];
    return folders.every(list => Array.isArray(list) && list.every(isDecision)) ? (value as KeptDecisions) : undefined;
  } catch {
    return undefined;
  }
}

function isDecision(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { subject, allowed } = value as Partial<Decision>;
  return typeof subject === 'string' && typeof allowed === 'boolean';
}

/** The permissions of a call: its own options, what this user decided before, and the person at the terminal. */
export function createPermissions(
  call: Pick<Call, 'allowSecrets' | 'allowFiles' | 'strictOrigins'>,
  root: string,
  env: ProcessEnvironment,
): Permissions {
  const file = new PermissionFile(env);
  const stated = call.allowSecrets.map(
    ({ name, origin }): Decision => ({ kind: 'credential', subject: name, origin, allowed: true }),
  );
  let kept: Promise<readonly Decision[]> | undefined;
  return new Permissions({
    async decisions() {
      kept ??= file.read().then(all => [...(all[everywhere] ?? []), ...(all[root] ?? [])]);
      return [...stated, ...(await kept)];
    },
    async keep(decision) {
      kept = undefined;
      await file
        .change(root, decisions => withDecision(decisions, decision))
        // It holds for this call all the same.
        .catch((error: unknown) => {
          if (decision.allowed) stated.push(decision);
          else throw asCountersignError(error);
        });
    },
    ask: permission => askAtTerminal(question(permission), answers),
    advice,
  });
}

const answers: Readonly<Record<string, Answer>> = { o: 'once', a: 'always', n: 'never' };

function question(permission: Permission): string {
  const choices = '[o]nce, [a]lways here, [n]ever: ';
  switch (permission.kind) {
    case 'credential': {
      const { credential, origin, place } = permission;
      const by = place ? ` (${place.file}:${place.line})` : '';
      return `Use the ${credential.label} for ${origin}${by}? ${choices}`;
    }
    case 'file':
      return `Read ${permission.path}, which lies outside the repository? ${choices}`;
    case 'environment':
      return `Read the environment variable ${permission.name}? ${choices}`;
  }
}

function advice(permission: Permission): string {
  switch (permission.kind) {
    case 'credential': {
      const { credential, origin } = permission;
      return `If it may be used there, call with --allow-secret ${quoted(`${credential.name}=${origin}`)}.`;
    }
    case 'file':
      return 'If it may be read, call with --allow-files and its folder.';
    case 'environment':
      return 'With --strict-origins give its value by --var.';
  }
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
