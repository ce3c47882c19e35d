import { lstatSync, type Stats, statSync } from 'node:fs';
import { CountersignError } from '../core/errors.ts';

/** Sees to it that a file is one of people whose files count. @throws CountersignError `io` in the words of git */
export type RequireOwner = (path: string) => void;

/**
 * For files that nobody named, found on the way up from a request: where several people share a folder, anybody can
 * leave one there. Files of this person, of the administrator and of the owners of what was named count. What does not
 * exist is nobody's, and where the system knows no owners, nothing is looked at.
 * @param named absolute paths
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
 */
export function ownersOf(named: readonly string[], person: number | undefined = process.getuid?.()): RequireOwner {
  if (person === undefined) return () => {};
  let owners: ReadonlySet<number> | undefined;
  return path => {
    // A link of another's to a file of one's own is as little one's own.
    for (const look of [lstatSync, statSync]) {
      const owner = ownerOf(path, look);
      if (owner === undefined || owner === person || owner === 0) continue;
      owners ??= new Set(named.map(one => ownerOf(one, statSync)).filter(one => one !== undefined));
      if (owners.has(owner)) continue;
      throw new CountersignError(
        'io',
        `detected dubious ownership of ${path}: it belongs to another user (${owner}).`,
        {
          hint: 'Move your requests into a folder of your own, or ask its owner what the file is for.',
        },
      );
    }
  };
}

type Look = (path: string, options: { throwIfNoEntry: false }) => Stats | undefined;

function ownerOf(path: string, look: Look): number | undefined {
  try {
    return look(path, { throwIfNoEntry: false })?.uid;
  } catch {
    // Whoever may not look at it may not read it either, which is told then.
    return undefined;
  }
}
