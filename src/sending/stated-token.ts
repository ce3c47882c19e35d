import type { TokenRequest } from '../auth/token-source.ts';
import type { TokenRecord } from '../auth/tokens/token-record.ts';
import { asCountersignError } from '../core/errors.ts';
import type { Block } from '../language/syntax-tree.ts';
import type { RequestTarget, Workspace } from './workspace.ts';

/** A place that states how a token is obtained. */
export interface StatedToken {
  readonly target: RequestTarget;
  readonly request: TokenRequest;
}

export interface StatedTokenPorts {
  readonly workspace: Workspace;
  /** What the auth in force for a block asks for. @throws CountersignError */
  request(target: RequestTarget): Promise<TokenRequest | undefined>;
  /** The same, where a person may be asked for a secret that was never set. @throws CountersignError */
  asked?(target: RequestTarget): Promise<TokenRequest | undefined>;
  /** The key of the token that a request is for, in an environment. */
  key(request: TokenRequest, environment: string | undefined): string | undefined;
}

/**
 * Where the files that use a token state how it is obtained, its secrets included; undefined where none does any more.
 * A statement that has changed since, of the scope for instance, will do where it is of the same client.
 * @throws CountersignError `missing-secret` where somebody was asked for a secret and gave none
 */
export async function statedToken(record: TokenRecord, ports: StatedTokenPorts): Promise<StatedToken | undefined> {
  let near: StatedToken | undefined;
  const lacking: RequestTarget[] = [];
  const judge = (target: RequestTarget, request: TokenRequest): StatedToken | undefined => {
    if (ports.key(request, record.environment) === record.key) return { target, request };
    if (isOfSameClient(request, record)) near ??= { target, request };
    return undefined;
  };
  for (const file of record.usedBy) {
    const tree = await ports.workspace.tree(file);
    for (const [block, { block: node }] of tree?.blocks.entries() ?? []) {
      if (!tree || node.auth?.scheme.text !== record.scheme) continue;
      const target = { file, tree, block };
      const request = await ports.request(target).catch(error => {
        if (asCountersignError(error).code === 'missing-secret' && isLikely(node, record)) lacking.push(target);
        return undefined;
      });
      const exact = request && judge(target, request);
      if (exact) return exact;
    }
  }
  for (const target of ports.asked && !near ? lacking : []) {
    // Whoever has been asked in vain is not asked for the next one.
    const request = await ports.asked?.(target);
    const exact = request && judge(target, request);
    if (exact) return exact;
  }
  return near;
}

/** False where a statement names, without variables, another token or client. */
function isLikely(node: Block, record: TokenRecord): boolean {
  const fields = node.auth?.fields ?? [];
  return fields.every(({ name, value }) => {
    if (value.text.includes('{{')) return true;
    if (name.text === 'tokenName') return value.text === record.config.tokenName;
    return name.text !== 'clientId' || value.text === record.clientId;
  });
}

function isOfSameClient({ values }: TokenRequest, { config, clientId }: TokenRecord): boolean {
  const same = (name: string): boolean => (values[name] || undefined) === (config[name] || undefined);
  return clientId !== undefined && values.clientId === clientId && same('issuer') && same('tokenUrl');
}
