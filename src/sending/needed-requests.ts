import { CountersignError } from '../core/errors.ts';
import { mayHaveName, requestName } from '../language/request-name.ts';
import { responseNames } from './response-names.ts';
import { placeAt } from './scopes.ts';
import type { RequestTarget } from './workspace.ts';

export interface NeededOptions {
  /** Also what a request reads the response of, beside what `# @ref` names. */
  readonly responses: boolean;
}

/**
 * Requests in the order in which they can be sent: what one needs stands before it, once. Needed requests are looked for
 * by name among `known`, in the request's own file first.
 * @throws CountersignError `invalid-request` where one needs itself, or a `# @ref` names none
 */
export function withNeeded<T extends RequestTarget>(
  requests: readonly T[],
  known: readonly T[],
  { responses }: NeededOptions,
): readonly T[] {
  const byName = new Map<string, T[]>();
  for (const request of known) {
    const name = nameOf(request);
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), request]);
  }
  if (byName.size === 0 && !requests.some(mayRefer)) return requests;
  const ordered: T[] = [];
  const done = new Set<string>();
  const visit = (request: T, way: readonly string[]): void => {
    const key = keyOf(request);
    if (done.has(key)) return;
    if (way.includes(key)) {
      throw new CountersignError('invalid-request', `“${nameOf(request) ?? ''}” needs itself, by “# @ref”.`, {
        place: placeOf(request),
      });
    }
    for (const { name, stated } of neededNames(request, responses)) {
      const found = byName
        .get(name)
        ?.toSorted((one, other) => Number(other.file === request.file) - Number(one.file === request.file))[0];
      if (found && keyOf(found) !== key) {
        // A response may be of another time: two requests that read each other are no circle.
        if (stated || !way.includes(keyOf(found))) visit(found, [...way, key]);
      } else if (stated) {
        throw new CountersignError('invalid-request', `“# @ref ${name}” names no request.`, {
          place: placeOf(request),
          hint: 'Give that request its name with “# @name”.',
        });
      }
    }
    done.add(key);
    ordered.push(request);
  };
  for (const request of requests) visit(request, []);
  return ordered;
}

const keyOf = ({ file, block }: RequestTarget): string => `${file}\n${block}`;

function textOf({ tree, block }: RequestTarget): string {
  const placed = tree.blocks[block];
  return placed ? tree.text.slice(placed.offset, placed.offset + placed.block.length) : '';
}

const mayRefer = (request: RequestTarget): boolean => /@(?:force)?ref\b/i.test(textOf(request));

/** Without being read where it has none: a document may have very many requests. */
function nameOf(request: RequestTarget): string | undefined {
  const placed = request.tree.blocks[request.block];
  return placed && mayHaveName(textOf(request)) ? requestName(placed.block)?.text : undefined;
}

/** The names that `# @ref` and `# @forceRef` of a request state, and those whose responses it reads. */
export function neededNames(
  request: RequestTarget,
  responses: boolean,
): readonly { readonly name: string; readonly stated: boolean }[] {
  const directives = mayRefer(request) ? (request.tree.blocks[request.block]?.block.directives ?? []) : [];
  const stated = directives.flatMap(({ name, value }) =>
    /^(?:force)?ref$/i.test(name.text) && value.text !== '' ? [{ name: value.text, stated: true }] : [],
  );
  return [...stated, ...(responses ? responseNames(request).map(name => ({ name, stated: false })) : [])];
}

function placeOf({ file, tree, block }: RequestTarget): ReturnType<typeof placeAt> {
  const placed = tree.blocks[block];
  if (!placed) throw new RangeError(`no block ${block}`);
  return placeAt(file, tree, placed, placed.block.request?.start ?? 0, placed.block.request?.line ?? 0);
}
