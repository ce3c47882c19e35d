import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from '../../src/language/parser.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../syntaxes/${name}`, import.meta.url), 'utf8'));

interface Configuration {
  readonly onEnterRules: readonly { readonly beforeText: string; readonly action: { readonly appendText: string } }[];
}

describe('the language configuration', () => {
  const { onEnterRules } = read('language-configuration.json') as Configuration;
  const cases: [string, string | undefined][] = [
    ['# @auth oauth2', '#   '],
    ['// @auth oauth2', '//   '],
    ['# @auth basic username=ada password=x', undefined],
    ['// @auth oauth2 a=b', undefined],
    ['# @auth bearer token={{t}}', undefined],
    ['#   grantType = x', '#   '],
    ['# @auth none', undefined],
    ['# a comment', undefined],
    ['#   ', undefined],
    ['GET /x', undefined],
  ];
  for (const [line, expected] of cases) {
    it(`goes on with ${JSON.stringify(expected ?? '')} after ${JSON.stringify(line)}`, () => {
      const rule = onEnterRules.find(({ beforeText }) => new RegExp(beforeText).test(line));
      assert.equal(rule?.action.appendText, expected);
    });
  }
});

describe('the snippets', () => {
  const snippets = read('snippets.json') as Record<string, { readonly body: readonly string[] }>;
  for (const [name, { body }] of Object.entries(snippets)) {
    it(`"${name}" is free of mistakes where it stands`, () => {
      const text = body
        .join('\n')
        .replace(/\$\{\d+:((?:\\.|[^}\\])*)\}/g, (_, value: string) => value.replace(/\\(.)/g, '$1'))
        .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
        .replaceAll('$0', '')
        .replaceAll('\\$', '$');
      const whole = text.startsWith('{{') ? `GET ${text}` : text;
      const problems = parse(whole).blocks.flatMap(({ block }) => block.diagnostics);
      assert.deepEqual(problems, [], whole);
    });
  }
});
