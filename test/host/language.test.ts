import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** Waits until a question has the answer that is wanted, asking again when something changed. */
async function eventually<T>(ask: () => Promise<T> | T, wanted: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end) assert.fail(`Not so in 15 s: ${JSON.stringify(answer)?.slice(0, 2000)}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function open(name: string, marked: string): Promise<{ document: vscode.TextDocument; at: vscode.Position }> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(folder);
  const uri = vscode.Uri.joinPath(folder, 'language-tests', name);
  const offset = marked.indexOf('|');
  const text = offset < 0 ? marked : marked.slice(0, offset) + marked.slice(offset + 1);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return { document, at: document.positionAt(Math.max(0, offset)) };
}

const { executeCommand } = vscode.commands;

async function replace(document: vscode.TextDocument, was: string, text: string): Promise<void> {
  const start = document.getText().indexOf(was);
  assert.ok(start >= 0);
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + was.length));
  edit.replace(document.uri, range, text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

describe('the language services in the host', () => {
  after(async () => {
    await executeCommand('workbench.action.closeAllEditors');
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    if (folder) await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, 'language-tests'), { recursive: true });
  });

  it('complete schemes with snippets, their fields, and variables', async () => {
    const labelsAt = async (name: string, marked: string): Promise<string[]> => {
      const { document, at } = await open(name, marked);
      const list = await executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const schemes = await labelsAt('scheme.http', '# @auth |\nGET https://example.com\n');
    for (const label of ['inherit', 'none', 'basic', 'basic …', 'oauth2 …']) assert.ok(schemes.includes(label), label);
    const fields = await labelsAt('field.http', '# @auth apikey key=a |\nGET https://example.com\n');
    assert.deepEqual(
      fields.filter(label => /^(key|value|in)$/.test(label)),
      ['value', 'in'],
    );
    const variables = await labelsAt('variable.http', '@mine = 1\n\n###\nGET https://example.com/{{|}}\n');
    for (const label of ['mine', '$guid', '$secret']) assert.ok(variables.includes(label), label);
  });

  it('show problems as they come and go, and mend a header that the authorization sets', async () => {
    const text = '# @auth basic username=a password=b\nGET https://example.com/{{nope}}\nAuthorization: Bearer x\n';
    const { document } = await open('problems.http', text);
    const codes = (): unknown[] => vscode.languages.getDiagnostics(document.uri).map(({ code }) => code);
    await eventually(codes, found => found.join() === 'unresolved-variable,overridden-header');

    await replace(document, '{{nope}}', 'there');
    await eventually(codes, found => found.join() === 'overridden-header');

    const [problem] = vscode.languages.getDiagnostics(document.uri);
    assert.ok(problem);
    assert.match(problem.message, /Authorization is set by Basic Auth/);
    const actions = await executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    assert.deepEqual(
      actions.map(({ title }) => title),
      ['Remove this header', 'State “@auth none” and send this header'],
    );
    assert.ok(actions[0]?.edit && (await vscode.workspace.applyEdit(actions[0].edit)));
    assert.equal(document.getText(), '# @auth basic username=a password=b\nGET https://example.com/there\n');
    await eventually(codes, found => found.length === 0);
  });

  it('tell of a secret that stands in the file, and move it to the secret store', async () => {
    const text = '### a\n# @auth bearer token=of-the-language-test\nGET https://example.com\n';
    const { document } = await open('literal.http', text);
    const [problem] = await eventually(
      () => vscode.languages.getDiagnostics(document.uri),
      found => found.length === 1,
    );
    assert.equal(problem?.code, 'literal-secret');
    const actions = await executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    assert.deepEqual(
      actions.map(({ title }) => title),
      [
        'Move to the secret store',
        'Move all secrets of this file to the secret store',
        'Move secrets of the workspace to the secret store…',
        'Leave it: it is no secret',
      ],
    );
    const { command } = actions[0] ?? {};
    assert.ok(command);
    await executeCommand(command.command, ...(command.arguments ?? []));
    assert.equal(document.getText(), text.replace('of-the-language-test', '{{$secret literal-token}}'));
    await eventually(
      () => vscode.languages.getDiagnostics(document.uri),
      found => found.length === 0,
    );
  });

  it('offer to define a variable that has no value, or to select the environment that has one', async () => {
    const { document } = await open('undefined.http', 'GET https://example.com/{{nowhere}}/{{onlyInDev}}\n');
    const environments = vscode.Uri.joinPath(document.uri, '../http-client.env.json');
    await vscode.workspace.fs.writeFile(environments, new TextEncoder().encode('{"dev": {"onlyInDev": "1"}}'));
    try {
      const problems = await eventually(
        () => vscode.languages.getDiagnostics(document.uri),
        found => found.length === 2 && found.some(({ message }) => message.includes('“dev”')),
      );
      const titles = async ({ range }: vscode.Diagnostic): Promise<string[]> => {
        const actions = await executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          document.uri,
          range,
          vscode.CodeActionKind.QuickFix.value,
        );
        return actions.map(({ title }) => title);
      };
      const [nowhere, inDev] = problems;
      assert.ok(nowhere && inDev);
      assert.deepEqual(await titles(nowhere), [
        'Define “@nowhere” in this file',
        'Use the secret “nowhere”',
        'Define “nowhere” in an environment…',
      ]);
      assert.match(inDev.message, /“onlyInDev” has a value in the environment “dev”, and no environment is selected\./);
      assert.ok((await titles(inDev)).includes('Select the environment “dev”'));
      await executeCommand('countersign.selectEnvironment', 'dev', document.uri);
      await eventually(
        () => vscode.languages.getDiagnostics(document.uri),
        found => found.length === 1,
      );
    } finally {
      await vscode.workspace.fs.delete(environments);
      await executeCommand('countersign.selectEnvironment', '', document.uri);
    }
  });

  it('follow what folder.http says', async () => {
    const { document } = await open('inherits.http', 'GET https://example.com/{{shared}}\nX-Key: 1\n');
    const codes = (): unknown[] => vscode.languages.getDiagnostics(document.uri).map(({ code }) => code);
    await eventually(codes, found => found.join() === 'unresolved-variable');
    await open('folder.http', '# @auth apikey key=X-Key value=v\n@shared = 1\n');
    await eventually(codes, found => found.join() === 'overridden-header');
    const folder = vscode.Uri.joinPath(document.uri, '../folder.http');
    await executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(folder);
    await eventually(codes, found => found.join() === 'unresolved-variable');
  });

  it('find body files that are not there', async () => {
    const { document } = await open('body.http', 'POST https://example.com\n\n< ./gone.json\n');
    const codes = (): unknown[] => vscode.languages.getDiagnostics(document.uri).map(({ code }) => code);
    await eventually(codes, found => found.join() === 'missing-file');
    const [problem] = vscode.languages.getDiagnostics(document.uri);
    assert.ok(problem);
    const [make] = await executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem.range,
    );
    assert.ok(make?.edit && (await vscode.workspace.applyEdit(make.edit)), make?.title);
    await eventually(codes, found => found.length === 0);
  });

  it('show on hover the authorization in force and the hidden headers', async () => {
    const { document, at } = await open(
      'hover.http',
      '# @auth basic username=a password=Hush4Secret\n\n###\nG|ET https://example.com/x\n',
    );
    const hovers = await executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map(content => (typeof content === 'string' ? content : content.value))
      .join('\n');
    assert.match(text, /\*\*Authorization: Basic Auth\*\*, from \[hover\\\.http, line 1\]/);
    assert.match(text, /hidden headers/);
    assert.match(text, /`Authorization: Basic •••` added by Basic Auth/);
    assert.ok(!text.includes('Hush4Secret') && !text.includes(btoa('a:Hush4Secret')));
  });

  it('hint at the number of hidden headers', async () => {
    const { document } = await open(
      'hints.http',
      '# @auth bearer token={{$secret not-stored}}\nGET https://example.com/x\n',
    );
    const whole = new vscode.Range(0, 0, 2, 0);
    const hints = await executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole);
    const labels = hints.map(({ label }) =>
      typeof label === 'string' ? label : label.map(part => part.value).join(''),
    );
    assert.equal(labels.length, 1);
    assert.match(labels[0] ?? '', /^\d hidden headers$/);
  });

  it('rename a variable in every file that sees it', async () => {
    await open('rename/folder.http', '@host = example.com\n');
    const { document: other } = await open('rename/other.http', 'GET https://{{host}}/2\n');
    const { document, at } = await open('rename/one.http', 'GET https://{{ho|st}}/1\n');
    const edit = await executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      at,
      'server',
    );
    assert.equal(edit.size, 3);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(document.getText(), 'GET https://{{server}}/1\n');
    assert.equal(other.getText(), 'GET https://{{server}}/2\n');
    await vscode.workspace.saveAll();
  });

  it('go from a response to its request', async () => {
    const { document, at } = await open(
      'definition.http',
      'GET https://example.com/{{log|in.response.body.$.id}}\n\n###\n# @name login\nGET https://example.com\n',
    );
    const [found] = await executeCommand<vscode.Location[]>('vscode.executeDefinitionProvider', document.uri, at);
    assert.equal(found?.range.start.line, 3);
  });

  it('outline and fold a document', async () => {
    const { document } = await open(
      'outline.http',
      '@a = 1\n\n### One\n# @name first\nPOST https://example.com\n\n{\n  "a": 1\n}\n\n###\nDELETE https://example.com/2\n',
    );
    const found = await executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['@a', 'One', 'DELETE https://example.com/2'],
    );
    const folds = await executeCommand<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri);
    assert.ok(folds.some(({ start, end }) => start === 2 && end === 8));
  });

  it('format a document', async () => {
    const { document } = await open('format.http', '###   One\nGET   https://example.com\nAccept:text/plain\n');
    const edits = await executeCommand<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', document.uri, {});
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(document.getText(), '### One\nGET https://example.com\nAccept: text/plain\n');
  });

  it('move an authorization to the folder without changing that of another request', async () => {
    const { document: other } = await open('move/other.http', 'GET https://example.com/2\n');
    const { document, at } = await open(
      'move/one.http',
      '### One\n# @auth ba|sic username=a\nGET https://example.com/1\n',
    );
    const actions = await executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(at, at),
      vscode.CodeActionKind.RefactorMove.value,
      10,
    );
    const move = actions.find(({ title }) => title === 'Move this auth to the folder');
    assert.ok(move?.edit && (await vscode.workspace.applyEdit(move.edit)));
    assert.equal(document.getText(), '### One\nGET https://example.com/1\n');
    // What collection.http of the examples states.
    assert.match(other.getText(), /^# @auth basic username=ada password=\{\{\$secret demo-password\}\}\n/);
    const folder = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(document.uri, '../folder.http'));
    assert.equal(folder.getText(), '# @auth basic username=a\n');
    await vscode.workspace.saveAll();
  });
});
