import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { countImported, findingsOf, importFormats, largestImport, readImport } from '../convert/import.ts';
import { importedFiles, withExisting } from '../convert/import-files.ts';
import { type ImportResult, labelsOf } from '../convert/import-format.ts';
import { importReport } from '../convert/import-report.ts';
import { SourceFolder } from '../convert/source-folder.ts';
import { importExtensions, isSourceFile } from '../convert/source-names.ts';
import type { WrittenFiles } from '../convert/write-collection.ts';
import { CountersignError } from '../core/errors.ts';
import { readSourceFolder } from '../node/read-source-folder.ts';
import { planFiles, writeFiles } from '../node/write-files.ts';
import type { Console } from './console.ts';
import { ask, showInputBox, tell, withProgress } from './notices.ts';
import type { Secrets } from './secrets.ts';

/** One chunk with what else makes files of requests. */
export { openSample } from './sample-collection.ts';

export interface ImportHost {
  readonly console: Console;
  readonly secrets: Secrets;
}

/** Milliseconds. */
const patience = 60_000;

/**
 * Makes files of what another tool exported: from a file, the clipboard or an address. Asks once which secrets go to the
 * secret store, and before files of other content are replaced.
 * @param given the file, where the command was called on one
 */
export async function importRequests(host: ImportHost, given?: unknown): Promise<void> {
  try {
    const root = await chooseRoot();
    if (root === undefined) return;
    const source = given instanceof vscode.Uri ? await fromFile(given) : await chooseSource();
    if (!source) return;
    const result = await withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Importing ${source.name}` },
      async () => readImport(source.content, source.name),
    );
    await write(host, root, result);
  } catch (error) {
    const { message, hint } = host.console.error(error);
    tell('error', '{0}', [message, hint].filter(Boolean).join(' '));
  }
}

interface Source {
  readonly name: string;
  readonly content: Uint8Array | SourceFolder;
}

async function chooseSource(): Promise<Source | undefined> {
  const item = (label: string, icon: string, description: string) => ({
    label,
    description,
    iconPath: new vscode.ThemeIcon(icon),
  });
  const file = item(
    'File…',
    'file',
    'Exported from Postman, Insomnia or a browser, an OpenAPI description, or a zip archive of these',
  );
  const folder = item('Folder…', 'folder', 'Of Bruno, or one with such files');
  const clipboard = item('Clipboard', 'clippy', 'The text of such a file');
  const address = item('URL…', 'link', 'Where such a file can be downloaded');
  const chosen = await vscode.window.showQuickPick([file, folder, clipboard, address], {
    title: 'Import Requests',
    placeHolder: 'Postman, Insomnia, Bruno, OpenAPI or HAR',
  });
  if (chosen === file || chosen === folder) {
    const filters = { [labelsOf(importFormats)]: [...importExtensions], '*': ['*'] };
    const [picked] =
      (await vscode.window.showOpenDialog({
        title: 'Import Requests',
        openLabel: 'Import',
        ...(chosen === file ? { filters } : { canSelectFiles: false, canSelectFolders: true }),
      })) ?? [];
    return picked && fromFile(picked);
  }
  if (chosen === clipboard) {
    const text = await vscode.env.clipboard.readText();
    return { name: 'The clipboard', content: new TextEncoder().encode(text) };
  }
  return chosen === address ? fromAddress() : undefined;
}

async function fromFile(uri: vscode.Uri): Promise<Source> {
  const { size, type } = await vscode.workspace.fs.stat(uri);
  const name = basename(uri.path);
  if (type & vscode.FileType.Directory) {
    return { name, content: new SourceFolder(await readSourceFolder(uri.fsPath, isSourceFile, largestImport)) };
  }
  if (size > largestImport) throw new CountersignError('too-large', 'The file is larger than 256 MiB.');
  return { name, content: await vscode.workspace.fs.readFile(uri) };
}

async function fromAddress(): Promise<Source | undefined> {
  const isAddress = (text: string): boolean => /^https?:\/\/[^\s]+$/i.test(text.trim());
  const address = await showInputBox({
    title: 'Import Requests',
    prompt: 'The address of a Postman collection, an OpenAPI description or an HTTP archive.',
    placeHolder: 'https://example.com/acme.postman_collection.json',
    validateInput: text =>
      text.trim() === '' || isAddress(text) ? undefined : 'Enter an address that begins with https://.',
  });
  if (!address || !isAddress(address)) return undefined;
  const response = await fetch(address.trim(), { signal: AbortSignal.timeout(patience) }).catch((cause: unknown) => {
    throw new CountersignError('connection-lost', 'The address cannot be reached.', { cause });
  });
  if (!response.ok) {
    throw new CountersignError('invalid-value', `The server answered ${response.status}.`, {
      hint: 'Open the address in a browser, and import the file that it downloads.',
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestImport) throw new CountersignError('too-large', 'The file is larger than 256 MiB.');
  }
  return { name: basename(new URL(address).pathname) || address, content: Buffer.concat(chunks) };
}

async function write(host: ImportHost, root: string, { formats, imported }: ImportResult): Promise<void> {
  const all = importedFiles(imported, { secretsTo: 'store' }).secrets;
  const leave = all.length === 0 ? new Set<string>() : await chooseSecrets(all);
  if (!leave) return;
  let { files, secrets } = importedFiles(imported, { secretsTo: 'store', leave });
  files = await withExisting(files, path => readFile(join(root, path), 'utf8').catch(() => undefined));
  const { changed } = await planFiles(root, files);
  const replaced = changed.filter(path => !/(?:^|\/)(?:http-client\.(?:private\.)?env\.json|\.gitignore)$/.test(path));
  if (replaced.length > 0) {
    const replace = 'Replace';
    const both = 'Keep Both';
    const chosen = await ask({
      kind: 'warning',
      modal: true,
      sentence: 'This was imported before. Files that are different now: {0}.',
      foreign: [replaced.length],
      detail: `“Replace” loses what was changed in them:\n${replaced.slice(0, 8).join('\n')}${replaced.length > 8 ? '\n…' : ''}`,
      choices: [both, replace],
    });
    if (chosen !== both && chosen !== replace) return;
    if (chosen === both) {
      const taken = (await vscode.workspace.fs.readDirectory(vscode.Uri.file(root))).map(([name]) => name);
      ({ files, secrets } = importedFiles(imported, { secretsTo: 'store', leave, taken }));
    }
  }
  for (const { name, value } of secrets) await host.secrets.store(name, value);
  await writeFiles(root, files);
  await openFirst(root, files);
  const { requests, environments } = countImported(imported);
  const findings = findingsOf(imported);
  const report = 'Show Report';
  const chosen = await ask({
    kind: findings.length > 0 ? 'warning' : 'information',
    sentence:
      findings.length > 0
        ? 'Imported from {0}. Requests: {1}, environments: {2}, secrets stored: {3}, not carried over: {4}.'
        : 'Imported from {0}. Requests: {1}, environments: {2}, secrets stored: {3}.',
    foreign: [labelsOf(formats), requests, environments, secrets.length, findings.length],
    choices: [report],
  });
  if (chosen !== report) return;
  const content = importReport({ formats, imported }, [...files.keys()], secrets);
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document, { preview: true });
}

/** The secrets to leave in the files; undefined where the person turned away. */
async function chooseSecrets(
  secrets: readonly { readonly name: string; readonly found: string }[],
): Promise<Set<string> | undefined> {
  const items = secrets.map(({ name, found }) => ({
    label: name,
    description: found.replaceAll('$(', '$ ('),
    picked: true,
    iconPath: new vscode.ThemeIcon('key'),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Import Requests: Store Secrets',
    placeHolder: 'Selected secrets go to the secret store, the others stay in the files',
    canPickMany: true,
    matchOnDescription: true,
  });
  if (!chosen) return undefined;
  const kept = new Set(chosen.map(({ label }) => label));
  return new Set(secrets.map(({ name }) => name).filter(name => !kept.has(name)));
}

async function openFirst(root: string, files: WrittenFiles): Promise<void> {
  const paths = [...files.keys()].filter(path => /\.http$/.test(path));
  const first =
    paths.find(path => !/(?:^|\/)(?:collection|folder)\.http$/.test(path)) ?? paths[0] ?? [...files.keys()][0];
  if (first === undefined) return;
  await vscode.window.showTextDocument(vscode.Uri.file(join(root, first)), { preview: false });
}

async function chooseRoot(): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri.fsPath;
  if (folders[0]) return folders[0].uri.fsPath;
  const open = 'Open Folder';
  const sentence = 'Requests are imported as files: open a folder for them first.';
  if ((await ask({ kind: 'information', sentence, choices: [open] })) === open) {
    await vscode.commands.executeCommand('workbench.action.files.openFolder');
  }
  return undefined;
}
