import { standing, type TokenRecord } from '../../auth/tokens/token-record.ts';
import { CountersignError } from '../../core/errors.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { remainingTime } from '../../features/presentation/remaining-time.ts';
import { tokenModel } from '../../features/presentation/token-model.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import type { Output } from '../output.ts';
import { chooseRequest } from '../request-choice.ts';
import { UsageError } from '../usage-error.ts';

const usage = 'usage: countersign token list | token get FILE | token refresh|revoke|delete NAME';

/** `token …`: the OAuth tokens that are kept for the command line. */
export async function tokenCommand(
  { call, output, stderr, current }: CommandContext,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  const [, verb, operand, ...rest] = call.positionals;
  if (rest.length > 0) throw new UsageError(usage);
  if (verb === 'list' && operand === undefined) {
    return list(call, output, stderr, engine);
  }
  if (operand === undefined) throw new UsageError(usage);
  switch (verb) {
    case 'get':
      return get(operand, call, output, current, engine, signal);
    case 'refresh': {
      const { tokens } = await engine.tokens.open();
      const record = await tokens.renew((await named(operand, call, engine)).key, signal);
      show(record, call, output);
      return 0;
    }
    case 'revoke': {
      const { tokens } = await engine.tokens.open();
      await tokens.revoke((await named(operand, call, engine)).key, signal);
      stderr.line(`The token “${operand}” is revoked at its server, and deleted here.`);
      return 0;
    }
    case 'delete': {
      const { store } = await engine.tokens.open();
      const { key } = await named(operand, call, engine);
      await store.lock(key, () => store.delete(key), signal);
      stderr.line(`The token “${operand}” is deleted here. At its server it stays good until it expires.`);
      return 0;
    }
    default:
      throw new UsageError(usage);
  }
}

async function list(call: Call, output: Output, stderr: Output, engine: CliEngine): Promise<number> {
  const { store, description } = await engine.tokens.open();
  const records = [...(await store.list())].sort((a, b) => a.name.localeCompare(b.name));
  if (call.json) for (const record of records) output.json(described(record));
  else output.table(records.map(record => row(record, output)));
  if (!call.json) stderr.line(description);
  return 0;
}

/** Prints the access token alone, so that a script can use it. */
async function get(
  path: string,
  call: Call,
  output: Output,
  current: string,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  const target = chooseRequest(path, call, current, engine.workspace);
  const request = await engine.tokenRequest(target);
  if (!request) {
    throw new CountersignError('token-failed', 'The authorization in force for this request obtains no token.', {
      hint: 'State @auth oauth2 with a grant, and no token of its own.',
    });
  }
  const token = await engine.tokens.source.get(request, signal);
  const { accessToken, tokenType, expiresAt, scope } = token;
  if (call.json) output.json({ accessToken, tokenType, expiresAt: instant(expiresAt), scope: scope ?? null });
  else output.line(accessToken);
  return 0;
}

/** The token of that name, of the call's environment first. @throws UsageError where there is none, or several */
async function named(name: string, { env }: Call, engine: CliEngine): Promise<TokenRecord> {
  const all = await (await engine.tokens.open()).store.list();
  const found = all.filter(record => record.name === name || record.key === name);
  const own = found.filter(record => record.environment === env);
  const [first, ...others] = own.length > 0 ? own : found;
  if (first && others.length === 0) return first;
  if (first) {
    const keys = [first, ...others].map(({ key, issuer }) => `  ${key}  ${issuer}`).join('\n');
    throw new UsageError(`there are several tokens “${name}”; name one by its key:\n${keys}`);
  }
  const near = nearestName(
    name,
    all.map(record => record.name),
  );
  throw new UsageError(`there is no token “${name}”${near === undefined ? '' : `; did you mean “${near}”?`}`);
}

function show(record: TokenRecord, call: Call, output: Output): void {
  if (call.json) output.json(described(record));
  else output.table([row(record, output)]);
}

function row(record: TokenRecord, output: Output): readonly string[] {
  const now = Date.now();
  const { host, account, client, environment } = tokenModel(record, now);
  return [output.bold(record.name), state(record, now, output), account ?? client ?? '', host, environment ?? ''];
}

function state(record: TokenRecord, now: number, output: Output): string {
  const { expiresAt } = record;
  const rest = expiresAt === undefined ? '' : ` ${remainingTime(expiresAt - now)}`;
  switch (standing(record, now)) {
    case 'valid':
      return output.green(`valid${rest}`);
    case 'expires-soon':
      return output.yellow(`expires soon${rest}`);
    case 'refreshable':
      return output.yellow('expired, refreshable');
    case 'expired':
      return output.red('expired');
  }
}

/** What scripts may know of a token: nothing that can be used as a credential. */
function described(record: TokenRecord): unknown {
  const model = tokenModel(record, Date.now());
  return {
    name: model.name,
    key: model.key,
    scheme: model.scheme,
    state: model.standing,
    issuer: model.issuer,
    client: model.client ?? null,
    account: model.account ?? null,
    environment: model.environment ?? null,
    scopes: model.scopes.filter(({ granted }) => granted).map(({ name }) => name),
    obtainedAt: instant(model.obtainedAt),
    expiresAt: instant(model.expiresAt),
    refreshable: model.refreshable,
    usedBy: model.usedBy,
  };
}

function instant(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
