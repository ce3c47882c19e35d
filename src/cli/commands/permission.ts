import { type Decision, decidedName, withDecision } from '../../core/permission.ts';
import { searchRoot } from '../../node/search-root.ts';
import type { CommandContext } from '../command.ts';
import { allowedSecret } from '../option-values.ts';
import { everywhere, PermissionFile } from '../permissions.ts';
import { UsageError } from '../usage-error.ts';

const usage =
  'usage: countersign permission list | permission allow NAME=ORIGIN [--everywhere] | permission revoke NAME[=ORIGIN] [--everywhere]';

/** `permission list|allow|revoke`: where the credentials of this machine may go without a question. */
export async function permissionCommand({ call, output, current }: CommandContext): Promise<number> {
  const [, verb, operand, ...rest] = call.positionals;
  if (rest.length > 0) throw new UsageError(usage);
  const file = new PermissionFile(process.env);
  if (verb === 'list' && operand === undefined) {
    for (const [folder, decisions] of Object.entries(await file.read())) {
      for (const decision of decisions) {
        if (call.json) output.json({ folder: folder === everywhere ? null : folder, ...decision });
        else output.line(described(folder, decision));
      }
    }
    return 0;
  }
  if (operand === undefined || (verb !== 'allow' && verb !== 'revoke')) throw new UsageError(usage);
  const folder = call.everywhere ? everywhere : searchRoot(current, [current]);
  if (verb === 'allow') {
    const { name, origin } = allowedSecret('permission allow', operand);
    const decision: Decision = { kind: 'credential', subject: name, origin, allowed: true };
    await file.change(folder, decisions => withDecision(decisions, decision));
    return 0;
  }
  const { name, origin } = operand.includes('=')
    ? allowedSecret('permission revoke', operand)
    : { name: operand, origin: undefined };
  const goes = (decision: Decision): boolean =>
    decidedName(decision) === name && (origin === undefined || decision.origin === origin);
  const before = (await file.read())[folder] ?? [];
  if (!before.some(goes)) throw new UsageError(`nothing is decided about “${operand}” for ${folder}`);
  await file.change(folder, decisions => decisions.filter(decision => !goes(decision)));
  return 0;
}

function described(folder: string, decision: Decision): string {
  const to = decision.origin === undefined ? '' : ` → ${decision.origin}`;
  const where = folder === everywhere ? 'everywhere' : folder;
  return `${decision.allowed ? 'allowed' : 'refused'}  ${decidedName(decision)}${to}  (${where})`;
}
