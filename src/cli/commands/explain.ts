import { relative } from 'node:path';
import { maskedRequestUrl } from '../../core/request.ts';
import { type RunResult, runRequest } from '../../sending/runner.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import type { Output } from '../output.ts';
import { reportedAuth } from '../report.ts';
import { chooseRequest } from '../request-choice.ts';
import { UsageError } from '../usage-error.ts';

/** `explain FILE`: sends a request, and says why the server refuses it. Exit status 1 where it does. */
export async function explainCommand(
  { call, output, current }: CommandContext,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  const [, path, ...rest] = call.positionals;
  if (path === undefined || rest.length > 0) {
    throw new UsageError('usage: countersign explain FILE [--name NAME | --line N]');
  }
  const target = chooseRequest(path, call, current, engine.workspace);
  const result = await runRequest(target, engine.ports, { signal });
  await result.response?.body.dispose();
  const refused = isRefused(result);
  const explanation = result.explanation === undefined ? undefined : engine.redact(result.explanation);
  if (call.json) {
    const { request, response, decision, error, causes = [] } = result;
    output.json({
      method: request.method,
      url: maskedRequestUrl(request),
      status: response?.status ?? null,
      refused,
      auth: reportedAuth(decision, current),
      explanation: explanation ?? null,
      causes,
      error: error ? { code: error.code, message: engine.redact(error.message) } : null,
    });
  } else print(result, refused, explanation, current, output, engine);
  return refused || result.error ? 1 : 0;
}

function isRefused({ response, causes }: RunResult): boolean {
  return [401, 403, 407, 419].includes(response?.status ?? 0) || (causes ?? []).length > 0;
}

function print(
  { attempts, response, decision, error, causes = [] }: RunResult,
  refused: boolean,
  explanation: string | undefined,
  current: string,
  output: Output,
  engine: CliEngine,
): void {
  for (const attempt of attempts) {
    const { method } = attempt.request;
    const status = attempt.response?.status ?? '---';
    output.line(`${output.bold(`${method} ${maskedRequestUrl(attempt.request)}`)}  ${status}`);
  }
  const { scheme, from } = reportedAuth(decision, current);
  const source = from ? ` from ${relative('', from.file)}:${from.line}` : '';
  output.line(`Authorization: ${scheme}${source}`);
  if (error)
    output.line(`\n${output.red(engine.redact(error.message))}${error.hint ? `\n${engine.redact(error.hint)}` : ''}`);
  if (!refused && !error) {
    output.line(`\nThe server did not refuse it (${response?.status ?? '---'}).`);
    return;
  }
  if (explanation !== undefined) output.line(`\n${output.yellow(explanation)}`);
  for (const { text, evidence, fix } of causes) {
    output.line(`\n${output.bold(text)}\n  ${output.dim(evidence)}${fix === undefined ? '' : `\n  ${fix}`}`);
  }
  if (causes.length === 0 && !error) output.line('\nWhy is not known: the answer says nothing about it.');
}
