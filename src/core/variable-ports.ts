import type { Clock, ProcessEnvironment, Prompter, Random, SecretStore } from './ports.ts';

/** A text with its references replaced. `masked` has `•••` in place of each secret, and equals `value` without one. */
export interface Resolved {
  readonly value: string;
  readonly masked: string;
}

/** Values from earlier responses of the same run, by the name of the request. */
export interface ResponseSource {
  /** Whether a request of that name has been sent, or could be. */
  has(name: string): boolean;
  names(): Iterable<string>;
  /** @throws CountersignError `unresolved-variable` that says why there is no value */
  value(name: string, path: string): Promise<string>;
}

/** What resolving needs of the host; each is optional where what needs it should fail instead. */
export interface VariablePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly env: ProcessEnvironment;
  /** Called before a variable of the process environment is read. @throws CountersignError where it may not be */
  readonly permitEnvironment?: (name: string) => Promise<void>;
  /** The `.env` file in force. */
  readonly dotenv?: ReadonlyMap<string, string>;
  /** Absolute path for `{{$projectRoot}}`. */
  readonly projectRoot?: string;
  readonly secrets?: SecretStore;
  /** The access token that `{{$token name}}` stands for. */
  readonly tokens?: (name: string) => Promise<string | undefined>;
  /** What the user's command of that name prints, for `{{$exec name}}`. @throws CountersignError */
  readonly commands?: (name: string) => Promise<string>;
  readonly prompter?: Prompter;
  readonly responses?: ResponseSource;
  /** Told every secret that is resolved, with the name that stands for it, so that it can be masked elsewhere. */
  readonly secretSeen?: (secret: string, name?: string) => void;
}
