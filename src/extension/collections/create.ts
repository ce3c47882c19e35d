import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { CollectionNode, FolderNode } from '../../features/collections/collection-node.ts';
import { decidedAuth } from '../../features/collections/moved-auth.ts';
import { parse } from '../../language/parser.ts';
import { collectionFile, fileStatements, findScopes, folderFile } from '../../sending/scopes.ts';
import { ask, showInputBox } from '../notices.ts';
import { chooseAuth, directiveSnippet } from './auth-choice.ts';
import type { CollectionsContext } from './context.ts';

/** Makes a folder with `collection.http`: its name, then how its requests are authorized. */
export async function newCollection(context: CollectionsContext): Promise<void> {
  const parent = await chooseRoot();
  if (!parent) return;
  const title = 'New Collection';
  const name = await askName(title, 'Name of the collection', 'Acme API', parent);
  if (name === undefined) return;
  const auth = await chooseAuth(title, undefined);
  if (auth === undefined) return;
  await createLevel(context, join(parent, name), collectionFile, auth, title);
}

/** Makes a folder with `folder.http` below a row. */
export async function newFolder(context: CollectionsContext, node: CollectionNode | undefined): Promise<void> {
  const parent = folderOf(node) ?? (await chooseRoot());
  if (!parent) return;
  const title = 'New Folder';
  const name = await askName(title, 'Name of the folder', 'Users', parent);
  if (name === undefined) return;
  const file = join(parent, name, folderFile);
  const auth = await chooseAuth(title, await decidedAuth(file, parse(''), undefined, context.documents));
  if (auth === undefined) return;
  await createLevel(context, join(parent, name), folderFile, auth, title);
}

/** Makes a request: in a file at its end, after another request, or in a folder in a file of its own. */
export async function newRequest(context: CollectionsContext, node: CollectionNode | undefined): Promise<void> {
  const title = 'New Request';
  const folder = node && node.kind !== 'file' && node.kind !== 'request' ? node.folder : undefined;
  const parent = folder ?? (node ? undefined : await chooseRoot());
  const inFile = node && 'file' in node ? node.file : undefined;
  if (!inFile && !parent) return;
  const prompt = inFile
    ? `Name of the request. It is written into ${basename(inFile)}.`
    : 'Name of the request. It gets a file of its own.';
  const name = await showInputBox({ title, prompt, placeHolder: 'List users' });
  if (!name?.trim()) return;
  const file = inFile ?? (await unusedFile(join(parent ?? '', `${fileName(name)}.http`)));
  const tree = (inFile ? await context.documents.tree(inFile) : undefined) ?? parse('');
  const auth = await chooseAuth(title, await decidedAuth(file, tree, undefined, context.documents));
  if (auth === undefined) return;

  const { scopes } = await findScopes(file, tree, context.documents);
  const base = scopes.some(scope =>
    fileStatements(scope.file, scope.tree).variables.some(
      ({ node: { name: variable } }) => variable.text === 'baseUrl',
    ),
  );
  const address = base ? `{{baseUrl\\}\\}/\${102:path}` : `\${102:https://example.com/path}`;
  const line = `\${101|GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS|} ${address}\n$0`;
  const text = `### ${escapeSnippet(name.trim())}\n${directiveSnippet(auth, name)}${line}`;
  if (!inFile) {
    const uri = vscode.Uri.file(file);
    if (!(await context.changes.make({ label: title, creates: [{ uri, text: '' }] }))) return;
    await fillIn(uri, text, 0, 0);
  } else {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(inFile));
    const now = context.documents.treeOf(document);
    const after = node?.kind === 'request' ? now.blocks[node.block] : undefined;
    const at = after ? after.offset + after.block.length : document.getText().length;
    const before = document.getText().slice(0, at);
    const gap = before.trim() === '' || /\n\s*\n$/.test(before) ? '' : before.endsWith('\n') ? '\n' : '\n\n';
    await fillIn(document.uri, gap + text + (at < document.getText().length ? '\n\n' : ''), at, at);
  }
  await context.settle();
  await context.reveal(await (await context.tree()).nodeOf(file));
}

async function createLevel(
  context: CollectionsContext,
  folder: string,
  name: string,
  auth: string,
  label: string,
): Promise<void> {
  const uri = vscode.Uri.file(join(folder, name));
  const what =
    name === collectionFile
      ? 'Everything in this collection is authorized like this, unless it says otherwise.'
      : 'Everything in this folder is authorized like this, unless it says otherwise.';
  const head = `# ${what}\n`;
  if (!(await context.changes.make({ label, creates: [{ uri, text: head }] }))) return;
  await context.settle();
  await context.reveal(await (await context.tree()).nodeOf(folder));
  const directive = directiveSnippet(auth, basename(folder));
  if (directive !== '') await fillIn(uri, directive, head.length, head.length);
  else await vscode.window.showTextDocument(uri);
}

/** Makes sure that a folder has the file that speaks for it. */
export async function levelFileOf(context: CollectionsContext, node: FolderNode): Promise<string> {
  const file = join(node.folder, node.kind === 'collection' ? collectionFile : folderFile);
  if ((await context.documents.tree(file)) === undefined) {
    const label = 'New File';
    await context.changes.make({ label, creates: [{ uri: vscode.Uri.file(file), text: '' }] });
    await context.settle();
  }
  return file;
}

async function fillIn(uri: vscode.Uri, snippet: string, start: number, end: number): Promise<void> {
  const editor = await vscode.window.showTextDocument(uri, { preview: false });
  const { document } = editor;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  await editor.insertSnippet(new vscode.SnippetString(snippet), range);
}

async function askName(
  title: string,
  prompt: string,
  placeHolder: string,
  parent: string,
): Promise<string | undefined> {
  const validateInput = async (value: string): Promise<string | undefined> => {
    const name = folderName(value);
    if (name === '') return 'Enter a name.';
    return (await exists(join(parent, name))) ? 'There is a folder of that name already.' : undefined;
  };
  const name = await showInputBox({ title, prompt, placeHolder, validateInput });
  return name === undefined ? undefined : folderName(name);
}

/** The folder in which something new goes that is made at a row. */
function folderOf(node: CollectionNode | undefined): string | undefined {
  if (!node) return undefined;
  return node.kind === 'file' || node.kind === 'request' ? dirname(node.file) : node.folder;
}

async function chooseRoot(): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri.fsPath;
  const [only] = folders;
  if (only) return only.uri.fsPath;
  const open = 'Open Folder';
  const chosen = await ask({
    kind: 'information',
    sentence: 'Collections are folders of files: open a folder first.',
    choices: [open],
  });
  if (chosen === open) await vscode.commands.executeCommand('workbench.action.files.openFolder');
  return undefined;
}

export async function exists(path: string): Promise<boolean> {
  return vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
    () => true,
    () => false,
  );
}

export async function unusedFile(path: string): Promise<string> {
  const [, stem = path, end = ''] = /^(.*?)(\.(?:http|rest))?$/s.exec(path) ?? [];
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? path : `${stem}-${count}${end}`;
    if (!(await exists(candidate))) return candidate;
  }
}

/** What a folder can be called on every system. */
export function folderName(name: string): string {
  return name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '-').replace(/^[\s.]+|[\s.]+$/g, '');
}

function fileName(name: string): string {
  const words = name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-');
  return words.replace(/^-+|-+$/g, '') || 'request';
}

function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
