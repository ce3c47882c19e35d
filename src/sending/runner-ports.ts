import type { DriverPorts } from '../auth/driver.ts';
import type { AmbientCredentials } from '../core/ambient-credentials.ts';
import type { StoredBody } from '../core/exchange.ts';
import type { ReceivedResponse, Transport } from '../core/ports.ts';
import type { RunValues } from '../core/run-values.ts';
import type { LogLevel, ScriptEngine } from '../scripting/script.ts';
import type { PreviewPorts } from './preview.ts';
import type { RequestTarget } from './workspace.ts';

/** What a host hands in so that scripts run; without it none does. */
export interface ScriptPorts {
  readonly engine: ScriptEngine;
  /** What scripts have set for the requests of a file. */
  values(file: string): RunValues;
  /** What a script prints, secrets masked. */
  log(level: LogLevel, text: string, target: RequestTarget): void;
  /** Which time of how many a run is at, from 0. */
  readonly iteration?: { readonly index: number; readonly count: number };
}

export interface RunnerPorts extends PreviewPorts {
  readonly driver: DriverPorts;
  readonly transport: Transport;
  /** Credentials that came from a store of this machine: `transport` lets them go only where that is allowed. */
  readonly ambient?: AmbientCredentials;
  /** Receives a response's body; throws as `ReceivedResponse.body` does. */
  storeBody(response: ReceivedResponse, signal: AbortSignal): Promise<StoredBody>;
  /** Asks the person before a request with `# @note` is sent; absent where the host asks itself. */
  confirm?(note: string): Promise<boolean>;
  /** What holds where no directive says otherwise. */
  /** Runs the scripts of documents; without it none does. */
  readonly scripts?: ScriptPorts;
  readonly defaults: {
    /** Milliseconds; none where undefined. */
    readonly timeout?: number;
    readonly insecure?: boolean;
    readonly followRedirects?: boolean;
  };
}
