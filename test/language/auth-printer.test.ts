import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AuthStatement, setAuth, setFileAuth } from '../../src/language/auth-printer.ts';
import { applyEdits } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { textOfBlock } from '../../src/language/positions.ts';
import type { AuthNode } from '../../src/language/syntax-tree.ts';
import { documentText } from './documents.ts';

const value = fc.oneof(
  fc.constantFrom(
    '',
    'bare',
    'two words',
    '"',
    '\\',
    'a\\nb',
    'line\nbreak',
    '{{x}}',
    '{{$secret a b}}',
    '{{open',
    '< x',
    '<',
  ),
  fc.constantFrom(' lead', 'trail ', 'a=b', '"quoted"', '#', '// x', '\r\n', 'C:\\dir\\', `${'long '.repeat(40)}end`),
  fc.string({ maxLength: 12 }),
  fc.string({ maxLength: 8, unit: 'binary' }),
);
const path = fc.constantFrom('./key.pem', '../a b/key.pem', 'C:\\keys\\a.pem');
const field = fc.oneof(
  fc.record({ value, fromFile: fc.constant(false) }),
  fc.record({ value: path, fromFile: fc.constant(true) }),
);
const statement: fc.Arbitrary<AuthStatement> = fc
  .tuple(
    fc.constantFrom('basic', 'bearer', 'oauth2'),
    fc.dictionary(fc.constantFrom('a', 'token', 'username', 'password', 'grantType'), field),
  )
  .map(([scheme, fields]) => ({
    scheme,
    fields: Object.entries(fields).map(([name, rest]) => ({ name, ...rest })),
  }));

function values(auth: AuthNode | undefined): unknown {
  const fields = (auth?.fields ?? []).map(node => [node.name.text, [node.value.text, node.fromFile]]);
  return { scheme: auth?.scheme.text, fields: Object.fromEntries(fields) };
}

function wanted(auth: AuthStatement): unknown {
  const fields = auth.fields.map(node => [node.name, [node.value, node.fromFile]]);
  return { scheme: auth.scheme, fields: Object.fromEntries(fields) };
}

/** Applies a change of the only `@auth` of a text and gives the text after it. */
function change(text: string, auth: AuthStatement | undefined, block = 0): string {
  const tree = parse(text);
  const placed = tree.blocks[block];
  assert.ok(placed);
  return applyEdits(text, setAuth(tree, placed, auth));
}

describe('setAuth', () => {
  it('writes a directive that says what was asked, whatever stood there', () => {
    fc.assert(
      fc.property(documentText, statement, fc.nat(), (text, auth, at) => {
        const tree = parse(text);
        const index = at % tree.blocks.length;
        const placed = tree.blocks[index];
        if (placed === undefined || placed.block.openEnded || hasSeveral(placed.block.directives)) return;
        const fields = placed.block.auth?.fields ?? [];
        if (new Set(fields.map(node => node.name.text)).size !== fields.length) return;
        if (placed.block.diagnostics.some(({ code }) => code.startsWith('missing-'))) return;
        const after = parse(applyEdits(text, setAuth(tree, placed, auth)));
        assert.equal(after.blocks.length, tree.blocks.length);
        assert.deepEqual(values(after.blocks[index]?.block.auth), wanted(auth));
        const others = (which: typeof tree): string[] =>
          which.blocks.filter((_, other) => other !== index).map(other => textOfBlock(which, other));
        assert.deepEqual(others(after), others(tree));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves the text alone when nothing changes', () => {
    fc.assert(
      fc.property(statement, fc.constantFrom('\n', '\r\n'), (auth, end) => {
        const text = change(`### a${end}GET /x${end}`, auth);
        const tree = parse(text);
        const placed = tree.blocks[0];
        assert.ok(placed);
        assert.deepEqual(setAuth(tree, placed, auth), []);
      }),
    );
  });

  it('touches only the value that changes', () => {
    const text = '### a\n// note\n//  @auth  basic  username=ada   password="x y"\nGET /x\n';
    const fields = [
      { name: 'username', value: 'bob' },
      { name: 'password', value: 'x y' },
    ];
    const tree = parse(text);
    const placed = tree.blocks[0];
    assert.ok(placed);
    const at = text.indexOf('ada');
    assert.deepEqual(setAuth(tree, placed, { scheme: 'basic', fields }), [{ start: at, end: at + 3, text: 'bob' }]);
  });

  it('adds a field in the style of the lines above it', () => {
    const text = '# @auth oauth2\r\n#     grantType = x\r\n#     scope     = y\r\nGET /x\r\n';
    const fields = ['grantType', 'scope', 'id'].map((name, index) => ({ name, value: 'xyz'.charAt(index) }));
    assert.equal(
      change(text, { scheme: 'oauth2', fields }),
      '# @auth oauth2\r\n#     grantType = x\r\n#     scope     = y\r\n#     id        = z\r\nGET /x\r\n',
    );
  });

  it('goes on in lines of their own when many fields come at once', () => {
    const fields = ['a', 'bb', 'ccc', 'dddd'].map(name => ({ name, value: '1' }));
    assert.equal(
      change('GET /x', { scheme: 's', fields }),
      '# @auth s\n#   a    = 1\n#   bb   = 1\n#   ccc  = 1\n#   dddd = 1\nGET /x',
    );
  });

  it('removes the directive with its lines', () => {
    assert.equal(change('### a\n# @auth s\n#   a = 1\n# note\nGET /x\n', undefined), '### a\n# note\nGET /x\n');
  });
});

describe('setFileAuth', () => {
  const auth = { scheme: 'none', fields: [] };

  it('makes the block that speaks for the file where there is none', () => {
    const tree = parse('GET /x\n');
    assert.equal(applyEdits(tree.text, setFileAuth(tree, auth)), '# @auth none\n\n###\nGET /x\n');
  });

  it('uses the block at the top', () => {
    const tree = parse('# about\n@a = 1\n\n### x\nGET /x\n');
    assert.equal(applyEdits(tree.text, setFileAuth(tree, auth)), '# about\n# @auth none\n@a = 1\n\n### x\nGET /x\n');
  });
});

function hasSeveral(directives: readonly { readonly name: { readonly text: string } }[]): boolean {
  return directives.filter(({ name }) => name.text.toLowerCase() === 'auth').length > 1;
}
