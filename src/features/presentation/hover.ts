import { basename } from 'node:path';
import { findScheme } from '../../auth/schemes/index.ts';
import { dynamicVariable } from '../../core/dynamic-variables.ts';
import { code, escaped } from '../../core/markdown.ts';
import type { Place } from '../../core/place.ts';
import { type NodeAt, nodeAt } from '../../language/node-at.ts';
import { requestName } from '../../language/request-name.ts';
import type { Span } from '../../language/syntax-tree.ts';
import { findDirective } from '../../sending/directives.ts';
import { fieldDocs, schemeDocs } from '../completion/auth-docs.ts';
import { directiveDocs } from '../completion/completion-directive.ts';
import { headerDocs } from '../completion/completion-header.ts';
import { dynamicDocs, layerLabels } from '../completion/completion-variable.ts';
import { findHeaderField } from '../completion/header-fields.ts';
import { type DocumentContext, variablesAt } from '../diagnostics/document-context.ts';

/** What is shown about a place; the span is that of the document. */
export interface HoverInfo extends Span {
  /** Markdown, one paragraph group each. */
  readonly contents: readonly string[];
  /** The request line or `@auth`: the authorization in force and the hidden headers are to be added. */
  readonly authorization: boolean;
}

/** How a host links to a place in a file. */
export type LinkTo = (place: Pick<Place, 'file' | 'line'>) => string;

/** What there is to say about an offset of a document; undefined for nothing. */
export function hover(context: DocumentContext, offset: number, linkTo: LinkTo): HoverInfo | undefined {
  const node = nodeAt(context.tree, offset);
  const { placed } = node;
  const at = (span: Span, contents: readonly string[], authorization = false): HoverInfo => ({
    start: placed.offset + span.start,
    end: placed.offset + span.end,
    contents,
    authorization,
  });
  if (node.reference?.closed && node.reference.expression.text !== '') {
    const contents = referenceHover(context, node, node.reference.expression.text, linkTo);
    return contents.length === 0 ? undefined : at(node.reference, contents);
  }
  switch (node.kind) {
    case 'method': {
      const docs = methodDocs[node.method.text.toUpperCase()];
      return at(node.method, docs ? [docs] : [], true);
    }
    case 'target':
      return at(node.target, [], true);
    case 'header-name': {
      const field = findHeaderField(node.name.text);
      return field && at(node.name, [headerDocs(field)]);
    }
    case 'directive-name': {
      const info = findDirective(node.name.text);
      return info && at(node.name, [directiveDocs(info)], info.value === 'auth');
    }
    case 'auth-scheme': {
      const scheme = findScheme(node.scheme.text);
      const docs = scheme ? schemeDocs(scheme) : statementDocs[node.scheme.text];
      return docs === undefined ? undefined : at(node.scheme, [docs], true);
    }
    case 'auth-field-name':
    case 'auth-field-value': {
      const field = findScheme(node.auth.scheme.text)?.fields.find(({ name }) => name === node.field?.name.text);
      return field && node.field ? at(node.field.name, [fieldDocs(field)]) : undefined;
    }
    case 'variable-name': {
      const contents = referenceHover(context, node, node.variable.name.text, linkTo);
      return contents.length === 0 ? undefined : at(node.variable.name, contents);
    }
    default:
      return undefined;
  }
}

const statementDocs: Readonly<Record<string, string>> = {
  inherit: '**Inherit**\n\nTakes the authorization of the file, folder or collection around it.',
  none: '**No Auth**\n\nSends no authorization, and asks no level above.',
};

const rfc9110 = (section: string): string =>
  `[Specification](https://www.rfc-editor.org/rfc/rfc9110#section-${section})`;

const methodDocs: Readonly<Record<string, string>> = {
  GET: `**GET**\n\nAsks for the resource. Changes nothing.\n\n${rfc9110('9.3.1')}`,
  HEAD: `**HEAD**\n\nAsks for the headers that GET would have, without the body.\n\n${rfc9110('9.3.2')}`,
  POST: `**POST**\n\nHands the body to the resource to do with as it does; often creates something.\n\n${rfc9110('9.3.3')}`,
  PUT: `**PUT**\n\nReplaces the resource by the body. The same again changes nothing more.\n\n${rfc9110('9.3.4')}`,
  DELETE: `**DELETE**\n\nRemoves the resource.\n\n${rfc9110('9.3.5')}`,
  CONNECT: `**CONNECT**\n\nAsks a proxy for a tunnel.\n\n${rfc9110('9.3.6')}`,
  OPTIONS: `**OPTIONS**\n\nAsks what the resource can do.\n\n${rfc9110('9.3.7')}`,
  TRACE: `**TRACE**\n\nAsks to have the request sent back as it arrived.\n\n${rfc9110('9.3.8')}`,
  PATCH: '**PATCH**\n\nChanges a part of the resource.\n\n[Specification](https://www.rfc-editor.org/rfc/rfc5789)',
  QUERY:
    '**QUERY**\n\nAsks a question that the body states. Changes nothing.\n\n[Specification](https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/)',
  GRAPHQL:
    '**GRAPHQL**\n\nSends a POST whose body is the GraphQL operation; its variables follow as JSON after an empty line.\n\n[Specification](https://graphql.github.io/graphql-over-http/draft/)',
};

/** The value of a variable now, secrets masked, and where it is stated. */
function referenceHover(
  context: DocumentContext,
  { placed }: NodeAt,
  expression: string,
  linkTo: LinkTo,
): readonly string[] {
  const info = variablesAt(context, placed).lookup(expression);
  if (!info) return [`There is no variable ${code(expression)}.`];
  switch (info.kind) {
    case 'dynamic': {
      const name = /^\$[\w.-]+/.exec(expression)?.[0] ?? expression;
      const docs = dynamicVariable(name) ? dynamicDocs(name) : (info.help ?? '');
      return info.preview === undefined ? [docs] : [docs, `For instance ${code(info.preview)}`];
    }
    case 'secret':
      return [`**Secret ${code(info.name)}**\n\nRead from the secret store when the request is sent.`];
    case 'token':
      return [`**Token ${code(info.name)}**\n\nThe access token that a request with this token name obtained.`];
    case 'exec':
      return [`**Command ${code(info.name)}**\n\nWhat it prints is a secret. It runs when the request is sent.`];
    case 'response': {
      const named = context.tree.blocks.find(({ block }) => block.request && requestName(block)?.text === info.name);
      const line = named ? named.line + (named.block.request?.line ?? 0) + 1 : undefined;
      const link =
        line === undefined ? code(info.name) : `[${escaped(info.name)}](${linkTo({ file: context.file, line })})`;
      return [`A value from the response to ${link}, once that was sent.`];
    }
    default: {
      const { definition } = info;
      const asked = definition?.prompt;
      const value = asked
        ? `Asked for when the request is sent${asked.description ? `: ${escaped(asked.description)}` : '.'}`
        : info.preview === undefined
          ? code(definition?.secret ? '•••' : (definition?.value ?? ''))
          : code(info.preview);
      const label = layerLabels[info.kind] ?? info.kind;
      const place = definition?.place;
      const from = place
        ? `From the ${label}: [${escaped(basename(place.file))}, line ${place.line}](${linkTo(place)})`
        : `From the ${label}`;
      return [
        `**${escaped(info.name)}**\n\n${value}`,
        from.replace('From the this', 'From this').replace('the all ', 'all '),
      ];
    }
  }
}
