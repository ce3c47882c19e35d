import { invalidValue, parseDuration } from '../../auth/values.ts';
import { CountersignError } from '../../core/errors.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { brokenReference, parseTemplate } from '../../core/template.ts';
import { foreignDirectives } from '../../language/foreign-features.ts';
import { protocolMethods } from '../../language/methods.ts';
import { lineIndexAt } from '../../language/positions.ts';
import type { AuthNode, Block, Diagnostic, Directive, RequestNode, Span } from '../../language/syntax-tree.ts';
import { shorthandStatement } from '../../sending/auth-shorthand.ts';
import { directives, findDirective } from '../../sending/directives.ts';
import { requestUrlOf } from '../../sending/request-url.ts';
import { blockDiagnostics } from './block-diagnostics.ts';

/** A reference with the text that has to be resolved for it, braces included. */
export interface WrittenReference extends Span {
  readonly text: string;
  readonly line: number;
  /** It stands in the value of a variable. */
  readonly inVariable: boolean;
  /** It isn't written: a target that begins with `/` stands below the variable `host`. */
  readonly ofTarget?: true;
}

/** The path of a file that a block names, without variables in it. */
export interface NamedFile extends Span {
  readonly path: string;
  readonly line: number;
}

/** What a block says by itself, whatever is around it: found once per block, positions relative to it. */
export interface BlockFindings {
  /** What is wrong with it as it is written. */
  readonly diagnostics: readonly Diagnostic[];
  readonly references: readonly WrittenReference[];
  readonly files: readonly NamedFile[];
  /** Names of its own variables and prompts. */
  readonly own: ReadonlySet<string> | undefined;
  /** Names of its own prompts. */
  readonly prompts: readonly string[];
}

const known = new WeakMap<Block, BlockFindings>();
const none: readonly never[] = Object.freeze([]);

/** @param text the block's text */
export function blockFindings(block: Block, text: string): BlockFindings {
  let findings = known.get(block);
  if (!findings) {
    const prompts = promptsOf(block);
    const own = block.variables.length + prompts.length;
    findings = {
      diagnostics: writtenDiagnostics(block),
      references: references(block, text),
      files: filesOf(block),
      own: own === 0 ? undefined : new Set([...block.variables.map(({ name }) => name.text), ...prompts]),
      prompts,
    };
    known.set(block, findings);
  }
  return findings;
}

const knownDiagnostics = new WeakMap<Block, readonly Diagnostic[]>();

/** What is wrong with a block as it is written, whatever is around it: found once per block, positions relative to it. */
export function writtenDiagnostics(block: Block): readonly Diagnostic[] {
  let diagnostics = knownDiagnostics.get(block);
  if (!diagnostics) {
    const written = blockDiagnostics(block);
    const more = [...directiveDiagnostics(block), ...(block.request ? requestDiagnostics(block.request) : none)];
    diagnostics = more.length === 0 ? written : [...written, ...more];
    knownDiagnostics.set(block, diagnostics);
  }
  return diagnostics;
}

/** The names that the `# @prompt` directives of a block ask for. */
export function promptsOf({ directives: stated }: Block): readonly string[] {
  if (stated.length === 0) return none;
  return stated.flatMap(({ name, value }) =>
    name.text.toLowerCase() === 'prompt' && value.text !== '' ? [value.text.split(/\s/, 1)[0] ?? ''] : [],
  );
}

function references(block: Block, text: string): readonly WrittenReference[] {
  const found: WrittenReference[] = [];
  const { auth, request } = block;
  if (request && /^\/(?!\/)/.test(request.target.text) && !hostOf(request)) {
    found.push({ ...spanOf(request.target), text: '{{host}}', line: request.line, inVariable: false, ofTarget: true });
  }
  if (!text.includes('{{')) return found.length === 0 ? none : found;
  block.lines.forEach(({ kind, start, end }, line) => {
    if (kind === 'comment' || kind === 'foreign' || kind === 'separator' || kind === 'blank') return;
    // Of directives, only the values of @auth have their variables replaced.
    if (kind === 'directive' && line !== auth?.line) return;
    const content = text.slice(start, end);
    if (!content.includes('{{')) return;
    for (const part of parseTemplate(content)) {
      if (part.kind === 'literal') continue;
      const place = { start: start + part.start, end: start + part.end };
      found.push({ ...place, text: content.slice(part.start, part.end), line, inVariable: kind === 'variable' });
    }
  });
  return found.length === 0 ? none : found;
}

function filesOf(block: Block): readonly NamedFile[] {
  const { request, auth } = block;
  const files: NamedFile[] = [];
  for (const part of request?.body?.parts ?? none) {
    if (part.kind !== 'file' || part.path.text === '' || part.path.text.includes('{{')) continue;
    files.push({
      start: part.path.start,
      end: part.path.end,
      path: part.path.text,
      line: lineIndexAt({ block, offset: 0, line: 0 }, part.path.start),
    });
  }
  for (const { fromFile, value, line } of auth?.fields ?? none) {
    if (!fromFile || value.text === '' || value.text.includes('{{')) continue;
    files.push({ start: value.start, end: value.end, path: value.text, line });
  }
  return files.length === 0 ? none : files;
}

function* directiveDiagnostics(block: Block): Iterable<Diagnostic> {
  for (const directive of block.directives) {
    const info = findDirective(directive.name.text);
    if (!info) {
      const unknown = unknownDirective(directive);
      if (unknown) yield unknown;
      continue;
    }
    const { value, line } = directive;
    if (info.value === 'duration' && parseDuration(value.text) === undefined) {
      const message = `“@${info.name}” needs a duration such as 10 s, 500 ms or 2 m.`;
      yield {
        ...spanOf(value.text === '' ? directive : value),
        severity: 'error',
        code: 'invalid-value',
        message,
        line,
      };
    } else if (info.value === 'flag' && value.text !== '') {
      const flag = { name: `@${info.name}`, label: '', kind: 'flag', help: '' } as const;
      const message = invalidValue(flag, value.text);
      if (message) yield { ...spanOf(value), severity: 'warning', code: 'invalid-value', message, line };
    } else if ((info.name === 'name' || info.name === 'prompt') && value.text === '') {
      const message = `“@${info.name}” needs a name after it.`;
      yield { ...spanOf(directive), severity: 'warning', code: 'missing-name', message, line };
    }
  }
}

/** A directive that nobody knows may be a comment; one that is nearly ours is a slip. */
function unknownDirective({ name, line }: Directive): Diagnostic | undefined {
  if (foreignDirectives.has(name.text.toLowerCase())) return undefined;
  const suggestion = nearestName(
    name.text,
    directives.map(info => info.name),
  );
  if (!suggestion) return undefined;
  return {
    ...spanOf(name),
    severity: 'warning',
    code: 'unknown-directive',
    message: `There is no directive “@${name.text}”. Did you mean “@${suggestion}”?`,
    fixes: [{ title: `Change to “@${suggestion}”`, edits: [{ start: name.start, end: name.end, text: suggestion }] }],
    line,
  };
}

const unclosed = 'This reference is not whole: a variable is written {{name}}.';

const illegalValue = /[\x00-\x08\x0a-\x1f\x7f]/;

const hostOf = ({ headers }: RequestNode): RequestNode['headers'][number] | undefined =>
  headers.find(({ name }) => name.text.toLowerCase() === 'host');

function* requestDiagnostics(request: RequestNode): Iterable<Diagnostic> {
  yield* repeatedHeaders(request);
  const { target, headers, line } = request;
  const host = hostOf(request)?.value.text;
  const foreign = protocolMethods.has(request.method?.text.toUpperCase() ?? '');
  if (!foreign && target.text !== '' && !target.text.includes('{{') && !host?.includes('{{')) {
    try {
      // Whether a variable `host` is stated for a target without one is found out with the references.
      requestUrlOf(target.text, host ?? 'host', { file: '', line: 1 });
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const message = error.hint ? `${error.message} ${error.hint}` : error.message;
      yield { ...spanOf(target), severity: 'error', code: error.code, message, line };
    }
  }
  const broken = brokenReference(target.text);
  if (broken !== undefined) {
    yield {
      start: target.start + broken,
      end: target.end,
      severity: 'error',
      code: 'invalid-url',
      message: unclosed,
      line,
    };
  }
  for (const { name, value, line: at } of headers) {
    const isAuthorization = name.text.toLowerCase() === 'authorization';
    const shorthand = isAuthorization ? shorthandStatement(value.text, { file: '', line: 1 }) : undefined;
    if (shorthand?.fault) {
      // Under an @auth that is in force it is not sent at all; sending says so where it would be.
      const { message } = shorthand.fault;
      yield { ...spanOf(value), severity: 'warning', code: 'unsupported-shorthand', message, line: at };
    }
    if (!illegalValue.test(value.text)) continue;
    const message = `The value of ${name.text} contains a control character.`;
    yield { ...spanOf(value), severity: 'error', code: 'invalid-header', message, line: at };
  }
}

function spanOf({ start, end }: Span | AuthNode): Span {
  return { start, end };
}

/** Fields that are no lists: a server takes one of them, or refuses the request. @see RFC 9110, section 5.3 */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-type',
  'content-length',
  'user-agent',
  'referer',
]);

function* repeatedHeaders({ headers }: RequestNode): Iterable<Diagnostic> {
  const seen = new Set<string>();
  for (const { name, start, end, line } of headers) {
    const key = name.text.toLowerCase();
    if (seen.has(key) && single.has(key)) {
      const message = `“${name.text}” is stated above already. Servers take one of them, or refuse the request.`;
      yield { start, end, severity: 'warning', code: 'repeated-header', message, line };
    }
    seen.add(key);
  }
}
