import { fileBlocks } from '../language/file-blocks.ts';
import { parse } from '../language/parser.ts';
import type { ImportedFolder, ImportedRequest } from './collection.ts';
import { type ContentOf, type ReadHead, readHead, readRequest } from './read-block.ts';

/** Files by their paths below the folder of the collection, `/` between names, in the order of the Collections view. */
export type SourceFiles = ReadonlyMap<string, string>;

const nothing: ReadHead = { variables: [], scripts: {}, findings: [] };

/** Reads a folder of request files as a tree for an exporter: the counterpart of `writeImported`. */
export function readCollection(name: string, files: SourceFiles): ImportedFolder {
  return folderAt('', name, files);
}

function folderAt(path: string, name: string, files: SourceFiles): ImportedFolder {
  const below = (file: string): string | undefined => (file.startsWith(path) ? file.slice(path.length) : undefined);
  const level = ['collection.http', 'folder.http'].find(own => files.has(path + own));
  const head = level === undefined ? nothing : headOf(files.get(path + level) ?? '', contentAt(path, files));
  const items: (ImportedFolder | ImportedRequest)[] = [];
  const folders = new Set<string>();
  for (const [file, text] of files) {
    const rest = below(file);
    if (rest === undefined) continue;
    const [first = '', ...deeper] = rest.split('/');
    if (deeper.length > 0) {
      if (!folders.has(first) && /\.(?:http|rest)$/i.test(rest)) items.push(folderAt(`${path}${first}/`, first, files));
      if (/\.(?:http|rest)$/i.test(rest)) folders.add(first);
    } else if (/\.(?:http|rest)$/i.test(first) && !/^(?:collection|folder)\.http$/.test(first)) {
      items.push(...itemsOf(first, name, text, contentAt(path, files)));
    }
  }
  const [title, ...lines] = (head.description ?? '').split('\n');
  const titled = title !== undefined && title !== '' && level !== undefined;
  const description = (titled ? lines.join('\n') : (head.description ?? '')).trim();
  const { description: _, ...rest } = head;
  return {
    ...rest,
    kind: 'folder',
    name: titled ? title : name,
    ...(description === '' ? {} : { description }),
    items,
  };
}

/** What a file holds: its requests, in a folder of their own where the file says something for all of them. */
function itemsOf(file: string, folder: string, text: string, content: ContentOf): (ImportedFolder | ImportedRequest)[] {
  const tree = parse(text);
  const requests = tree.blocks.flatMap(placed => readRequest(tree, placed, content) ?? []);
  const head = headOf(text, content);
  const name = file.replace(/\.\w+$/, '');
  const says = head.auth !== undefined || head.variables.length > 0 || Object.keys(head.scripts).length > 0;
  if (!says && (requests.length <= 1 || name === folder)) return requests;
  if (!says) return [{ ...nothing, kind: 'folder', name, items: requests }];
  return [{ ...head, kind: 'folder', name, items: requests }];
}

/** What a file says for everything in it, or below its folder. */
function headOf(text: string, content: ContentOf): ReadHead {
  const tree = parse(text);
  const heads = fileBlocks(tree).map(placed => readHead(tree, placed, content));
  const auth = heads.find(head => head.auth)?.auth;
  const description = heads.flatMap(head => head.description ?? []).join('\n');
  return {
    ...(description === '' ? {} : { description }),
    ...(auth ? { auth } : {}),
    variables: heads.flatMap(head => head.variables),
    scripts: Object.assign({}, ...heads.map(head => head.scripts)),
    findings: heads.flatMap(head => head.findings),
  };
}

function contentAt(folder: string, files: SourceFiles): ContentOf {
  return path => (/^(?:\.\/)?[^/\\]+$/.test(path) ? files.get(folder + path.replace(/^\.\//, '')) : undefined);
}
