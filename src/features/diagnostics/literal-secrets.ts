import { findScheme } from '../../auth/schemes/index.ts';
import { isSecret } from '../../core/fields.ts';
import { isCredentialHeader, isSecretName } from '../../core/secret-names.ts';
import type { Block, PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';

/** A secret that stands in a file as it is, where everybody with the repository can read it. */
export interface LiteralSecret {
  /** Offsets in the document. */
  readonly start: number;
  readonly end: number;
  /** What `{{$secret …}}` has to give in its place, so that every byte that is sent stays. */
  readonly value: string;
  /** What it is, for a sentence: `the field “password”`, `the header Authorization`, `a GitHub token`. */
  readonly what: string;
  /** A name for the secret store: letters, digits and hyphens. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Shapes that services give their credentials, wherever they stand. */
const shapes: readonly (readonly [what: string, name: string, pattern: RegExp])[] = [
  ['a GitHub token', 'github-token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/g],
  ['a GitLab token', 'gitlab-token', /\bgl(?:pat|dt|rt|cbt|ptt)-[\w-]{20,}/g],
  ['an AWS access key', 'aws-access-key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ['a Slack token', 'slack-token', /\bxox[abposr]-[A-Za-z0-9-]{10,}/g],
  ['a Stripe key', 'stripe-key', /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}\b/g],
  ['a Google API key', 'google-api-key', /\bAIza[\w-]{35}/g],
  ['an npm token', 'npm-token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a SendGrid key', 'sendgrid-key', /\bSG\.[\w-]{20,}\.[\w-]{30,}/g],
  ['an OpenAI key', 'openai-key', /\bsk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_-]{32,}/g],
  [
    'a private key',
    'private-key',
    /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?-----END (?:[A-Z]+ )*PRIVATE KEY-----/g,
  ],
  ['a JSON Web Token', 'jwt', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g],
];

/** A text with `mask` in place of what has the shape that a service gives its credentials. */
export function withoutCredentialShapes(text: string, mask: string): string {
  return shapes.reduce((left, [, , pattern]) => left.replace(pattern, mask), text);
}

/** What people write where a secret is to be put in, and what is no secret of anybody's. */
const placeholder =
  /^(?:[<[{(].*[>\]})]|\*+|\.{3,}|x{3,}|(?:your|my|the|insert|replace|enter|some|a|an)[-_ ].*|.*(?:changeme|change-me|placeholder|example|redacted|dummy|todo|tbd).*|(?:test|secret|password|passwd|token|string|value|null|undefined|none|true|false|api[-_]?key|access[-_]?token|client[-_]?secret|bearer|basic)\d{0,3}|•+)$/i;

/** Shorter ones are words, flags and numbers. */
const shortest = 6;

const isLiteral = (text: string): boolean =>
  text.trim().length >= shortest && !text.includes('{{') && !placeholder.test(text.trim());

/** Marks of other tools for a line whose secret is meant to stand there. */
const allowed = /gitleaks:allow|pragma:\s*allowlist\s+secret/i;
const allowedBelow = /^\s*(?:#|\/\/).*(?:gitleaks:allow|pragma:\s*allowlist\s+(?:nextline\s+)?secret)/i;

/**
 * The secrets that stand in a document as they are, in the order of their places: first by what they are for (fields of
 * an authorization, headers, parameters, names), then by their shape. None of a line, or below one, that says so by
 * `gitleaks:allow` or `pragma: allowlist secret`.
 */
export function literalSecrets(tree: SyntaxTree, fileName: string): readonly LiteralSecret[] {
  const found: Found[] = [];
  for (const placed of tree.blocks) {
    const { offset } = placed;
    for (const each of ofBlock(placed, tree.text)) {
      found.push({ ...each, start: offset + each.start, end: offset + each.end });
    }
  }
  return named(found, tree.text, fileName.replace(/\.(?:http|rest)$/i, ''));
}

/** Those of an environment file that is not private: what a name tells, and what a shape does. */
export function literalSecretsOfEnvironment(text: string): readonly LiteralSecret[] {
  const found: Found[] = [];
  const report = reportInto(found, text);
  ofBody(text, 0, report);
  byShape(text, 0, report);
  const worded = found.map(each => ({ ...each, what: each.what.replace(/ in the body$/, ' of an environment') }));
  return named(worded, text, '');
}

const known = new WeakMap<Block, readonly Found[]>();
const none: readonly never[] = Object.freeze([]);

/** Those of a block, found once: offsets are the block's. */
function ofBlock(placed: PlacedBlock, text: string): readonly Found[] {
  const { block, offset } = placed;
  let found = known.get(block);
  if (!found) {
    const source = text.slice(offset, offset + block.length);
    const all: Found[] = [];
    collect(block, source, reportInto(all, source));
    found = all.length === 0 ? none : all;
    known.set(block, found);
  }
  return found;
}

/** Keeps what overlaps with nothing that is known: what it is for counts before its shape. */
const reportInto =
  (found: Found[], source: string): Report =>
  (start, end, what, name, value) => {
    if (found.some(other => end > other.start && start < other.end)) return;
    found.push({ start, end, what, name, value: value ?? source.slice(start, end) });
  };

/** One name for one value, and no name for two. */
function named(found: readonly Found[], text: string, fileName: string): readonly LiteralSecret[] {
  const base = slug(fileName);
  const counts = new Map<string, number>();
  const secrets: LiteralSecret[] = [];
  for (const each of found.toSorted((one, other) => one.start - other.start)) {
    const { line, column, text: written, above } = lineAt(text, each.start);
    if (allowed.test(written) || allowedBelow.test(above)) continue;
    const same = secrets.find(({ value }) => value === each.value);
    const wanted = base === '' || each.name.startsWith(`${base}-`) ? each.name : `${base}-${each.name}`;
    const count = (counts.get(wanted) ?? 0) + (same ? 0 : 1);
    if (!same) counts.set(wanted, count);
    secrets.push({ ...each, name: same?.name ?? (count === 1 ? wanted : `${wanted}-${count}`), line, column });
  }
  return secrets;
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly what: string;
  readonly name: string;
  readonly value: string;
}

type Report = (start: number, end: number, what: string, name: string, value?: string) => void;

function collect(block: Block, source: string, at: Report): void {
  ofAuth(block, at);
  for (const { name, value } of block.variables) {
    if (isSecretName(name.text) && isLiteral(value.text))
      at(value.start, value.end, `the variable “${name.text}”`, slug(name.text));
  }
  const { request } = block;
  if (request) {
    for (const header of request.headers) ofHeader(header, at);
    ofTarget(request.target.text, request.target.start, request.targetParts.length === 0, source, at);
    const { body } = request;
    for (const part of body?.parts ?? []) {
      if (part.kind === 'text') ofBody(source.slice(part.span.start, part.span.end), part.span.start, at);
    }
  }
  for (const line of block.lines) {
    if (line.kind === 'comment' || line.kind === 'separator' || line.kind === 'blank') continue;
    byShape(source.slice(line.start, line.end), line.start, at);
  }
}

function ofAuth({ auth }: Block, report: Report): void {
  const scheme = auth && findScheme(auth.scheme.text);
  for (const field of auth?.fields ?? []) {
    const known = scheme?.fields.find(({ name }) => name === field.name.text);
    if (!known || !isSecret(known) || field.fromFile || !isLiteral(field.value.text)) continue;
    report(
      field.value.start,
      field.value.end,
      `the field “${field.name.text}”`,
      slug(field.name.text),
      field.value.text,
    );
  }
}

function ofHeader(
  {
    name,
    value,
  }: {
    readonly name: { readonly text: string };
    readonly value: { readonly text: string; readonly start: number; readonly end: number };
  },
  report: Report,
): void {
  if (!isCredentialHeader(name.text) || /^(?:set-)?cookie$/i.test(name.text)) return;
  // The word of the scheme stays; challenge-like ones have parameters, and nothing to move as a whole.
  const [, scheme = '', rest = value.text] =
    /^(Bearer|Basic|Token|ApiKey|JWT|SharedKey)(?:[ \t]+)(.*)$/i.exec(value.text) ?? [];
  if (scheme === '' && /^\w+[ \t]+\w+[ \t]*=/.test(value.text)) return;
  if (!isLiteral(rest) || /[ \t]/.test(rest.trim())) return;
  const start = value.start + (value.text.length - rest.length);
  report(
    start,
    value.end,
    `the header ${name.text}`,
    slug(name.text === 'Authorization' ? scheme || 'authorization' : name.text),
  );
}

function ofTarget(text: string, start: number, whole: boolean, source: string, report: Report): void {
  if (!whole || source.slice(start, start + text.length) !== text) return;
  const userInfo = /^(\w+:\/\/[^/?#@\s]*:)([^/?#@\s]+)@/.exec(text);
  if (userInfo && isLiteral(userInfo[2] ?? '')) {
    const from = start + (userInfo[1]?.length ?? 0);
    report(from, from + (userInfo[2]?.length ?? 0), 'the password in the URL', 'url-password');
  }
  for (const match of text.matchAll(/([?&])([\w.[\]-]+)=([^&#\s]*)/g)) {
    const [whole = '', , name = '', value = ''] = match;
    if (!isSecretName(name) && !/^(?:sig|signature|key)$/i.test(name)) continue;
    if (!isLiteral(value)) continue;
    const from = start + match.index + whole.length - value.length;
    report(from, from + value.length, `the parameter “${name}”`, slug(name));
  }
}

/** JSON members and fields of forms. */
function ofBody(text: string, start: number, report: Report): void {
  for (const match of text.matchAll(/"([\w.-]{2,60})"[ \t]*:[ \t]*"((?:[^"\\\n]|\\.)*)"/g)) {
    const [whole = '', name = '', value = ''] = match;
    if (!isSecretName(name) || !isLiteral(value)) continue;
    const to = start + match.index + whole.length - 1;
    report(to - value.length, to, `“${name}” in the body`, slug(name));
  }
  for (const match of text.matchAll(/(?:^|&|\n)[ \t]*([\w.-]{2,60})=([^&\s]*)/g)) {
    const [whole = '', name = '', value = ''] = match;
    if (!isSecretName(name) || !isLiteral(value)) continue;
    const to = start + match.index + whole.length;
    report(to - value.length, to, `“${name}” in the body`, slug(name));
  }
}

function byShape(text: string, start: number, report: Report): void {
  for (const [what, name, pattern] of shapes) {
    for (const match of text.matchAll(pattern)) {
      if (/example|{{/i.test(match[0])) continue;
      report(start + match.index, start + match.index + match[0].length, what, name);
    }
  }
}

const slug = (text: string): string =>
  text
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);

function lineAt(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number; readonly text: string; readonly above: string } {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const before = text.slice(0, start);
  const lines = before.split('\n');
  return {
    line: lines.length,
    column: offset - start + 1,
    text: text.slice(start, end < 0 ? text.length : end),
    above: lines.at(-2) ?? '',
  };
}
