import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate, { type IGrammar } from 'vscode-textmate';

const grammarFile = new URL('../../syntaxes/http.tmLanguage.json', import.meta.url);
const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');

/** The scopes of a piece of the text's line that holds it, innermost last. */
function scopesOf(grammar: IGrammar, text: string, piece: string): string {
  let state = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    const at = line.indexOf(piece);
    if (at === -1) continue;
    return tokens.find(({ startIndex, endIndex }) => startIndex <= at && at < endIndex)?.scopes.join(' ') ?? '';
  }
  assert.fail(`"${piece}" is not in the text`);
}

describe('the grammar', () => {
  let grammar: IGrammar;

  before(async () => {
    await oniguruma.loadWASM(new Uint8Array(readFileSync(wasm)).buffer);
    const registry = new textmate.Registry({
      onigLib: Promise.resolve({
        createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
        createOnigString: text => new oniguruma.OnigString(text),
      }),
      loadGrammar: async scope => {
        if (scope === 'source.http')
          return textmate.parseRawGrammar(readFileSync(grammarFile, 'utf8'), grammarFile.pathname);
        const word = { match: '\\w+', name: `word.${scope}` };
        const open = { begin: '\\{', end: '\\}', patterns: [word] };
        return { scopeName: scope, patterns: [open, word], repository: { $self: word, $base: word } };
      },
    });
    const loaded = await registry.loadGrammar('source.http');
    assert.ok(loaded);
    grammar = loaded;
  });

  const file = [
    '# about',
    '# @auth oauth2 flag=true secret="a b"',
    '#   scope = {{scopes}} more',
    '#   key = < ./key.pem',
    '@base = https://a.example',
    '',
    '### Make one',
    '# @name make',
    'POST {{base}}/things?size=1 HTTP/1.1',
    '    &page=2',
    'Content-Type: application/json',
    'Accept: text/plain',
    '',
    '{"jsonword": "{{inner}}"}',
    '> {%',
    '  handlerword',
    '%}',
    '### Open',
    'POST /',
    '',
    '{ "unclosed":',
    '### Next',
    'put /xml',
    '',
    '<xmlword/>',
    '### Query',
    'POST /graphql',
    'Content-Type: application/graphql',
    '',
    'query { graphword }',
    '### Form',
    'POST /form',
    'Content-Type: application/x-www-form-urlencoded',
    '',
    '# switched=off',
    '### Bare',
    '{{base}}/bareword',
    '',
    '{ "guessed": 1 }',
  ].join('\n');

  const expected: [string, string][] = [
    ['about', 'comment.line'],
    ['oauth2', 'entity.name.type.auth-scheme'],
    ['flag', 'variable.parameter.auth-field'],
    ['true', 'constant.language.boolean'],
    ['a b', 'string.quoted.double'],
    ['scope ', 'variable.parameter.auth-field'],
    ['scopes', 'variable.other.reference'],
    ['./key.pem', 'string.unquoted.path'],
    ['base =', 'variable.other'],
    ['Make one', 'entity.name.section'],
    ['name make', 'keyword.other.directive'],
    ['POST', 'keyword.control.method'],
    ['HTTP/1.1', 'keyword.other.version'],
    ['page', 'variable.parameter.query'],
    ['Accept', 'entity.name.tag.header'],
    ['jsonword', 'meta.embedded.block.json word.source.json'],
    ['inner', 'variable.other.reference'],
    ['handlerword', 'meta.embedded.block.javascript word.source.js'],
    ['Next', 'entity.name.section'],
    ['put', 'keyword.control.method'],
    ['xmlword', 'meta.embedded.block.xml word.text.xml'],
    ['graphword', 'meta.embedded.block.graphql word.source.graphql'],
    ['switched', 'comment.line'],
    ['bareword', 'string.unquoted.target'],
    ['guessed', 'meta.embedded.block.json word.source.json'],
  ];

  for (const [piece, scope] of expected) {
    it(`gives "${piece.trim()}" the scope ${scope}`, () => {
      const scopes = scopesOf(grammar, file, piece);
      assert.ok(scopes.includes(scope), scopes);
    });
  }
});
