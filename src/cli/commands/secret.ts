import type { CommandContext } from '../command.ts';
import { openSecretStore } from '../secret-store.ts';
import { terminalPrompter } from '../terminal-prompter.ts';
import { UsageError } from '../usage-error.ts';

const usage = 'usage: countersign secret set NAME | secret list | secret delete NAME';

/** `secret set|list|delete`: what `{{$secret name}}` reads after `--secret` and the environment. */
export async function secretCommand({ call, output, stderr }: CommandContext): Promise<number> {
  const [, verb, name, ...rest] = call.positionals;
  if (rest.length > 0) throw new UsageError(usage);
  if (verb === 'list' && name === undefined) {
    const names = await (await openSecretStore(process.env)).names();
    if (call.json) for (const known of names) output.json({ name: known });
    else for (const known of names) output.line(known);
    return 0;
  }
  if (name === undefined || (verb !== 'set' && verb !== 'delete')) throw new UsageError(usage);
  if (!/^[\w.-]+$/.test(name)) throw new UsageError('a secret is named by letters, digits, “-”, “_” and “.”');
  const store = await openSecretStore(process.env);
  if (verb === 'delete') {
    if (await store.delete(name)) return 0;
    throw new UsageError(`there is no secret “${name}”`);
  }
  const value = await given(name);
  if (value === undefined || value === '') throw new UsageError(`nothing was given for “${name}”`);
  await store.set(name, value);
  stderr.line(store.description);
  return 0;
}

/** Typed unseen at a terminal, else read from standard input, its last line break aside. */
async function given(name: string): Promise<string | undefined> {
  if (process.stdin.isTTY) return await terminalPrompter()?.ask(name, undefined, { secret: true });
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text.replace(/\r?\n$/, '');
}
