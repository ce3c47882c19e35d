import { resolve } from 'node:path';
import { nearestName } from '../core/nearest-name.ts';
import type { PlacedBlock } from '../language/syntax-tree.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { NodeWorkspace } from './node-workspace.ts';
import { UsageError } from './usage-error.ts';

/** The request that a call names by `--name` or `--line`, or the file's first. @throws UsageError where there is none */
export function chooseRequest(
  path: string,
  { name, line }: { readonly name: string | undefined; readonly line: number | undefined },
  current: string,
  workspace: NodeWorkspace,
): RequestTarget {
  if (name !== undefined && line !== undefined) throw new UsageError('give --name or --line, not both');
  const file = resolve(current, path);
  const tree = workspace.tree(file);
  if (!tree) throw new UsageError(`there is no file ${path}`);
  const requests = [...tree.blocks.entries()].filter(([, placed]) => placed.block.request);
  const found = requests.find(([, placed]) =>
    name !== undefined ? isNamed(placed, name) : line === undefined || holdsLine(placed, line),
  );
  if (found) return { file, tree, block: found[0] };
  if (name === undefined) throw new UsageError(`${path} has no request${line === undefined ? '' : ` at line ${line}`}`);
  const near = nearestName(
    name,
    requests.flatMap(([, placed]) => requestNames(placed)),
  );
  throw new UsageError(`${path} has no request “${name}”${near === undefined ? '' : `; did you mean “${near}”?`}`);
}

/** Whether a request goes by that name: its `@name` or its title. */
export function isNamed(placed: PlacedBlock, name: string): boolean {
  return requestNames(placed).includes(name);
}

function requestNames({ block }: PlacedBlock): readonly string[] {
  return [block.name?.text, block.title?.text].filter(text => text !== undefined);
}

function holdsLine({ line, block }: PlacedBlock, wanted: number): boolean {
  return line < wanted && wanted <= line + block.lineCount;
}
