import { join } from 'node:path';
import * as vscode from 'vscode';
import { planFiles, writeFiles } from '../node/write-files.ts';
import type { Console } from './console.ts';
import { ask, tell } from './notices.ts';

const folder = 'countersign-sample';

/** Requests to Postman Echo, whose credentials are public. @see https://www.postman.com/postman/published-postman-templates */
const files: ReadonlyMap<string, string> = new Map([
  [
    `${folder}/collection.http`,
    `# A folder with this file is a collection. What is said here holds for every request below it.
# The credentials of Postman Echo are public; yours belong into secrets: {{$secret name}}.
# @auth basic username=postman password=password
@baseUrl = https://postman-echo.com
`,
  ],
  [
    `${folder}/first-requests.http`,
    `### What did I send?
# @name echo
GET {{baseUrl}}/get
    ?greeting=hello
Accept: application/json

### Authorized by the collection
GET {{baseUrl}}/basic-auth

### Wrong on purpose: send it, and read why it was refused
# @auth basic username=postman password=not-the-password
GET {{baseUrl}}/basic-auth

### Another authorization, for this request alone
# @auth digest username=postman password=password
GET {{baseUrl}}/digest-auth

### None at all
# @auth none
POST {{baseUrl}}/post
Content-Type: application/json

{
  "said": "{{echo.response.body.$.args.greeting}}",
  "id": "{{$guid}}"
}
`,
  ],
  [
    `${folder}/signed/folder.http`,
    `# A folder may say something else for what is in it.
# @auth hawk authId=dh37fgj492je authKey=werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn
`,
  ],
  [
    `${folder}/signed/signed.http`,
    `### Signed with Hawk, by the folder
GET {{baseUrl}}/auth/hawk

### Signed with OAuth 1.0
# @auth oauth1
#   consumerKey    = RKCGzna7bv9YD57c
#   consumerSecret = D+EdQ-gs$-%@2Nu7
GET {{baseUrl}}/oauth1
`,
  ],
]);

/** Writes a collection to try things with into the workspace, and opens it. One that is there stays as it is. */
export async function openSample(console: Console): Promise<void> {
  const [root] = vscode.workspace.workspaceFolders ?? [];
  if (!root) {
    const open = 'Open Folder';
    const sentence = 'The sample is a folder of files: open a folder for it first.';
    if ((await ask({ kind: 'information', sentence, choices: [open] })) === open) {
      await vscode.commands.executeCommand('workbench.action.files.openFolder');
    }
    return;
  }
  try {
    const { changed } = await planFiles(root.uri.fsPath, files);
    await writeFiles(root.uri.fsPath, new Map([...files].filter(([path]) => !changed.includes(path))));
    await vscode.window.showTextDocument(vscode.Uri.file(join(root.uri.fsPath, folder, 'first-requests.http')));
  } catch (error) {
    tell('error', '{0}', console.error(error).message);
  }
}
