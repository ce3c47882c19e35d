import * as vscode from 'vscode';
import { isImportFile } from '../../convert/source-names.ts';
import type { CollectionNode } from '../../features/collections/collection-node.ts';
import type { Documents } from '../documents.ts';
import type { Sender } from '../sender.ts';
import type { Collections } from './collections.ts';
import { registerPathUpdates } from './path-updates.ts';

const viewId = 'countersign.collections';
const dragged = `application/vnd.code.tree.${viewId}`;

const commands = [
  'newCollection',
  'newFolder',
  'newRequest',
  'open',
  'rename',
  'duplicate',
  'delete',
  'send',
  'sendAll',
  'cancel',
  'clearResults',
  'undo',
  'copyAsCurl',
  'reveal',
  'copyPath',
  'openAuthorization',
];

/** Files and folders of other tools that are dropped onto the view are imported. @param list one URI a line */
export async function importDropped(list: string, take: (uri: vscode.Uri) => Thenable<unknown>): Promise<void> {
  for (const line of list.split(/\r?\n/)) {
    if (!/^[a-z][\w+.-]+:/i.test(line)) continue;
    const uri = vscode.Uri.parse(line);
    if (isImportFile(uri.path) || (await isFolder(uri))) await take(uri);
  }
}

const isFolder = async (uri: vscode.Uri): Promise<boolean> =>
  vscode.workspace.fs.stat(uri).then(
    ({ type }) => (type & vscode.FileType.Directory) !== 0,
    () => false,
  );

/** The collections view and its commands; what they do is loaded when the view is first shown or used. */
export function registerCollections(host: { documents: Documents; sender: Sender }): vscode.Disposable {
  const changed = new vscode.EventEmitter<CollectionNode | CollectionNode[] | undefined>();
  let loaded: Collections | undefined;
  let loading: Promise<Collections> | undefined;
  const load = (): Promise<Collections> => {
    loading ??= import('../workspace-views.ts').then(module => {
      const redraw = (nodes?: readonly CollectionNode[]): void => changed.fire(nodes && [...nodes]);
      loaded = new module.Collections({ ...host, view, redraw });
      return loaded;
    });
    return loading;
  };

  const view: vscode.TreeView<CollectionNode> = vscode.window.createTreeView(viewId, {
    canSelectMany: true,
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async node => (await load()).children(node),
      getTreeItem: async node => (await load()).item(node),
      getParent: node => node.parent,
      resolveTreeItem: async (item, node) => (await load()).resolve(item, node),
    },
    dragAndDropController: {
      dropMimeTypes: [dragged, 'text/uri-list'],
      dragMimeTypes: ['text/uri-list'],
      handleDrag(nodes, data) {
        data.set(dragged, new vscode.DataTransferItem(nodes));
        const uris = nodes.flatMap(node => (node.kind === 'file' ? [vscode.Uri.file(node.file).toString()] : []));
        if (uris.length > 0) data.set('text/uri-list', new vscode.DataTransferItem(uris.join('\r\n')));
      },
      async handleDrop(target, data) {
        const nodes: unknown = data.get(dragged)?.value;
        // The notification about the move may stay open: the drop ends before it.
        if (Array.isArray(nodes)) void (await load()).move(nodes, target);
        else {
          const list = (await data.get('text/uri-list')?.asString()) ?? '';
          await importDropped(list, uri => vscode.commands.executeCommand('countersign.import', uri));
        }
      },
    },
  });

  return vscode.Disposable.from(
    changed,
    view,
    registerPathUpdates(host.documents),
    { dispose: () => loaded?.dispose() },
    ...commands.map(name =>
      vscode.commands.registerCommand(`${viewId}.${name}`, async (node?: CollectionNode, nodes?: CollectionNode[]) =>
        (await load()).run(name, node, nodes),
      ),
    ),
  );
}
