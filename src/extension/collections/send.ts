import * as vscode from 'vscode';
import type { CollectionNode, RequestNode } from '../../features/collections/collection-node.ts';
import { enabledRequests, sendMany } from '../../sending/send-many.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { Interaction } from '../engine.ts';
import { tell, withProgress } from '../notices.ts';
import { trusted } from '../sender.ts';
import type { CollectionsContext } from './context.ts';
import { type Results, resultOf } from './results.ts';

/** Sends one request; its row says what came of it. */
export async function sendRequest(
  { documents, sender }: CollectionsContext,
  node: RequestNode,
  results: Results,
  signal?: AbortSignal,
  interaction?: Interaction,
): Promise<'passed' | 'failed' | undefined> {
  const tree = await documents.tree(node.file);
  if (!tree?.blocks[node.block]?.block.request) return undefined;
  const target: RequestTarget = { file: node.file, tree, block: node.block };
  results.set(node, { state: 'running' });
  try {
    const exchange = await sender.send(target, signal, interaction);
    const result = exchange && resultOf(exchange);
    results.set(node, result);
    return result?.state === 'running' ? undefined : result?.state;
  } catch (error) {
    results.set(node, undefined);
    throw error;
  }
}

/** Sends every request at or below some rows, one after another; it can be cancelled. */
export async function sendAll(
  context: CollectionsContext,
  nodes: readonly CollectionNode[],
  results: Results,
): Promise<void> {
  const tree = await context.tree();
  const requests = (await Promise.all(nodes.map(node => tree.requestsBelow(node)))).flat();
  const enabled = await enabledRequests([...new Set(requests)], context.documents);
  if (enabled.length === 0) {
    tell('information', 'There is no request to send here.');
    return;
  }
  if (!(await trusted())) return;
  for (const node of enabled) results.set(node, undefined);
  const controller = new AbortController();
  // Whoever gives up signing in once is not asked again by the requests that follow.
  const interaction: Interaction = { refused: false };
  const { passed, failed, cancelled } = await withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Sending', cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      const { signal } = controller;
      const send = (node: RequestNode) => sendRequest(context, node, results, signal, interaction);
      const onNext = (node: RequestNode, index: number): void => {
        const message = `${node.method} ${node.label} (${index + 1}/${enabled.length})`;
        progress.report({ message, increment: index === 0 ? 0 : 100 / enabled.length });
      };
      return await sendMany(enabled, { signal, send, onNext });
    },
  );
  const text = failed ? `${passed} passed, ${failed} failed` : `${passed} passed`;
  results.say(cancelled ? `${text}, cancelled` : text);
}
