import { CountersignError } from './errors.ts';
import type { VariableDefinition } from './variable-layer.ts';
import type { VariablePorts } from './variable-ports.ts';

/** @throws CountersignError `token-failed` */
export async function tokenNamed({ tokens }: VariablePorts, name: string): Promise<string> {
  const token = await tokens?.(name);
  if (token !== undefined) return token;
  throw new CountersignError('token-failed', `There is no token named “${name}”.`, {
    hint: 'Send a request whose “@auth” gets that token first.',
  });
}

/** @throws CountersignError `missing-secret` */
export async function printedBy({ commands }: VariablePorts, name: string): Promise<string> {
  if (!commands) throw new CountersignError('missing-secret', 'No command may run here.');
  if (!/^[\w.-]+$/.test(name)) {
    throw new CountersignError('invalid-value', 'A command is named by letters, digits, “-”, “_” and “.”.', {
      hint: 'Write “{{$exec name}}”.',
    });
  }
  return await commands(name);
}

/** @throws CountersignError `unresolved-variable` */
export async function responseValue({ responses }: VariablePorts, name: string, path: string): Promise<string> {
  if (responses) return responses.value(name, path);
  throw new CountersignError('unresolved-variable', `No response to “${name}” is at hand.`);
}

/** Asks the person. @throws CountersignError `cancelled`, or `unresolved-variable` where nobody can be asked */
export async function promptedValue({ prompter }: VariablePorts, definition: VariableDefinition): Promise<string> {
  const { name, prompt, place, secret = false } = definition;
  const details = place ? { place } : {};
  if (!prompter) {
    throw new CountersignError('unresolved-variable', `Nobody can be asked for “${name}”.`, {
      ...details,
      hint: `Give its value with “--var ${name}=…”.`,
    });
  }
  const answer = await prompter.ask(name, prompt?.description, { secret });
  if (answer === undefined) throw new CountersignError('cancelled', `“${name}” was not given.`, details);
  return answer;
}
