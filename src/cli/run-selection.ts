import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { asCountersignError } from '../core/errors.ts';
import { directivesOf } from '../sending/directives-in-force.ts';
import { withNeeded } from '../sending/needed-requests.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Call } from './arguments.ts';
import type { CliEngine } from './engine.ts';
import { requestFiles } from './node-workspace.ts';
import { chooseRequest, isNamed } from './request-choice.ts';
import { inOrder } from './run-order.ts';
import { say } from './standard-error.ts';
import { UsageError } from './usage-error.ts';

/**
 * The requests that a call chooses, in the order in which they are sent: by name or line with what they need, by tags, by
 * what failed the last time, and of all those this machine's share.
 * @throws UsageError where there are none
 */
export async function chosenTargets(
  paths: readonly string[],
  call: Call,
  current: string,
  { workspace }: CliEngine,
): Promise<readonly RequestTarget[]> {
  const { name, line, deps, include, exclude, rerunFailed, shard, order } = call;
  const [only, another] = paths;
  if (line !== undefined && (only === undefined || another !== undefined)) {
    throw new UsageError('--line is of one file');
  }
  const all: RequestTarget[] = [];
  for (const file of await requestFiles(paths, current)) {
    const tree = workspace.tree(file);
    if (!tree) throw new UsageError(`${relative(current, file)} is gone`);
    for (const [block, placed] of tree.blocks.entries()) {
      if (placed.block.request) all.push({ file, tree, block });
      // A run may be of very many requests: what was read of one is let go until its turn.
      placed.block.release();
    }
  }
  let chosen: readonly RequestTarget[] = all;
  if (line !== undefined && only !== undefined) chosen = [chooseRequest(only, { name, line }, current, workspace)];
  else if (name !== undefined) {
    chosen = all.filter(({ tree, block }) => {
      const placed = tree.blocks[block];
      const named = placed !== undefined && isNamed(placed, name);
      placed?.block.release();
      return named;
    });
  }
  if (chosen.length === 0) {
    throw new UsageError(name === undefined ? 'there is no request in these files' : `there is no request “${name}”`);
  }
  if (include.length + exclude.length > 0) {
    chosen = await tagged(chosen, call, workspace);
    if (chosen.length === 0) throw new UsageError('no request has these tags');
  }
  if (rerunFailed !== undefined) {
    const failed = failedBefore(resolve(current, rerunFailed), current);
    chosen = chosen.filter(target => failed.some(isOf(target)));
    if (chosen.length === 0) throw new UsageError(`no request of ${rerunFailed} that failed is in these files`);
  }
  chosen = inOrder(chosen, order, ({ tree, block }) => {
    const placed = tree.blocks[block];
    const title = placed ? requestTitle(placed) : '';
    placed?.block.release();
    return title;
  });
  if (order.by === 'random') say(`countersign: the order is random:${order.seed}`);
  if (shard) {
    // Requests of one file may need one another: they stay together.
    const files = [...new Set(chosen.map(({ file }) => file))];
    const own = new Set(files.filter((_, at) => at % shard.count === shard.index - 1));
    chosen = chosen.filter(({ file }) => own.has(file));
  }
  const narrowed = name !== undefined || line !== undefined || rerunFailed !== undefined || order.by !== 'files';
  try {
    return deps ? withNeeded(chosen, all, { responses: narrowed }) : chosen;
  } catch (error) {
    const { message, place, hint } = asCountersignError(error);
    const where = place ? `${relative(current, place.file)}:${place.line}: ` : '';
    throw new UsageError(`${where}${message}${hint ? ` ${hint}` : ''}`);
  }
}

async function tagged(
  targets: readonly RequestTarget[],
  { include, exclude }: Call,
  workspace: CliEngine['workspace'],
): Promise<readonly RequestTarget[]> {
  const found: RequestTarget[] = [];
  for (const target of targets) {
    const tags = await directivesOf(target, workspace).then(
      settings => settings.tags,
      (): readonly string[] => [],
    );
    if (include.length > 0 && !include.some(tag => tags.includes(tag))) continue;
    if (!exclude.some(tag => tags.includes(tag))) found.push(target);
  }
  return found;
}

interface Failed {
  readonly file: string;
  readonly name: string | null;
  readonly title: string | null;
  readonly line: number;
}

/** The requests that failed, as `--reporter json=FILE` wrote them. @throws UsageError */
function failedBefore(path: string, current: string): readonly Failed[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`${relative(current, path)} cannot be read`);
  }
  const failed: Failed[] = [];
  try {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      const {
        file,
        name = null,
        title = null,
        line: at = 0,
        ok,
      } = JSON.parse(line) as Partial<Failed> & { ok?: boolean };
      if (file !== undefined && ok === false) failed.push({ file: resolve(current, file), name, title, line: at });
    }
  } catch {
    throw new UsageError(`${relative(current, path)} is no JSON report: write one with --reporter json=FILE`);
  }
  return failed;
}

/** By name or title where it has one: lines move. */
const isOf =
  ({ file, tree, block }: RequestTarget) =>
  (failed: Failed): boolean => {
    const placed = tree.blocks[block];
    if (!placed || failed.file !== file) return false;
    const { name, title, request } = placed.block;
    if (failed.name !== null) return name?.text === failed.name;
    if (failed.title !== null) return title?.text === failed.title;
    return placed.line + (request?.line ?? 0) + 1 === failed.line;
  };
