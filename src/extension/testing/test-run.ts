import * as vscode from 'vscode';
import { asCountersignError } from '../../core/errors.ts';
import type { TestResult } from '../../core/exchange.ts';
import { manyLines } from '../../core/foreign-text.ts';
import type { RequestNode } from '../../features/collections/collection-node.ts';
import { attemptLog } from '../../features/presentation/attempt-log.ts';
import { withNeeded } from '../../sending/needed-requests.ts';
import { isAsWanted } from '../../sending/outcome.ts';
import { sendMany } from '../../sending/send-many.ts';
import type { Interaction } from '../engine.ts';
import { type Sent, trusted } from '../sender.ts';
import type { TestingHost } from './testing-host.ts';

/**
 * Sends the requests of tests in their order, each after what it needs, and tells the Testing view what came of them.
 * Requests that are only needed have no test; where one fails, its output says so.
 */
export async function runTests(
  controller: vscode.TestController,
  { documents, sender, engine }: TestingHost,
  request: vscode.TestRunRequest,
  tests: ReadonlyMap<RequestNode, vscode.TestItem>,
  known: readonly RequestNode[],
  token: vscode.CancellationToken,
): Promise<void> {
  const run = controller.createTestRun(request);
  const left = new Set(tests.values());
  for (const item of left) run.enqueued(item);
  const abort = new AbortController();
  const cancelled = token.onCancellationRequested(() => abort.abort());
  // Whoever gives up signing in once is not asked again by the requests that follow.
  const interaction: Interaction = { refused: false };
  try {
    if (tests.size === 0 || !(await trusted())) return;
    const { redact } = await engine();
    const print = (text: string, item?: vscode.TestItem): void =>
      run.appendOutput(`${manyLines(redact(text)).replaceAll('\n', '\r\n')}\r\n`, undefined, item);
    await sendMany(withNeeded([...tests.keys()], known, { responses: true }), {
      signal: abort.signal,
      enabledIn: documents,
      async send(node) {
        const item = tests.get(node);
        if (item) run.started(item);
        const sent = await sender.send(node, abort.signal, interaction, false);
        if (!sent || abort.signal.aborted) return undefined;
        const passed = !sent.skipped && isAsWanted(sent);
        for (const attempt of sent.attempts) print(attemptLog(attempt), item);
        if (item) {
          left.delete(item);
          if (sent.skipped) run.skipped(item);
          else if (passed) run.passed(item, sent.durationMs);
          else if (sent.error && !sent.response) run.errored(item, [messageOf(node, item, sent)], sent.durationMs);
          else run.failed(item, messages(node, item, sent), sent.durationMs);
        } else if (!passed) print(`${node.label}: ${reasonOf(sent)}`);
        // What later requests may refer to stays.
        if (node.placed.block.name === undefined) await sent.response?.body.dispose();
        const state = passed || sent.skipped ? 'passed' : 'failed';
        return sent.next ? { state, next: sent.next.name } : state;
      },
    });
  } catch (error) {
    const { message, hint } = asCountersignError(error);
    const said = new vscode.TestMessage(manyLines([message, hint].filter(Boolean).join(' ')));
    for (const item of left) run.errored(item, said);
    left.clear();
  } finally {
    for (const item of left) run.skipped(item);
    run.end();
    cancelled.dispose();
  }
}

/** A message for each test that failed, else one for the request. */
function messages(node: RequestNode, item: vscode.TestItem, sent: Sent): vscode.TestMessage[] {
  const failed = (sent.tests ?? []).filter(({ passed }) => !passed);
  return failed.length === 0 ? [messageOf(node, item, sent)] : failed.map(test => failure(item, test));
}

/** At the line of the assertion; with what was wanted and what came, where both are known. */
function failure(item: vscode.TestItem, { name, message, line, expected, actual }: TestResult): vscode.TestMessage {
  const text = manyLines(`${name}: ${message ?? 'failed'}`);
  const shown =
    expected === undefined || actual === undefined
      ? new vscode.TestMessage(text)
      : vscode.TestMessage.diff(text, manyLines(expected), manyLines(actual));
  if (item.uri) shown.location = new vscode.Location(item.uri, new vscode.Position(line - 1, 0));
  return shown;
}

/** Why a request came to nothing, where its error is if that is in its file. */
function messageOf({ file }: RequestNode, item: vscode.TestItem, sent: Sent): vscode.TestMessage {
  const shown = new vscode.TestMessage(manyLines(reasonOf(sent)));
  const place = sent.error?.place;
  const at = place?.file === file ? new vscode.Position(place.line - 1, (place.column ?? 1) - 1) : item.range?.start;
  if (item.uri && at) shown.location = new vscode.Location(item.uri, at);
  return shown;
}

function reasonOf({ error, explanation, response, tests = [] }: Sent): string {
  if (error) return [error.message, error.hint].filter(Boolean).join(' ');
  const failed = tests.find(({ passed }) => !passed);
  return failed ? `${failed.name}: ${failed.message ?? ''}` : (explanation ?? `status ${response?.status}`);
}
