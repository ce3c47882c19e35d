import { appendFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asCountersignError } from '../../core/errors.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import type { Turn } from '../monitor/turn.ts';
import { turnLine, turnReporter } from '../monitor/turn.ts';
import { tellWebhook } from '../monitor/webhook.ts';
import type { Output } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import { sendAll } from './run.ts';

export interface MonitorPorts {
  /** An engine of its own for each turn: files may have changed, and nothing is kept from turn to turn but tokens. */
  createEngine(): CliEngine;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * `monitor PATH… --every 5m`: sends every request again and again, and tells what changed. Ends with Ctrl-C, or after
 * `-n` turns: then exit status 1 where the last one failed.
 */
export async function monitorCommand(
  { call, output, stderr, current }: CommandContext,
  { createEngine, env, signal }: MonitorPorts,
): Promise<number> {
  const { every, history, webhook, iterations } = call;
  if (every === undefined || call.positionals.length < 2) {
    throw new UsageError('usage: countersign monitor PATH… --every DURATION, or countersign monitor init …');
  }
  const ofTurn: Call = { ...call, iterations: undefined };
  const endpoint = call.otlp ?? env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const metrics =
    endpoint === undefined
      ? undefined
      : (await import('../monitor/metrics.ts')).createMetrics(call.otlp, message =>
          stderr.line(`countersign: the metrics could not be delivered: ${message}`),
        );
  let failing = false;
  try {
    for (let count = 0; iterations === undefined || count < iterations; count++) {
      const started = Date.now();
      const turn = await oneTurn(ofTurn, current, stderr, createEngine(), signal);
      if (signal.aborted) break;
      if (call.json) output.json(turn);
      else output.line(turnLine(turn, output));
      if (history !== undefined) {
        await appendFile(resolve(current, history), `${JSON.stringify(turn)}\n`, { mode: 0o600 });
      }
      await metrics?.record(turn);
      // The first turn that goes well is no news.
      if (webhook !== undefined && turn.ok === failing) {
        await tellWebhook(webhook, turn, createEngine(), signal).catch((error: unknown) =>
          stderr.line(`countersign: the webhook could not be told: ${asCountersignError(error).message}`),
        );
      }
      failing = !turn.ok;
      if (iterations !== undefined && count + 1 >= iterations) break;
      await sleep(Math.max(0, started + every - Date.now()), undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
    }
  } finally {
    await metrics?.close();
  }
  return failing ? 1 : 0;
}

/** Sends all once. What keeps a turn from being sent is a turn that failed, with the reason. */
async function oneTurn(
  call: Call,
  current: string,
  stderr: Output,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<Turn> {
  const at = new Date().toISOString();
  const { reporter, seen } = turnReporter();
  try {
    await engine.open();
    const open = async () => [{ reporter, printed: false, close: async () => {} }];
    const summary = await sendAll(call, current, engine, signal, open, stderr);
    const counted = summary ?? { requests: 0, failed: 0, durationMs: 0 };
    const ok = summary !== undefined && summary.failed === 0;
    return { at, ok, ...counted, ...seen, ...(summary ? {} : { error: 'The requests could not be understood.' }) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const message = engine.redact(asCountersignError(error).message);
    return { at, ok: false, requests: 0, failed: 0, durationMs: 0, ...seen, error: message };
  } finally {
    await engine.close();
  }
}
