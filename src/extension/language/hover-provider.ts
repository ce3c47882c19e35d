import * as vscode from 'vscode';
import { asCountersignError, type CountersignError } from '../../core/errors.ts';
import {
  authHover,
  type ComputedRequest,
  failureHover,
  type HiddenPart,
  hiddenParts,
  hiddenPartsHover,
} from '../../features/presentation/auth-hover.ts';
import { hover, type LinkTo } from '../../features/presentation/hover.ts';
import { blockIndexAt } from '../../language/positions.ts';
import { authInForce } from '../../sending/auth-in-force.ts';
import { previewPartly } from '../../sending/preview.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { Documents } from '../documents.ts';
import { markdown } from '../markdown.ts';
import { contextOf, type LanguageContext, type LanguageHost } from './language-host.ts';
import { rangeOf } from './ranges.ts';

export async function hoverAt(
  host: LanguageHost,
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.Hover | undefined> {
  const context = await contextOf(host, document);
  const linkTo = linksOf(host.documents);
  const offset = document.offsetAt(position);
  const found = hover(context, offset, linkTo);
  if (!found) return undefined;
  const contents = [...found.contents];
  if (found.authorization) contents.push(...(await authorization(host, context, offset, linkTo, token)));
  if (contents.length === 0) return undefined;
  return new vscode.Hover(
    contents.map(text => markdown(text)),
    rangeOf(context.tree, found),
  );
}

async function authorization(
  host: LanguageHost,
  { file, tree, scopes }: LanguageContext,
  offset: number,
  linkTo: LinkTo,
  token: vscode.CancellationToken,
): Promise<readonly string[]> {
  const block = blockIndexAt(tree, offset);
  const hasRequest = tree.blocks[block]?.block.request !== undefined;
  const auth = authHover(authInForce(file, tree, hasRequest ? block : undefined, scopes), linkTo);
  if (!hasRequest) return [auth];
  const { computed, error } = await computeRequest(host, { file, tree, block }, token);
  return [auth, ...(error ? [failureHover(error)] : []), ...(computed ? [hiddenPartsHover(computed)] : [])];
}

interface Computed {
  /** With the names of what has no value yet. */
  readonly computed: ComputedRequest | undefined;
  /** Why it would not be sent as it is. */
  readonly error: CountersignError | undefined;
}

/** The request as far as it can be computed; nobody is asked, nothing is sent. */
async function computeRequest(
  { engine }: LanguageHost,
  target: RequestTarget,
  token: vscode.CancellationToken,
): Promise<Computed> {
  const controller = new AbortController();
  const cancelled = token.onCancellationRequested(() => controller.abort());
  try {
    const ports = await (await engine()).formPorts(target.file);
    const { preview, error } = await previewPartly(target, ports, controller.signal);
    return { computed: preview, error };
  } catch (error) {
    return { computed: undefined, error: asCountersignError(error) };
  } finally {
    cancelled.dispose();
  }
}

/** After each request line in a range: how many headers it will have that are not written. */
export async function hiddenHeaderHints(
  host: LanguageHost,
  document: vscode.TextDocument,
  range: vscode.Range,
  token: vscode.CancellationToken,
): Promise<vscode.InlayHint[]> {
  if (!vscode.workspace.getConfiguration('countersign', document).get('inlayHints.hiddenHeaders', true)) return [];
  const targets = host.documents.targets(document).filter(({ tree, block }) => {
    const placed = tree.blocks[block];
    return placed && placed.line <= range.end.line && placed.line + placed.block.lineCount > range.start.line;
  });
  const hints = await Promise.all(
    targets.map(async target => {
      const placed = target.tree.blocks[target.block];
      const request = placed?.block.request;
      if (!placed || !request) return [];
      const { computed } = await computeRequest(host, target, token);
      const parts = computed ? hiddenParts(computed) : [];
      if (!computed || parts.length === 0) return [];
      const label = new vscode.InlayHintLabelPart(hiddenLabel(parts));
      label.tooltip = markdown(hiddenPartsHover(computed));
      label.command = {
        command: 'countersign.preview',
        title: 'Preview',
        arguments: [document.uri, placed.line + request.line],
      };
      const end = placed.offset + (request.version?.end ?? request.target.end);
      const hint = new vscode.InlayHint(document.positionAt(end), [label]);
      hint.paddingLeft = true;
      return [hint];
    }),
  );
  return hints.flat();
}

function hiddenLabel(parts: readonly HiddenPart[]): string {
  const headers = parts.filter(part => part.in === 'header').length;
  const parameters = parts.length - headers;
  const ofHeaders = headers === 1 ? '1 hidden header' : `${String(headers)} hidden headers`;
  if (parameters === 0) return ofHeaders;
  const ofParameters = parameters === 1 ? '1 parameter' : `${String(parameters)} parameters`;
  return `${ofHeaders}, ${ofParameters}`;
}

function linksOf(documents: Documents): LinkTo {
  return ({ file, line }) =>
    documents
      .uriOf(file)
      .with({ fragment: `L${line}` })
      .toString();
}
