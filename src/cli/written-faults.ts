import { relative } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { placeDiagnostics } from '../features/diagnostics/block-diagnostics.ts';
import { writtenDiagnostics } from '../features/diagnostics/block-findings.ts';
import type { PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Output } from './output.ts';

/** The errors of a call's files as they are written, by request; those of a block that speaks for a file are of all. */
export type Faults = ReadonlyMap<string, CountersignError>;

export const keyOf = ({ file, block }: RequestTarget): string => `${file}\n${block}`;

/** What is wrong in the chosen requests, and in what their files state for all. Warns of what is kept and not run. */
export function writtenFaults(
  targets: readonly RequestTarget[],
  current: string,
  stderr: Output,
): { readonly faults: Faults; readonly lines: readonly string[] } {
  const faults = new Map<string, CountersignError>();
  const lines = new Set<string>();
  const ignored = new Map<string, { readonly first: string; count: number }>();
  const ofFile = new Map<string, CountersignError>();
  const faultOf = (file: string, tree: SyntaxTree, placed: PlacedBlock): CountersignError | undefined => {
    const found = writtenDiagnostics(placed.block);
    if (found.length === 0) return undefined;
    let fault: CountersignError | undefined;
    const said = new Set<string>();
    for (const { severity, code, message, line, column } of placeDiagnostics(tree, placed, found)) {
      const place = `${relative(current, file)}:${line}:${column}`;
      if (severity === 'error') {
        // The parser and the scheme may both see the same thing.
        if (!said.has(place)) lines.add(`${place}: ${message}`);
        said.add(place);
        fault ??= new CountersignError('invalid-request', message, { place: { file, line, column } });
      } else if (code === 'foreign-feature') {
        const same = ignored.get(`${file} ${message}`);
        if (same) same.count++;
        else ignored.set(`${file} ${message}`, { first: `${place}: warning: ${message}`, count: 1 });
      }
    }
    return fault;
  };
  const seen = new Set<string>();
  for (const { file, tree } of targets) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const other of tree.blocks) {
      const fault = other.block.request ? undefined : faultOf(file, tree, other);
      if (fault && !ofFile.has(file)) ofFile.set(file, fault);
      other.block.release();
    }
  }
  for (const target of targets) {
    const { file, tree, block } = target;
    const placed = tree.blocks[block];
    const fault = (placed && faultOf(file, tree, placed)) ?? ofFile.get(file);
    if (fault) faults.set(keyOf(target), fault);
    placed?.block.release();
  }
  for (const { first, count } of ignored.values()) {
    stderr.line(count === 1 ? first : `${first} (${count} times in this file)`);
  }
  return { faults, lines: [...lines] };
}
