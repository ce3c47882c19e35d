import { basename } from 'node:path';
import { type AuthLevel, type AuthStatement, effectiveAuth } from '../../auth/inheritance.ts';
import type { CountersignError } from '../../core/errors.ts';
import { fileBlocks } from '../../language/file-blocks.ts';
import { requestName } from '../../language/request-name.ts';
import type { Block, Diagnostic, PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { draftDiagnostics, repeatedAuth } from '../../sending/repeated-auth.ts';
import { authStatement, fileStatements } from '../../sending/scopes.ts';
import { type AuthEffect, authConflicts, authEffect } from './auth-conflicts.ts';
import { type PlacedDiagnostic, placeDiagnostics } from './block-diagnostics.ts';
import { type BlockFindings, blockFindings, promptsOf } from './block-findings.ts';
import { sameVariables, VariableFaults, type VariableInputs } from './variable-faults.ts';

/** What diagnostics depend on apart from the document. */
export interface DiagnosticInputs extends VariableInputs {
  /** Why there are no variables of an environment. */
  readonly environmentProblem?: CountersignError | undefined;
  /** Of the files that the document names (as written), those that aren’t there; the same set while nothing changed. */
  readonly missing?: ReadonlySet<string> | undefined;
}

/** What is known of one block. */
interface Entry {
  readonly block: Block;
  readonly findings: BlockFindings;
  readonly name: string | undefined;
  /** What its variables say, to tell whether they are others. */
  readonly variables: string;
  /** Names of the headers that it writes, in lower case. */
  readonly headers: readonly string[];
  readonly hasRequest: boolean;
  readonly hasAuth: boolean;
  unresolved: readonly Diagnostic[];
  conflicts: readonly Diagnostic[];
  missing: readonly Diagnostic[];
  all: readonly Diagnostic[];
  /** `all` at their places, for that place of the block. */
  shown: { readonly placed: PlacedBlock; readonly diagnostics: readonly PlacedDiagnostic[] } | undefined;
}

const none: readonly never[] = Object.freeze([]);
/** Marks of a block: something is wrong with it; it states the authorization of the document. */
const faulty = 1;
const stating = 2;

/**
 * Everything that is wrong with one document. After an edit only the blocks that changed are looked at again, and
 * others where what they depend on is another: variables, names of requests, the authorization in force, files.
 */
export class DocumentDiagnostics {
  #entries: readonly Entry[] = [];
  #placed: readonly PlacedBlock[] = [];
  /** What there is to do for each block when diagnostics are shown, beside each other: most have nothing. */
  #marks: Uint8Array = new Uint8Array(0);
  #inputs: DiagnosticInputs | undefined;
  #faults: VariableFaults | undefined;
  readonly #names = new Map<string, number>();
  #repeated = 0;
  #inherited = '';
  #effect: AuthEffect | undefined;

  /** @param limit how many diagnostics are placed at most */
  update(tree: SyntaxTree, inputs: DiagnosticInputs, limit = Number.POSITIVE_INFINITY): readonly PlacedDiagnostic[] {
    const before = this.#inputs;
    this.#inputs = inputs;
    const old = this.#entries;
    const { entries, from, to, removed } = changedEntries(old, this.#placed, tree);
    this.#entries = entries;
    this.#placed = tree.blocks;
    const marks = new Uint8Array(entries.length);
    marks.set(this.#marks.subarray(0, from));
    marks.set(this.#marks.subarray(old.length - (entries.length - to)), to);
    this.#marks = marks;

    const renamed = this.#countNames(removed, entries, from, to);
    const restated =
      !before || !sameVariables(before, inputs) || signature(removed) !== signature(entries.slice(from, to));
    const variables = renamed || restated;
    this.#faults ??= new VariableFaults(this.#names, inputs);
    this.#faults.begin(inputs, restated, () =>
      tree.blocks.filter((_, index) => (entries[index]?.variables ?? '') !== ''),
    );
    const variableFaults = this.#faults;
    const inherited = effectiveAuth(this.#levels(tree, inputs)).statement;
    const authKey = inherited ? JSON.stringify(inherited) : '';
    let auth: 'same' | 'renamed' | 'other' = 'same';
    if (authKey !== this.#inherited || (variables && authKey.includes('{{')) || !before) {
      const effect = inherited && authEffect(inherited, inputs.file, false, this.#faults?.resolver(tree) ?? unknown);
      auth = !sameHeaders(effect, this.#effect)
        ? 'other'
        : effect?.source !== this.#effect?.source
          ? 'renamed'
          : 'same';
      this.#inherited = authKey;
      this.#effect = effect;
    }
    const faults = variables ? variableFaults.recheck(tree) : undefined;
    const missing = before?.missing !== inputs.missing;

    for (let index = from; index < to; index++) this.#renew(index, tree, true, true, true);
    if (faults || auth !== 'same' || missing) {
      for (let index = 0; index < entries.length; index++) {
        const entry = entries[index];
        if (!entry || (index >= from && index < to)) continue;
        const unresolved = faults !== undefined && dependsOn(entry, faults);
        const conflicts =
          auth === 'other' ? entry.headers.length > 0 : auth === 'renamed' && entry.conflicts.length > 0;
        const files = missing && entry.findings.files.length > 0;
        if (unresolved || conflicts || files) this.#renew(index, tree, unresolved, conflicts, files);
      }
    }
    return this.#show(tree, inputs, limit);
  }

  /** The files that the document names, as written. */
  namedFiles(): ReadonlySet<string> {
    const paths = new Set<string>();
    for (const { findings } of this.#entries) for (const { path } of findings.files) paths.add(path);
    return paths;
  }

  #renew(index: number, tree: SyntaxTree, unresolved: boolean, conflicts: boolean, files: boolean): void {
    const entry = this.#entries[index];
    const placed = tree.blocks[index];
    if (!entry || !placed) return;
    if (unresolved) entry.unresolved = this.#faults?.unresolved(tree, placed, entry.findings) ?? none;
    if (conflicts) entry.conflicts = this.#conflicts(entry, tree, placed);
    if (files) entry.missing = missingFiles(entry, this.#inputs?.missing);
    entry.all = merged(entry);
    entry.shown = undefined;
    this.#marks[index] =
      (entry.all.length > 0 ? faulty : 0) | (!entry.hasRequest && entry.block.directives.length > 0 ? stating : 0);
  }

  /** The levels above the requests; what the document itself states is known without reading all of it. */
  #levels(tree: SyntaxTree, { file, scopes }: DiagnosticInputs): readonly AuthLevel[] {
    return scopes.map((scope): AuthLevel => {
      let statement: AuthStatement | undefined;
      if (scope.file === file) {
        const placed = fileBlocks(tree).find(({ block }) => block.auth);
        statement = placed?.block.auth && authStatement(file, tree, placed, placed.block.auth);
      } else statement = fileStatements(scope.file, scope.tree).auth;
      return { level: scope.level, file: scope.file, ...(statement ? { statement } : {}) };
    });
  }

  #countNames(removed: readonly Entry[], entries: readonly Entry[], from: number, to: number): boolean {
    const touched = new Map<string, number>();
    const count = (name: string | undefined, by: number): void => {
      if (name === undefined) return;
      const was = this.#names.get(name) ?? 0;
      if (!touched.has(name)) touched.set(name, was);
      const now = was + by;
      if (now === 0) this.#names.delete(name);
      else this.#names.set(name, now);
      if (was === 1 && now === 2) this.#repeated++;
      else if (was === 2 && now === 1) this.#repeated--;
    };
    for (const { name } of removed) count(name, -1);
    for (let index = from; index < to; index++) count(entries[index]?.name, 1);
    for (const [name, was] of touched) if (was > 0 !== this.#names.has(name)) return true;
    return false;
  }

  #conflicts(entry: Entry, tree: SyntaxTree, placed: PlacedBlock): readonly Diagnostic[] {
    const effect = this.#effectFor(entry, tree, placed);
    if (!effect || !entry.headers.some(name => effect.headers.has(name))) return none;
    return authConflicts(entry.block, blockText(tree, placed), effect);
  }

  #effectFor({ block, hasAuth }: Entry, tree: SyntaxTree, placed: PlacedBlock): AuthEffect | undefined {
    const auth = hasAuth ? block.auth : undefined;
    if (!auth || auth.scheme.text === 'inherit') return this.#effect;
    if (auth.scheme.text === 'none') return undefined;
    const file = this.#inputs?.file ?? '';
    const statement: AuthStatement = authStatement(file, tree, placed, auth);
    return authEffect(statement, file, true, this.#faults?.resolver(tree) ?? unknown);
  }

  #show(tree: SyntaxTree, { environmentProblem, file }: DiagnosticInputs, limit: number): readonly PlacedDiagnostic[] {
    const shown: PlacedDiagnostic[] = [];
    if (environmentProblem) shown.push(environmentDiagnostic(tree, environmentProblem, file));
    let stated: PlacedBlock | undefined;
    for (let index = 0; index < this.#entries.length && shown.length < limit; index++) {
      if (this.#marks[index] === 0 && this.#repeated === 0) continue;
      const entry = this.#entries[index];
      const placed = tree.blocks[index];
      if (!entry || !placed) continue;
      const around: Diagnostic[] = [];
      if (this.#repeated > 0 && entry.name !== undefined && (this.#names.get(entry.name) ?? 0) > 1) {
        around.push(...repeatedName(entry.block));
      }
      const drafted = entry.hasRequest ? none : draftDiagnostics(tree, placed);
      around.push(...drafted);
      if (entry.hasAuth && !entry.hasRequest && drafted.length === 0) {
        const { auth } = entry.block;
        if (auth && stated?.block.auth) {
          around.push(repeatedAuth(auth, stated.line + stated.block.auth.line + 1));
        } else stated = placed;
      }
      if (around.length > 0) shown.push(...placeDiagnostics(tree, placed, around));
      if (entry.all.length === 0) continue;
      if (entry.shown?.placed !== placed) {
        entry.shown = { placed, diagnostics: placeDiagnostics(tree, placed, entry.all) };
      }
      for (const diagnostic of entry.shown.diagnostics) shown.push(diagnostic);
    }
    return shown.length > limit ? shown.slice(0, limit) : shown;
  }
}

/** The entries of a tree: those of blocks that are the same as before are taken over. */
function changedEntries(
  old: readonly Entry[],
  oldPlaced: readonly PlacedBlock[],
  { text, blocks }: SyntaxTree,
): { entries: readonly Entry[]; from: number; to: number; removed: readonly Entry[] } {
  const common = Math.min(old.length, blocks.length);
  let from = 0;
  while (from < common && (oldPlaced[from] === blocks[from] || old[from]?.block === blocks[from]?.block)) from++;
  let same = 0;
  while (same < common - from && old[old.length - 1 - same]?.block === blocks[blocks.length - 1 - same]?.block) same++;
  const to = blocks.length - same;
  const removed = old.slice(from, old.length - same);
  if (from === to && removed.length === 0) return { entries: old, from, to, removed };
  const fresh = blocks.slice(from, to).map(({ block, offset }): Entry => {
    return {
      block,
      findings: blockFindings(block, text.slice(offset, offset + block.length)),
      name: block.request ? requestName(block)?.text : undefined,
      variables:
        block.variables.map(({ name, value }) => `${name.text}=${value.text}\n`).join('') +
        (block.request ? '' : promptsOf(block).join('\n')),
      headers: block.request ? block.request.headers.map(header => header.name.text.toLowerCase()) : none,
      hasRequest: block.request !== undefined,
      hasAuth: block.auth !== undefined,
      unresolved: none,
      conflicts: none,
      missing: none,
      all: none,
      shown: undefined,
    };
  });
  return { entries: old.slice(0, from).concat(fresh, old.slice(old.length - same)), from, to, removed };
}

function sameHeaders(a: AuthEffect | undefined, b: AuthEffect | undefined): boolean {
  if (!a || !b) return a === b;
  return a.headers.size === b.headers.size && [...a.headers].every(name => b.headers.has(name));
}

const unknown = (): undefined => undefined;

function signature(entries: readonly Entry[]): string {
  return entries.map(({ variables }) => variables).join('');
}

function dependsOn({ findings }: Entry, changed: ReadonlySet<string>): boolean {
  if (findings.references.length === 0) return false;
  if (findings.own) return true;
  return changed.size > 0 && findings.references.some(({ text }) => changed.has(text));
}

function missingFiles({ findings }: Entry, missing: ReadonlySet<string> | undefined): readonly Diagnostic[] {
  if (!missing || missing.size === 0) return none;
  return findings.files
    .filter(({ path }) => missing.has(path))
    .map(({ start, end, line, path }) => {
      return { start, end, line, severity: 'error', code: 'missing-file', message: `There is no file “${path}”.` };
    });
}

function merged({ findings, unresolved, conflicts, missing }: Entry): readonly Diagnostic[] {
  const { diagnostics } = findings;
  const more = unresolved.length + conflicts.length + missing.length;
  if (more === 0) return diagnostics;
  return [...diagnostics, ...unresolved, ...conflicts, ...missing].sort((a, b) => a.start - b.start);
}

function repeatedName({ directives }: Block): readonly Diagnostic[] {
  return directives
    .filter(({ name, value }) => name.text.toLowerCase() === 'name' && value.text !== '')
    .slice(0, 1)
    .map(({ value: { start, end, text }, line }) => ({
      ...{ start, end, line },
      severity: 'warning',
      code: 'duplicate-name',
      message: `Another request of this file is named “${text}” too: references read the response of the one sent last.`,
    }));
}

function environmentDiagnostic(
  { text }: SyntaxTree,
  { code, message, hint, place }: CountersignError,
  file: string,
): PlacedDiagnostic {
  const firstLine = text.search(/[\r\n]/);
  const where = place && place.file !== file ? ` (${basename(place.file)}, line ${place.line})` : '';
  return {
    start: 0,
    end: firstLine < 0 ? text.length : firstLine,
    line: 1,
    column: 1,
    severity: 'error',
    code,
    message: `${message}${where}${hint ? ` ${hint}` : ''}`,
    fixes: none,
  };
}

function blockText({ text }: SyntaxTree, { offset, block }: PlacedBlock): string {
  return text.slice(offset, offset + block.length);
}
