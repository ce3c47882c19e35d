import { isAbsolute, join } from 'node:path';
import { createAuthMemories } from '../../src/auth/memories.ts';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { listLayer } from '../../src/core/variable-layer.ts';
import { type FormContext, type FormPorts, formContext } from '../../src/features/form/form-preview.ts';
import { type FormTarget, levelOfFile } from '../../src/features/form/form-target.ts';
import { parse } from '../../src/language/parser.ts';
import type { SyntaxTree } from '../../src/language/syntax-tree.ts';
import { RequestVariables } from '../../src/sending/request-variables.ts';

/** A workspace of texts by path, with secrets, for forms. */
export function formWorkspace(
  files: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>> = {},
): { readonly ports: FormPorts; tree(file: string): SyntaxTree; context(target: FormTarget): Promise<FormContext> } {
  const trees = new Map(Object.entries(files).map(([file, text]) => [file, parse(text)]));
  const clock = { now: () => 1_700_000_000_000 };
  const random = { bytes: (length: number) => new Uint8Array(length).fill(7) };
  const values = new RequestVariables({
    environment: () => [listLayer('environment', [{ name: 'stage', value: 'test', layer: 'environment' }])],
    ports: { clock, random, env: {}, secrets: { get: async name => secrets[name] } },
  });
  const noFile = (): never => {
    throw new CountersignError('missing-file', 'There is no such file.');
  };
  const ports: FormPorts = {
    workspace: { tree: file => trees.get(file), root: () => '/w' },
    files: { read: async () => noFile(), size: async () => noFile(), open: () => noFile() },
    keyFiles: { read: async () => noFile(), size: async () => noFile(), open: () => noFile() },
    userAgent: 'countersign/test',
    resolvePath: (path, from) => (isAbsolute(path) ? path : join(from, '..', path)),
    variablesFor: ({ file, tree, block }, scopes, settings) => {
      const placed = tree.blocks[block];
      if (!placed) throw new RangeError(String(block));
      return values.forRequest(file, tree, placed, scopes, settings);
    },
    fileVariables: (file, tree, scopes) => values.forFile(file, tree, scopes),
    cookies: createCookieJar(),
    driver: {
      ...{ clock, random, env: {}, environment: '', memories: createAuthMemories() },
      files: { read: async () => noFile(), size: async () => noFile(), open: () => noFile() },
      tokens: {
        peek: async () => ({ kind: 'pending', pending: 'a token will be fetched' }),
        get: async () => noFile(),
        reject: async () => {},
      },
    },
  };
  return {
    ports,
    tree(file) {
      const tree = trees.get(file);
      if (!tree) throw new RangeError(file);
      return tree;
    },
    context: target => formContext(target, ports, new AbortController().signal),
  };
}

/** The form's target in a text: the request whose block holds `of`, or the document's own level. */
export function targetIn(tree: SyntaxTree, file: string, of?: string): FormTarget {
  if (of === undefined) return { level: levelOfFile(file), file, tree, block: undefined };
  const at = tree.text.indexOf(of);
  const block = tree.blocks.findIndex(({ offset, block: { length } }) => at >= offset && at < offset + length);
  return { level: 'request', file, tree, block };
}
