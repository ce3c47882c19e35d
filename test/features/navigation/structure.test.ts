import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DocumentDiagnostics } from '../../../src/features/diagnostics/diagnostics.ts';
import { documentLinks } from '../../../src/features/navigation/document-links.ts';
import { foldings } from '../../../src/features/navigation/folding.ts';
import { outline } from '../../../src/features/navigation/outline.ts';
import { selectionRanges } from '../../../src/features/navigation/selection-ranges.ts';
import { authActions, quickFixes } from '../../../src/features/refactoring/code-actions.ts';
import { applyEdits } from '../../../src/language/incremental.ts';
import { parse } from '../../../src/language/parser.ts';
import { ports } from '../../core/variables-setup.ts';
import { documentText } from '../../language/documents.ts';
import { documentAt, folder } from '../marked-documents.ts';

const text = `# @auth basic username=a password=b
@base = http://h

### List users
# @name list
GET {{base}}/users
    ?page=1
Accept: */*

### Create
# @auth oauth2
#   grantType = client_credentials
#   clientId  = x
POST {{base}}/users
Content-Type: application/json

{
  "a": 1
}

###
DELETE {{base}}/users/1

< ./body.json
`;

describe('The outline', () => {
  it('has the requests with method and name, and what the file states', () => {
    const items = outline(parse(text)).map(({ kind, name, detail }) => `${kind} ${name} | ${detail}`);
    assert.deepEqual(items, [
      'auth @auth basic | Basic Auth',
      'variable @base | ',
      'request List users | list · GET {{base}}/users?page=1',
      'request Create | POST {{base}}/users',
      'request DELETE {{base}}/users/1 | ',
    ]);
  });

  it('has a name for everything, and selections within their wholes, whatever the text', () => {
    fc.assert(
      fc.property(documentText, source => {
        for (const { name, start, end, selection } of outline(parse(source))) {
          assert.ok(name !== '' && start <= selection.start && selection.end <= end && end <= source.length);
        }
      }),
    );
  });
});

describe('Folding', () => {
  it('folds blocks, the fields of @auth and bodies', () => {
    const ranges = foldings(parse(text)).map(({ start, end, kind }) => `${start + 1}-${end + 1} ${kind ?? ''}`.trim());
    assert.deepEqual(ranges, ['1-2', '4-8 region', '10-19 region', '11-13', '17-19', '21-24 region']);
  });

  it('folds comments of several lines', () => {
    const ranges = foldings(parse('GET /x\n\n###\n# one\n# two\n/*\n a\n*/\nGET /y\n'));
    assert.ok(ranges.some(({ start, end, kind }) => kind === 'comment' && start === 3 && end === 7));
  });

  it('gives ranges within the document, whatever the text', () => {
    fc.assert(
      fc.property(documentText, source => {
        const tree = parse(source);
        const lines = tree.blocks.reduce((sum, { block }) => sum + block.lineCount, 0);
        for (const { start, end } of foldings(tree)) assert.ok(start < end && end < Math.max(1, lines));
      }),
    );
  });
});

describe('Links and selections', () => {
  it('lead to the files that bodies and fields name', () => {
    const source = '# @auth jwt\n#   privateKey = < ./key.pem\nPOST /x\n\n< ./a.json\n<@ {{b}}.json\n';
    const links = documentLinks(parse(source));
    assert.deepEqual(
      links.map(({ start, end, path }) => [source.slice(start, end), path]),
      [
        ['./a.json', './a.json'],
        ['./key.pem', './key.pem'],
      ],
    );
  });

  it('expand from the word to the document', () => {
    const at = text.indexOf('client_cred') + 3;
    const shown = selectionRanges(parse(text), at).map(({ start, end }) => text.slice(start, end));
    assert.equal(shown[0], 'client_credentials');
    assert.ok(shown.includes('#   grantType = client_credentials'));
    assert.equal(shown.at(-1), text);
  });
});

describe('Code actions', () => {
  const fixesOf = async (marked: string): Promise<Record<string, string>> => {
    const { file, tree, offset, scopes } = await documentAt(marked);
    const inputs = { file, scopes: scopes.scopes, environment: [], ports: ports() };
    const found = new DocumentDiagnostics().update(tree, inputs);
    const fixes = quickFixes(tree, found, { start: offset, end: offset });
    return Object.fromEntries(fixes.map(({ title, edits }) => [title, applyEdits(tree.text, edits)]));
  };

  it('mend slips in schemes and fields', async () => {
    assert.deepEqual(await fixesOf('# @auth bas|ik\nGET http://h\n'), {
      'Change to “basic”': '# @auth basic\nGET http://h\n',
    });
  });

  it('add the field that a scheme needs', async () => {
    assert.deepEqual(await fixesOf('# @auth bea|rer prefix=x\nGET http://h\n'), {
      'Add “token”': '# @auth bearer prefix=x token={{$secret bearer-token}}\nGET http://h\n',
    });
  });

  it('mend a variable that nothing states', async () => {
    assert.deepEqual(await fixesOf('@base = 1\n\n###\nGET http://h/{{ba|s}}\n'), {
      'Change to “base”': '@base = 1\n\n###\nGET http://h/{{base}}\n',
      'Define “@bas” in this file': '@base = 1\n@bas = \n\n###\nGET http://h/{{bas}}\n',
      'Use the secret “bas”': '@base = 1\n\n###\nGET http://h/{{$secret bas}}\n',
    });
    assert.deepEqual(await fixesOf('GET http://h/{{|xyz}}\n'), {
      'Define “@xyz” in this file': '@xyz = \n\n###\nGET http://h/{{xyz}}\n',
      'Use the secret “xyz”': 'GET http://h/{{$secret xyz}}\n',
    });
  });

  it('offer to move what is stated outward, and to state what is inherited', async () => {
    const actions = async (marked: string, others = {}): Promise<unknown[]> => {
      const { file, tree, offset, scopes } = await documentAt(marked, others, 'a/x.http');
      return authActions(file, tree, offset, scopes).map(action =>
        action.kind === 'state' ? 'state' : `${action.level} ${action.destination.slice(folder.length + 1)}`,
      );
    };
    const stated = '### One\n# @auth ba|sic\nGET /1\n';
    assert.deepEqual(await actions(stated), ['file a/x.http', 'folder a/folder.http', 'collection collection.http']);
    assert.deepEqual(await actions(stated, { 'a/folder.http': '# @auth none\n' }), [
      'file a/x.http',
      'collection collection.http',
    ]);
    assert.deepEqual(await actions('# @auth ba|sic\n\n###\nGET /1\n'), [
      'folder a/folder.http',
      'collection collection.http',
    ]);
    assert.deepEqual(await actions('GE|T /1\nA: b\n'), ['state']);
    assert.deepEqual(await actions('GET /1\nA: b|\n'), []);
  });
});
