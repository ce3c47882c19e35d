import type { Place } from '../core/place.ts';

/** Whose words a script speaks: the same name means something else in each. */
export type Face = 'jetbrains' | 'httpyac' | 'postman';

/**
 * When a script runs. `before`: variables stand as they are written, and edits of the request are resolved afterwards;
 * `prepared`: everything is resolved, and nothing authorized yet; `after`: the response is whole.
 */
export type Phase = 'before' | 'prepared' | 'after';

/** A script of a document, or of a file that one names. */
export interface Script {
  readonly text: string;
  /** Of its first character. */
  readonly place: Place;
  readonly face: Face;
  readonly phase: Phase;
}

/** A request as a script sees it. */
export interface ScriptRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Absent where there is none, or where it is a file. */
  readonly body?: string;
}

/** A response as a script sees it; its body is handed over when it is asked for. */
export interface ScriptResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes of the body. */
  readonly size: number;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Milliseconds until the first byte. */
  readonly firstByteMs?: number;
}

/** The request that a script belongs to. */
export interface ScriptInfo {
  readonly name: string;
  readonly id: string;
  /** From 0. */
  readonly iteration: number;
  readonly iterationCount: number;
  readonly environment: string;
}

export interface ScriptCall {
  readonly script: Script;
  readonly request: ScriptRequest;
  /** In the phase `after`. */
  readonly response?: ScriptResponse;
  readonly info: ScriptInfo;
}

/** What came of one test of a script. */
export interface ScriptTest {
  readonly name: string;
  readonly passed: boolean;
  readonly skipped?: boolean;
  readonly message?: string;
  /** Of the script's file, from 1; the script's own where it isn't known. */
  readonly line: number;
}

/** Why a script ended before its end. */
export interface ScriptFailure {
  readonly message: string;
  readonly place: Place;
  /** Where it was called from, one `name (file:line:column)` a line. */
  readonly stack?: string;
}

export interface ScriptOutcome {
  readonly tests: readonly ScriptTest[];
  readonly failure?: ScriptFailure;
  /** The request as the script left it, where it changed something. */
  readonly request?: ScriptRequest;
  /** The request is not to be sent. */
  readonly skip?: boolean;
  /** Which request is next in a run: its name, or none. */
  readonly next?: { readonly name: string | null };
}

export type LogLevel = 'debug' | 'log' | 'info' | 'warn' | 'error';

/** What a script may ask of its host, by value. Everything that it can reach of the world goes through here. */
export interface ScriptHost {
  /**
   * @param method one of `scriptCalls`
   * @throws an Error whose message the script sees
   */
  call(method: string, argument: unknown): Promise<unknown>;
  log(level: LogLevel, text: string): void;
}

/** Runs scripts that nobody vouches for, apart from everything else. */
export interface ScriptEngine {
  /**
   * Never rejects for what the script does: it then has a failure.
   * @throws CountersignError `cancelled` where the signal aborts
   */
  run(call: ScriptCall, host: ScriptHost, signal: AbortSignal): Promise<ScriptOutcome>;
  /** What is wrong with the syntax of a script; undefined where nothing is. */
  close(): Promise<void>;
}

export interface ScriptLimits {
  /** Milliseconds of computing, for each script. */
  readonly time: number;
  /** Bytes that all scripts of a run hold together. */
  readonly memory: number;
  /** Characters that one script may print. */
  readonly output: number;
}

export const defaultLimits: ScriptLimits = { time: 10_000, memory: 64 * 1024 * 1024, output: 256 * 1024 };
