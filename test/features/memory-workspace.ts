import { dirname } from 'node:path';
import { parse } from '../../src/language/parser.ts';
import { printEdits } from '../../src/language/printer.ts';
import type { SyntaxTree, TextEdit } from '../../src/language/syntax-tree.ts';
import type { Workspace } from '../../src/sending/workspace.ts';

/** Documents in memory below `/w`; counts how often each is read. */
export class MemoryWorkspace implements Workspace {
  readonly trees = new Map<string, SyntaxTree>();
  readonly reads = new Map<string, number>();

  constructor(files: Readonly<Record<string, string>>) {
    for (const [file, text] of Object.entries(files)) this.trees.set(file, parse(text));
  }

  tree(file: string): SyntaxTree | undefined {
    this.reads.set(file, (this.reads.get(file) ?? 0) + 1);
    return this.trees.get(file);
  }

  root(file: string): string {
    return file.startsWith('/w/') ? '/w' : dirname(file);
  }

  text(file: string): string {
    return this.trees.get(file)?.text ?? '';
  }

  write(file: string, text: string): void {
    this.trees.set(file, parse(text));
  }

  edit(file: string, edits: readonly TextEdit[]): void {
    const tree = this.trees.get(file);
    if (tree) this.trees.set(file, parse(printEdits(tree, edits)));
  }
}
