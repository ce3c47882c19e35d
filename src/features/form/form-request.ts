import { dirname, relative } from 'node:path';
import { findScheme } from '../../auth/schemes/index.ts';
import { headerValue, maskedRequestUrl } from '../../core/request.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { headersSetBy } from '../../sending/auth-headers.ts';
import type { AuthDecision } from '../../sending/auth-in-force.ts';
import { type ExplainedPart, type ExplainedRequest, originSentence } from '../../sending/explain.ts';
import type { FormContext } from './form-preview.ts';
import { type RequestRow, requestRows } from './form-rows.ts';
import type { FormTarget } from './form-target.ts';
import { type FormText, formText } from './form-text.ts';

/** A part that the document does not show, or not where the form does. It can't be edited there. */
export interface FormPart {
  readonly name: string;
  /** Secrets masked. Absent where only sending, or a field that is still missing, can tell. */
  readonly value?: string;
  /** Where it comes from, a sentence without full stop. */
  readonly origin: string;
  /** What made it, where a place states it. */
  readonly file?: string;
  readonly line?: number;
  readonly in?: 'header' | 'query' | 'form' | 'cookie';
}

/** A header, parameter or field that is written in the document, by its index there. */
export interface FormRow {
  readonly name: string;
  readonly value: FormText;
  /** It is commented out, and not sent. */
  readonly disabled: boolean;
  /** Why it is not sent as it stands. */
  readonly overridden?: string;
}

export interface RequestForm {
  readonly method: string;
  readonly url: FormText;
  /** Masked; absent where it can't be computed. */
  readonly sentUrl?: string;
  readonly params: readonly FormRow[];
  readonly addedParams: readonly FormPart[];
  readonly headers: readonly FormRow[];
  readonly hiddenHeaders: readonly FormPart[];
  readonly body: FormBody;
}

export interface FormBody {
  /** As written, with the lines that name files. */
  readonly text: FormText;
  /** Of a form: its fields; absent where the body is none, or can't be told apart into fields. */
  readonly rows?: readonly FormRow[];
  /** Paths as written. */
  readonly files: readonly string[];
  readonly contentType?: string;
  /** The document's body is too long for a form; it is edited in the text. */
  readonly tooLong: boolean;
  readonly added: readonly FormPart[];
}

/** The most of a body that the form takes, in UTF-16 units. */
const longestBody = 256 * 1024;

/** Params, headers and body of a request with what is added to them. */
export function requestForm(
  { file, tree, block }: FormTarget,
  decision: AuthDecision,
  context: FormContext,
  explained: ExplainedRequest | undefined,
): RequestForm | undefined {
  const placed = block === undefined ? undefined : tree.blocks[block];
  const request = placed?.block.request;
  if (!placed || !request) return undefined;
  const { variables, preview } = context;
  const text = (written: string): FormText => formText(written, variables, file);
  const { added } = preview;
  const rows = (list: 'params' | 'form'): FormRow[] | undefined =>
    requestRows(tree, placed, list)?.map(({ name, value, disabled }) => ({ name, value: text(value), disabled }));
  const body = request.body && tree.text.slice(placed.offset + request.body.start, placed.offset + request.body.end);
  const tooLong = (body?.length ?? 0) > longestBody;
  const fields = tooLong ? undefined : rows('form');
  const contentType = request.headers.find(({ name }) => /^content-type$/i.test(name.text))?.value.text;
  return {
    method: request.method?.text ?? 'GET',
    url: text(request.target.text),
    ...(preview.request ? { sentUrl: maskedRequestUrl(preview.request) } : {}),
    params: rows('params') ?? [],
    addedParams: added.filter(part => part.in === 'query').map(({ part }) => formPart(asExplained(part), file)),
    headers: headerRows(tree, placed, decision, context, file),
    hiddenHeaders: [
      ...(explained?.headers ?? []).filter(({ hidden }) => hidden).map(part => formPart(part, file)),
      ...(preview.error && added.length === 0 ? foreseenHeaders(decision, context, file) : []),
    ],
    body: {
      text: text(tooLong ? '' : (body ?? '')),
      ...(fields === undefined ? {} : { rows: fields }),
      files: request.body?.parts.flatMap(part => (part.kind === 'file' ? [part.path.text] : [])) ?? [],
      ...(contentType === undefined ? {} : { contentType }),
      tooLong,
      added: added.filter(part => part.in === 'form').map(({ part }) => formPart(asExplained(part), file)),
    },
  };
}

export function formPart({ name, value, origin }: ExplainedPart, file: string): FormPart {
  const place = 'file' in origin && origin.file !== undefined ? { file: origin.file, line: origin.line ?? 1 } : {};
  return { name, value, origin: originSentence(name, origin, file), ...place };
}

function asExplained(part: FormContext['preview']['added'][number]['part']): ExplainedPart {
  const { name, value, masked, origin } = part;
  return { name, value: masked ?? value, hidden: true, secret: masked !== undefined, origin };
}

function headerRows(
  tree: SyntaxTree,
  placed: PlacedBlock,
  decision: AuthDecision,
  context: FormContext,
  file: string,
): readonly FormRow[] {
  const { variables, preview } = context;
  const { statement } = decision;
  const overridden = new Map<string, string>();
  if (statement && !decision.shorthand) {
    const label = findScheme(statement.scheme)?.label ?? statement.scheme;
    const { file: from, line } = statement.place;
    const where = from === file ? `line ${line}` : `${relative(dirname(file), from)}, line ${line}`;
    const sent = preview.request;
    const names = sent?.overridden.length
      ? // Of a Cookie header one cookie may give way to another, and the rest be sent.
        sent.overridden.map(({ name }) => name).filter(name => !/^cookie$/i.test(name) || !headerValue(sent, name))
      : foreseen(decision, context);
    for (const name of names)
      overridden.set(name.toLowerCase(), `${label} (${where}) sets ${name}: this one is not sent.`);
  }
  return (requestRows(tree, placed, 'headers') ?? []).map(({ name, value, disabled }: RequestRow) => {
    const reason = disabled ? undefined : overridden.get(name.toLowerCase());
    return {
      name,
      value: formText(value, variables, file),
      disabled,
      ...(reason === undefined ? {} : { overridden: reason }),
    };
  });
}

/** Names of the headers that the auth in force will set, where it can't be computed yet. */
export function foreseen({ statement }: AuthDecision, { variables }: FormContext): readonly string[] {
  return statement ? headersSetBy(statement, text => valueNow(text, variables)) : [];
}

function valueNow(text: string, variables: FormContext['variables']): string | undefined {
  try {
    return variables.resolveNow(text)?.value;
  } catch {
    return undefined;
  }
}

function foreseenHeaders(decision: AuthDecision, context: FormContext, file: string): readonly FormPart[] {
  const { statement, from } = decision;
  if (!statement) return [];
  const origin = {
    by: 'auth' as const,
    scheme: statement.scheme,
    ...(from ? { level: from.level, file: from.file, line: from.line } : {}),
  };
  return foreseen(decision, context).map(name => ({
    name,
    origin: originSentence(name, origin, file),
    file: statement.place.file,
    line: statement.place.line,
  }));
}
