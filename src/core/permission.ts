import { CountersignError } from './errors.ts';
import { matchesOrigin } from './origin-pattern.ts';
import type { Place } from './place.ts';
import { type HttpRequest, originOf } from './request.ts';

/**
 * What a person allows the files of a workspace, because whoever wrote them may be a stranger. It is asked and kept in
 * one place, and checked where bytes leave this machine, or where a file's bytes come in.
 */

/** A credential that does not stand in the files: of the secret store, the token store or the machine. */
export interface Credential {
  /** Tells it from all others; a decision that was asked for is kept for it. */
  readonly id: string;
  /** What it is called where it is allowed by hand: a secret's name, `token:NAME`, `exec:NAME`, `aws:PROFILE`, `edgegrid:SECTION`. */
  readonly name: string;
  /** What it is called in a sentence. */
  readonly label: string;
}

export type Permission =
  /** The credential may go to that origin, or prove who one is there. */
  | {
      readonly kind: 'credential';
      readonly credential: Credential;
      readonly origin: string;
      /** The request, where it stands in a file. */
      readonly place?: Pick<Place, 'file' | 'line'>;
    }
  /** The file, which lies outside the workspace, may be read. `key`: to sign or to prove, and not to be sent. */
  | { readonly kind: 'file'; readonly path: string; readonly use: 'content' | 'key' }
  /** The environment variable of this process may be read. */
  | { readonly kind: 'environment'; readonly name: string };

/** A decision that is kept. */
export interface Decision {
  readonly kind: Permission['kind'];
  /** The credential's id, or its name where it was allowed by hand; the path; the environment variable. */
  readonly subject: string;
  /** Of a credential that was asked for: its name. */
  readonly name?: string;
  /** Of a credential: a canonical pattern. */
  readonly origin?: string;
  readonly allowed: boolean;
}

/** `always` and `never` are kept; `once` holds for what the person is doing just now. */
export type Answer = 'once' | 'always' | 'never';

/** The credential that `{{$secret name}}` stands for. */
export function secretCredential(name: string): Credential {
  return { id: `secret:${name}`, name, label: `secret “${name}”` };
}

/** A kept token. @param from its issuer, or the endpoint that it came from */
export function tokenCredential(name: string, from: string): Credential {
  return { id: `token:${name} ${from}`, name: `token:${name}`, label: `token “${name}”` };
}

/** What a command of the user's prints for `{{$exec name}}`. */
export function commandCredential(name: string): Credential {
  return { id: `exec:${name}`, name: `exec:${name}`, label: `output of the command “${name}”` };
}

/** That the credential may go to where the request goes. */
export function credentialPermission(credential: Credential, request: HttpRequest): Permission {
  const { urlOrigin } = request;
  const place = urlOrigin?.by === 'file' ? { file: urlOrigin.file, line: urlOrigin.line } : undefined;
  return { kind: 'credential', credential, origin: originOf(request), ...(place ? { place } : {}) };
}

/** What a decision is about, as it is written on the command line. */
export const decidedName = ({ name, subject }: Decision): string => name ?? subject;

/** The decisions with that one, which takes the place of an earlier one about the same. */
export function withDecision(decisions: readonly Decision[], decision: Decision): readonly Decision[] {
  const { kind, subject, origin } = decision;
  const others = decisions.filter(one => one.kind !== kind || one.subject !== subject || one.origin !== origin);
  return [...others, decision];
}

/** Sees to it that something is allowed. @throws CountersignError `not-allowed`, `cancelled` */
export type Permit = (permission: Permission) => Promise<void>;

export interface PermissionsHost {
  decisions(): readonly Decision[] | Promise<readonly Decision[]>;
  keep(decision: Decision): Promise<void>;
  /** Asks the person; undefined where they turn away. */
  ask(permission: Permission): Promise<Answer | undefined>;
  /** What the person can do where nobody can be asked, one sentence. */
  advice(permission: Permission): string;
}

export class Permissions {
  readonly #host: PermissionsHost;
  /** Questions on the screen: whoever wants the same waits for the answer. */
  readonly #asking = new Map<string, Promise<Answer | undefined>>();
  readonly #once = new WeakMap<object, Set<string>>();

  constructor(host: PermissionsHost) {
    this.#host = host;
  }

  /** Asks nobody. */
  readonly quiet: Permit = permission => this.#require(permission, undefined);

  /** Asks the person. @param act what the person is doing: `once` holds for it */
  askingFor(act: object): Permit {
    return permission => this.#require(permission, act);
  }

  async #require(permission: Permission, act: object | undefined): Promise<void> {
    const key = keyOf(permission);
    if (act && this.#once.get(act)?.has(key)) return;
    const kept = (await this.#host.decisions()).filter(decision => covers(decision, permission));
    // A refusal wins, however it was written.
    if (kept.some(({ allowed }) => !allowed)) throw refused(permission, 'You have not allowed this');
    if (kept.length > 0) return;
    if (!act) throw refused(permission, undefined, this.#host.advice(permission));
    const answer = await this.#ask(key, permission);
    if (answer === undefined) throw new CountersignError('cancelled', 'The request was not sent.');
    if (answer === 'never') throw refused(permission, 'You have not allowed this');
    const once = this.#once.get(act) ?? new Set();
    this.#once.set(act, once.add(key));
  }

  #ask(key: string, permission: Permission): Promise<Answer | undefined> {
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#host
        .ask(permission)
        .then(async answer => {
          if (answer === 'always' || answer === 'never') await this.#host.keep(decided(permission, answer));
          return answer;
        })
        .finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }
}

function covers(decision: Decision, permission: Permission): boolean {
  if (decision.kind !== permission.kind) return false;
  const { subject } = decision;
  if (permission.kind !== 'credential') return subject === subjectOf(permission);
  const { id, name } = permission.credential;
  return (subject === id || subject === name) && matchesOrigin(decision.origin ?? '', permission.origin);
}

function subjectOf(permission: Permission): string {
  switch (permission.kind) {
    case 'credential':
      return permission.credential.id;
    case 'file':
      return permission.path;
    case 'environment':
      return permission.name;
  }
}

function keyOf(permission: Permission): string {
  return [permission.kind, subjectOf(permission), permission.kind === 'credential' ? permission.origin : ''].join('\n');
}

function decided(permission: Permission, answer: 'always' | 'never'): Decision {
  const decision = { kind: permission.kind, subject: subjectOf(permission), allowed: answer === 'always' };
  if (permission.kind !== 'credential') return decision;
  return { ...decision, name: permission.credential.name, origin: permission.origin };
}

function refused(permission: Permission, reason: string | undefined, advice?: string): CountersignError {
  const place = permission.kind === 'credential' ? permission.place : undefined;
  const told = `${sentence(permission)}${reason === undefined ? '' : ` ${reason}.`}`;
  return new CountersignError('not-allowed', told, {
    ...(place ? { place } : {}),
    hint:
      advice ??
      'Look at what is allowed: “Countersign: Manage Permissions” in the editor, “countersign permission list”.',
  });
}

function sentence(permission: Permission): string {
  switch (permission.kind) {
    case 'credential':
      return `The ${permission.credential.label} is not used for ${permission.origin}.`;
    case 'file':
      return `The file ${permission.path} is outside the workspace, and was not read.`;
    case 'environment':
      return `The environment variable ${permission.name} was not read.`;
  }
}
