import { dirname, join } from 'node:path';
import { foldersUp, isSamePath, isWithin } from '../../core/path-within.ts';
import { byName } from '../../sending/file-order.ts';
import { collectionFile, folderFile, isLevelFile } from '../../sending/scopes.ts';

/** A folder of the listing with what is directly in it. */
export interface ListedFolder {
  readonly path: string;
  /** Sorted as people read names; chains of folders that hold nothing but one folder are one entry, the inner one. */
  readonly folders: readonly string[];
  /** Without `folder.http` and `collection.http`, sorted. */
  readonly files: readonly string[];
  readonly collection: boolean;
  readonly stated: boolean;
}

interface Entry {
  readonly path: string;
  readonly folders: Set<string>;
  readonly files: Set<string>;
  listed: ListedFolder | undefined;
}

/** The request files of the workspace, as folders. A folder is there as long as a file is below it. */
export class TreeListing {
  readonly #roots: readonly string[];
  readonly #entries = new Map<string, Entry>();

  /** @param roots absolute paths of the workspace folders; files outside of them are left out */
  constructor(roots: readonly string[], files: Iterable<string>) {
    this.#roots = roots;
    for (const root of roots) this.#entry(root);
    for (const file of files) this.add(file);
  }

  get roots(): readonly string[] {
    return this.#roots;
  }

  /** The innermost workspace folder around a path. */
  rootOf(path: string): string | undefined {
    let found: string | undefined;
    for (const root of this.#roots) {
      if (isWithin(path, root) && root.length > (found?.length ?? -1)) found = root;
    }
    return found;
  }

  has(file: string): boolean {
    return this.#entries.get(dirname(file))?.files.has(file) ?? false;
  }

  hasFolder(path: string): boolean {
    return this.#entries.has(path);
  }

  /** Returns false where nothing changed. */
  add(file: string): boolean {
    const root = this.rootOf(file);
    if (root === undefined) return false;
    const { files } = this.#entry(dirname(file));
    if (files.has(file)) return false;
    files.add(file);
    for (const folder of foldersUp(dirname(file), root).slice(0, -1)) {
      const above = this.#entry(dirname(folder));
      if (above.folders.has(folder)) break;
      above.folders.add(folder);
    }
    this.#forget(file, root);
    return true;
  }

  /** Removes a file, or a folder with all that is below it. Returns false where nothing changed. */
  remove(path: string): boolean {
    const root = this.rootOf(path);
    if (root === undefined) return false;
    if (!isSamePath(path, root) && this.#entries.has(path)) {
      for (const folder of [...this.#entries.keys()]) {
        if (isWithin(folder, path)) this.#entries.delete(folder);
      }
    } else if (!this.#entries.get(dirname(path))?.files.delete(path)) return false;
    let child = path;
    for (const folder of foldersUp(dirname(path), root)) {
      const entry = this.#entries.get(folder);
      if (!entry) break;
      entry.folders.delete(child);
      if (entry.files.size + entry.folders.size > 0 || isSamePath(folder, root)) break;
      this.#entries.delete(folder);
      child = folder;
    }
    this.#forget(path, root);
    return true;
  }

  folder(path: string): ListedFolder | undefined {
    const entry = this.#entries.get(path);
    if (!entry) return undefined;
    const own = (name: string): boolean => entry.files.has(join(path, name));
    entry.listed ??= {
      path,
      folders: [...entry.folders].sort(byName).map(folder => this.#innermost(folder)),
      files: [...entry.files].filter(file => !isLevelFile(file)).sort(byName),
      collection: own(collectionFile),
      stated: own(folderFile),
    };
    return entry.listed;
  }

  /** Every file at or below a folder, unsorted, `folder.http` and `collection.http` included. */
  *filesBelow(folder: string): Generator<string> {
    const entry = this.#entries.get(folder);
    if (!entry) return;
    yield* entry.files;
    for (const child of entry.folders) yield* this.filesBelow(child);
  }

  /** The entry in which a folder appears: itself, or the end of the chain that it is part of. */
  #innermost(folder: string): string {
    for (let path = folder; ; ) {
      const entry = this.#entries.get(path);
      const [only, another] = entry?.folders ?? [];
      if (!entry || entry.files.size > 0 || only === undefined || another !== undefined) return path;
      path = only;
    }
  }

  #entry(path: string): Entry {
    const known = this.#entries.get(path);
    if (known) return known;
    const entry: Entry = { path, folders: new Set(), files: new Set(), listed: undefined };
    this.#entries.set(path, entry);
    return entry;
  }

  /** A change shows in the folder and in those above, whose chains may end elsewhere now. */
  #forget(path: string, root: string): void {
    for (const folder of foldersUp(dirname(path), root)) {
      const entry = this.#entries.get(folder);
      if (entry) entry.listed = undefined;
    }
  }
}
