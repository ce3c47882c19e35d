import { relative } from 'node:path';
import type { AuthStatement } from '../../auth/inheritance.ts';
import { placeDiagnostics } from '../../features/diagnostics/block-diagnostics.ts';
import { writtenDiagnostics } from '../../features/diagnostics/block-findings.ts';
import { fileBlocks } from '../../language/file-blocks.ts';
import { parse } from '../../language/parser.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { draftDiagnostics, repeatedAuth } from '../../sending/repeated-auth.ts';
import { authStatement, fileStatements } from '../../sending/scopes.ts';
import type { CommandContext } from '../command.ts';
import { requestFiles } from '../node-workspace.ts';
import type { Output } from '../output.ts';
import { readRequestFile } from '../request-file.ts';
import { UsageError } from '../usage-error.ts';

interface ParsedFile {
  readonly file: string;
  readonly requests: readonly unknown[];
  readonly variables: readonly { name: string; value: string; line: number }[];
  readonly auth: unknown;
  readonly diagnostics: readonly ParsedDiagnostic[];
}

interface ParsedDiagnostic {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** `parse PATH…`: what the files hold. Exit status 2 where one has an error. */
export async function parseCommand({ call, output, current }: CommandContext): Promise<number> {
  const paths = call.positionals.slice(1);
  if (paths.length === 0) throw new UsageError('usage: countersign parse PATH…');
  if (call.findSecrets) return (await import('./parse-secrets.ts')).parseSecrets(paths, call, output, current);
  if (call.given.has('reporters')) throw new UsageError('“parse” takes --reporter with --secrets');
  let status = 0;
  for (const path of await requestFiles(paths, current)) {
    const file = relative(current, path);
    const text = readRequestFile(path, file);
    if (text === undefined) throw new UsageError(`${file} is gone`);
    const parsed = describe(file, parse(text));
    if (parsed.diagnostics.some(diagnostic => diagnostic.severity === 'error')) status = 2;
    if (call.json) output.json(parsed);
    else print(parsed, output);
  }
  return status;
}

function describe(file: string, tree: SyntaxTree): ParsedFile {
  const { auth, variables } = fileStatements(file, tree);
  const requests: unknown[] = [];
  const diagnostics: ParsedDiagnostic[] = [];
  for (const placed of tree.blocks) {
    if (placed.block.request) requests.push(describeRequest(file, tree, placed));
    const { block } = placed;
    const repeated =
      block.auth && fileBlocks(tree).includes(placed) && auth && placed.line + block.auth.line + 1 !== auth.place.line
        ? [repeatedAuth(block.auth, auth.place.line)]
        : draftDiagnostics(tree, placed);
    for (const { severity, code, message, line, column } of placeDiagnostics(tree, placed, [
      ...writtenDiagnostics(block),
      ...repeated,
    ])) {
      diagnostics.push({ severity, code, message, line, column });
    }
  }
  return {
    file,
    requests,
    variables: variables.map(({ node, placed }) => ({
      name: node.name.text,
      value: node.value.text,
      line: placed.line + node.line + 1,
    })),
    auth: auth ? describeAuth(auth) : null,
    diagnostics: diagnostics.sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

function describeRequest(file: string, tree: SyntaxTree, placed: PlacedBlock): unknown {
  const { request, name, title, auth } = placed.block;
  if (!request) return undefined;
  const line = (within: number): number => placed.line + within + 1;
  const parts = request.body?.parts ?? [];
  const [only] = parts;
  const body = request.body
    ? {
        ...(parts.length === 1 && only?.kind === 'file'
          ? { file: only.path.text }
          : {
              text: parts
                .map(({ span }) => tree.text.slice(placed.offset + span.start, placed.offset + span.end))
                .join(''),
            }),
        line: line(request.body.line),
      }
    : null;
  return {
    name: name?.text ?? null,
    title: title?.text ?? null,
    line: line(request.line),
    method: request.method?.text ?? 'GET',
    url: request.target.text,
    headers: request.headers.map(header => ({
      name: header.name.text,
      value: header.value.text,
      line: line(header.line),
    })),
    body,
    auth: auth ? describeAuth(authStatement(file, tree, placed, auth)) : null,
  };
}

function describeAuth({ scheme, fields, place }: AuthStatement): unknown {
  return {
    scheme,
    fields: Object.fromEntries(fields.map(field => [field.name, field.fromFile ? `< ${field.value}` : field.value])),
    line: place.line,
  };
}

function print(parsed: ParsedFile, output: Output): void {
  output.line(output.bold(parsed.file));
  const requests = parsed.requests as readonly {
    name: string | null;
    title: string | null;
    line: number;
    method: string;
    url: string;
    auth: { scheme: string } | null;
  }[];
  output.table(
    requests.map(request => [
      `  ${request.line}`,
      request.method,
      request.url,
      request.name ?? request.title ?? '',
      request.auth ? output.dim(`@auth ${request.auth.scheme}`) : '',
    ]),
  );
  for (const { severity, code, message, line, column } of parsed.diagnostics) {
    const paint = severity === 'error' ? output.red : severity === 'warning' ? output.yellow : output.dim;
    output.line(`  ${line}:${column}  ${paint(severity)}  ${message}  ${output.dim(code)}`);
  }
}
