import assert from 'node:assert/strict';
import { nodeAt } from '../../src/language/node-at.ts';
import { parse } from '../../src/language/parser.ts';

/** What stands at the `|` of a text. */
function at(marked: string): string {
  const offset = marked.indexOf('|');
  const node = nodeAt(parse(marked.replace('|', '')), offset);
  const name = 'name' in node ? ` ${node.name.text}` : '';
  const field = 'field' in node && node.field ? ` of ${node.field.name.text}` : '';
  const reference = node.reference ? ` in {{${node.reference.name.text}}}` : '';
  return node.kind + name + field + reference;
}

describe('nodeAt', () => {
  const cases: [string, string][] = [
    ['### Ti|tle\nGET /x', 'title'],
    ['GE|', 'method'],
    ['pu|', 'method'],
    ['GET| /x', 'method'],
    ['GET /x|?a=1', 'target'],
    ['GET /x\n  ?a={{na|me}}', 'target in {{name}}'],
    ['GET /x HTTP|/1.1', 'version'],
    ['GET /x\nAcc|', 'header-name Acc'],
    ['GET /x\nAccept|: a', 'header-name Accept'],
    ['GET /x\nAccept: |', 'header-value'],
    ['GET /x\nAccept: {{t.a|b}}', 'header-value in {{t}}'],
    ['# @|', 'directive-name '],
    ['# @ti|', 'directive-name ti'],
    ['# @timeout 1|0', 'directive-value'],
    ['# plain| comment', 'comment'],
    ['# @auth |', 'auth-scheme'],
    ['# @auth ba|', 'auth-scheme'],
    ['# @auth basic |', 'auth-field-name '],
    ['# @auth basic us|', 'auth-field-name us'],
    ['# @auth basic use|rname=x', 'auth-field-name username of username'],
    ['# @auth basic username=|', 'auth-field-value of username'],
    ['# @auth basic username="a|b" password=c', 'auth-field-value of username'],
    ['# @auth basic username=a password={{se|c}}', 'auth-field-value of password in {{sec}}'],
    ['# @auth oauth2\n#   gr|\nGET /x', 'auth-field-name gr'],
    ['# @auth oauth2\n#   |\nGET /x', 'auth-field-name '],
    ['# @auth oauth2\n#   grantType = |\nGET /x', 'auth-field-value of grantType'],
    ['@ho|st = x', 'variable-name'],
    ['@host = x|', 'variable-value'],
    ['GET {{ba|', 'target in {{ba}}'],
    ['GET /x\n\n{"a": "{{$gu|id}}"}', 'body in {{$guid}}'],
    ['GET /x\n\n> {%\n fo|o\n%}', 'foreign'],
    ['GET /x\n|', 'blank'],
    ['|', 'blank'],
  ];
  for (const [text, expected] of cases) {
    it(`finds ${expected.trim()} in ${JSON.stringify(text)}`, () => assert.equal(at(text), expected));
  }
});
