import { setTimeout as sleep } from 'node:timers/promises';
import { CountersignError } from '../core/errors.ts';

/** Waits that many milliseconds. @throws CountersignError `cancelled` */
export async function nodeWait(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (cause) {
    throw new CountersignError('cancelled', 'Waiting was cancelled.', { cause });
  }
}
