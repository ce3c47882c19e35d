import type { Place } from '../core/place.ts';
import type { Block } from '../language/syntax-tree.ts';
import { type RequestSettings, requestSettings } from './request-settings.ts';
import { fileStatements, findScopes, type Scopes } from './scopes.ts';
import type { RequestTarget, Workspace } from './workspace.ts';

/**
 * What the directives in force say about a request: its own, and those of its file, folders and collection. Every host
 * asks here, whatever it wants to know.
 * @throws CountersignError `invalid-value` for a duration that is none
 */
export async function directivesOf(target: RequestTarget, workspace: Workspace): Promise<RequestSettings> {
  return settingsOf(target, await findScopes(target.file, target.tree, workspace));
}

/** What the directives in force say about a request, where its scopes are known. */
export function settingsOf({ file, tree, block }: RequestTarget, { scopes }: Scopes): RequestSettings {
  const blocks: Block[] = [];
  const places = new Map<Block, { file: string; line: number }>();
  for (const scope of scopes.toReversed()) {
    for (const placed of fileStatements(scope.file, scope.tree).directives) {
      blocks.push(placed.block);
      places.set(placed.block, { file: scope.file, line: placed.line });
    }
  }
  const own = tree.blocks[block];
  if (own) {
    blocks.push(own.block);
    places.set(own.block, { file, line: own.line });
  }
  return requestSettings(blocks, (of, line): Place => {
    const place = places.get(of) ?? { file, line: 0 };
    return { file: place.file, line: place.line + line + 1 };
  });
}
