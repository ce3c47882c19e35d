import type { VariablePorts } from './variable-ports.ts';

export type DynamicPorts = Pick<VariablePorts, 'clock' | 'random' | 'env' | 'dotenv' | 'projectRoot'>;

/** A variable whose value is made when it is needed. */
export interface DynamicVariable {
  /** With its `$`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** How its arguments are written, for completion: `min max`. */
  readonly parameters?: string;
  /** One sentence. */
  readonly help: string;
  /** The argument names a value elsewhere; `%name` takes that name from a variable. */
  readonly indirect?: boolean;
  /** The argument names a variable of the process environment. */
  readonly ofEnvironment?: boolean;
  /** @throws CountersignError without a place */
  generate(argument: string, ports: DynamicPorts): string;
}
