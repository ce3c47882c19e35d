import assert from 'node:assert/strict';
import type { DocumentContext } from '../../../src/features/diagnostics/document-context.ts';
import {
  definitionsAt,
  invalidName,
  isShared,
  liesBelow,
  renameIn,
  symbolAt,
} from '../../../src/features/navigation/navigation.ts';
import { applyEdits } from '../../../src/language/incremental.ts';
import type { SyntaxTree } from '../../../src/language/syntax-tree.ts';
import { findScopes } from '../../../src/sending/scopes.ts';
import { layer, ports } from '../../core/variables-setup.ts';
import { documentAt, folder } from '../marked-documents.ts';

type Files = Record<string, string>;
const environment = [layer('environment', { stage: 'test' })];

async function contextOf(marked: string, others: Files = {}) {
  const { file, tree, offset, scopes, workspace } = await documentAt(marked, others);
  const context: DocumentContext = { file, tree, scopes: scopes.scopes, environment, ports: ports() };
  return { context, offset, workspace };
}

/** Where the definition is: file, and the text there. */
async function definition(marked: string, others: Files = {}): Promise<readonly string[]> {
  const { context, offset, workspace } = await contextOf(marked, others);
  const treeOf = (file: string): SyntaxTree | undefined => workspace.tree(file) as SyntaxTree | undefined;
  return definitionsAt(context, offset, treeOf).map(found => {
    if ('line' in found) return `${found.file}:${found.line}`;
    const { text } = treeOf(found.file) as SyntaxTree;
    const line = text.slice(0, found.start).split('\n').length;
    return `${found.file.slice(folder.length + 1)}:${line} ${text.slice(found.start, found.end)}`;
  });
}

/** All files after a rename. */
async function renamed(marked: string, name: string, others: Files = {}): Promise<Files> {
  const { context, offset, workspace } = await contextOf(marked, others);
  const symbol = symbolAt(context, offset);
  assert.ok(symbol);
  const plain = marked.replace('|', '');
  assert.equal(plain.slice(symbol.span.start, symbol.span.end), symbol.name);
  const result: Files = {};
  for (const [file, text] of Object.entries({ 'users.http': plain, ...others })) {
    const path = `${folder}/${file}`;
    const tree = (await workspace.tree(path)) as SyntaxTree;
    const { scopes } = await findScopes(path, tree, workspace);
    const edits = liesBelow(path, symbol) ? renameIn({ ...context, file: path, tree, scopes }, symbol, name) : [];
    result[file] = applyEdits(text, edits);
  }
  return result;
}

describe('Go to definition', () => {
  it('finds variables of the file, the folder, the collection and the environment', async () => {
    assert.deepEqual(await definition('@a = 1\n\n###\nGET /{{|a}}\n'), ['users.http:1 a']);
    assert.deepEqual(await definition('GET /{{a|}}\n', { 'folder.http': '\n@a = 1\n' }), ['folder.http:2 a']);
    assert.deepEqual(await definition('GET /x\n\n{{|a}}\n', { 'collection.http': '@a = 1\n' }), [
      'collection.http:1 a',
    ]);
    assert.deepEqual(await definition('GET /{{st|age}}\n'), ['/environment.http:1']);
  });

  it('finds named requests from their responses, and prompts', async () => {
    assert.deepEqual(await definition('GET /{{log|in.response.body.id}}\n###\n# @name login\nGET /\n'), [
      'users.http:3 login',
    ]);
    assert.deepEqual(await definition('# @prompt otp What?\nGET /{{o|tp}}\n'), ['users.http:1 otp']);
  });

  it('finds the inner of nested references', async () => {
    assert.deepEqual(await definition('@b = 1\n@a_1 = x\n\n###\nGET /{{a_{{|b}}}}\n'), ['users.http:1 b']);
  });

  it('finds nothing for dynamic variables, secrets and unknown names', async () => {
    for (const text of ['{{$gu|id}}', '{{$secret k|}}', '{{no|}}']) {
      assert.deepEqual(await definition(`GET /${text}\n`), []);
    }
  });
});

describe('Rename', () => {
  it('renames a variable where it is stated and where it is used', async () => {
    const text =
      '@base = http://h\n@url = {{ba|se}}/x\n\n###\nGET {{base}}/{{%base}}/{{based}}\n# {{base}}\n\n{{base}} base\n';
    assert.deepEqual(await renamed(text, 'root'), {
      'users.http':
        '@root = http://h\n@url = {{root}}/x\n\n###\nGET {{root}}/{{%root}}/{{based}}\n# {{base}}\n\n{{root}} base\n',
    });
  });

  it('renames one of a folder in every file that sees it, and not where another hides it', async () => {
    const others = {
      'folder.http': '@a = 1\n',
      'sub/x.http': 'GET /{{a}}\n',
      'sub/y.http': '@a = 2\n\n###\nGET /{{a}}\n',
    };
    assert.deepEqual(await renamed('GET /{{|a}}\n', 'b', others), {
      'users.http': 'GET /{{b}}\n',
      'folder.http': '@b = 1\n',
      'sub/x.http': 'GET /{{b}}\n',
      'sub/y.http': '@a = 2\n\n###\nGET /{{a}}\n',
    });
  });

  it('renames a request and the references to its response', async () => {
    const text =
      '# @name lo|gin\nGET /\n\n###\n@login = x\nGET /{{login.response.body.$.id}}/{{login.$.id}}/{{login}}\n';
    assert.deepEqual(await renamed(text, 'signIn'), {
      'users.http':
        '# @name signIn\nGET /\n\n###\n@login = x\nGET /{{signIn.response.body.$.id}}/{{signIn.$.id}}/{{login}}\n',
    });
  });

  it('renames a prompt in its own request alone', async () => {
    const text = '# @prompt a\nGET /{{|a}}\n\n###\n@a = 1\nGET /{{a}}\n';
    assert.deepEqual(await renamed(text, 'b'), {
      'users.http': '# @prompt b\nGET /{{b}}\n\n###\n@a = 1\nGET /{{a}}\n',
    });
  });

  it('is not offered for what no document states', async () => {
    for (const text of ['GET /{{st|age}}\n', 'GET /{{$gu|id}}\n', 'GET /x|\n', '# {{a|}}\n@a = 1\n']) {
      const { context, offset } = await contextOf(text);
      assert.equal(symbolAt(context, offset), undefined, text);
    }
  });

  it('takes only names that can be written', async () => {
    const { context, offset } = await contextOf('@|a = 1\n');
    const symbol = symbolAt(context, offset);
    assert.ok(symbol && !isShared(symbol));
    for (const name of ['', 'a b', '$a', 'a}}', 'a=b']) assert.ok(invalidName(symbol, name), name);
    assert.equal(invalidName(symbol, 'user.name-2'), undefined);
    assert.ok(invalidName({ ...symbol, kind: 'request' }, 'a.b'));
  });
});
