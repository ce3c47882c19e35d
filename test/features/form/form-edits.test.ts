import assert from 'node:assert/strict';
import fc from 'fast-check';
import { schemes } from '../../../src/auth/schemes/index.ts';
import { parsePairs } from '../../../src/auth/values.ts';
import { type FormChange, FormMemory, formEdits, printPairs } from '../../../src/features/form/form-edits.ts';
import { type RequestRow, requestRows } from '../../../src/features/form/form-rows.ts';
import { type FormTarget, followRequest, formAuth } from '../../../src/features/form/form-target.ts';
import { type RowList, rowLists } from '../../../src/features/form/row-list.ts';
import { parse } from '../../../src/language/parser.ts';
import { printEdits } from '../../../src/language/printer.ts';
import { targetIn } from '../form-ports.ts';

const file = '/w/a.http';

/** The text after changes to the request that holds `of`, or to the file's own level. */
function change(text: string, of: string | undefined, ...changes: readonly FormChange[]): string {
  const memory = new FormMemory();
  let target = targetIn(parse(text), file, of);
  for (const each of changes) target = apply(target, each, memory) ?? assert.fail(JSON.stringify(each));
  return target.tree.text;
}

function apply(target: FormTarget, each: FormChange, memory: FormMemory): FormTarget | undefined {
  const result = formEdits(target, each, memory);
  if ('refused' in result) return undefined;
  const tree = parse(printEdits(target.tree, result.edits));
  const block = target.block === undefined ? undefined : followRequest(target, tree);
  return { ...target, tree, block };
}

const one = '### One\nGET https://x.test/a?b=1\nAccept: */*\n\n### Two\nGET https://x.test/two\n';

describe('changes in the Authorization panel', () => {
  it('state a scheme, set its fields and take it back, and the text is as before', () => {
    const stated = change(
      one,
      '/a',
      { type: 'scheme', scheme: 'basic' },
      { type: 'field', name: 'username', value: 'ada' },
    );
    assert.equal(stated, one.replace('GET https://x.test/a', '# @auth basic username=ada\nGET https://x.test/a'));
    assert.equal(change(stated, '/a', { type: 'scheme', scheme: 'inherit' }), one);
  });

  it('leave a field out that has its usual value, and write an empty one that is not usual', () => {
    const text = change(one, '/a', { type: 'scheme', scheme: 'bearer' }, { type: 'field', name: 'prefix', value: '' });
    assert.match(text, /# @auth bearer prefix=""\n/);
    assert.match(change(text, '/a', { type: 'field', name: 'prefix', value: 'Bearer' }), /# @auth bearer\n/);
  });

  it('lose nothing when the type is changed and changed back, and carry over what means the same', () => {
    const text = change(
      one,
      '/a',
      { type: 'scheme', scheme: 'basic' },
      { type: 'field', name: 'username', value: 'ada' },
      { type: 'field', name: 'password', value: '{{$secret pw}}' },
      { type: 'scheme', scheme: 'digest' },
      { type: 'field', name: 'realm', value: 'home' },
      { type: 'scheme', scheme: 'none' },
      { type: 'scheme', scheme: 'bearer' },
      { type: 'scheme', scheme: 'digest' },
    );
    assert.match(text, /# @auth digest username=ada password=\{\{\$secret pw\}\} realm=home\n/);
  });

  it('keep unknown and repeated fields and words until a person removes them', () => {
    const odd = '### A\n# @auth basic foo usrname=x username=a username=b\n#   realm = y\nGET https://x.test/\n';
    const set = change(
      odd,
      'GET',
      { type: 'field', name: 'username', value: 'c' },
      { type: 'field', name: 'password', value: 'p q' },
    );
    assert.equal(set, odd.replace('username=a', 'username=c').replace('= y\n', '= y\n#   password = p q\n'));
    assert.equal(change(odd, 'GET', { type: 'remove-field', index: 0 }), odd.replace(' usrname=x', ''));
    assert.equal(change(odd, 'GET', { type: 'remove-field', index: 2 }), odd.replace(' username=b', ''));
  });

  it('state the file’s own auth in a block of its own, and the requests stay as they were', () => {
    const text = change('GET https://x.test/\n', undefined, { type: 'scheme', scheme: 'none' });
    assert.equal(text, '# @auth none\n\n###\nGET https://x.test/\n');
  });

  it('edit headers, parameters, method, URL and body in place', () => {
    assert.match(
      change(one, '/a', { type: 'set-row', list: 'headers', index: 0, name: 'Accept', value: 'text/html' }),
      /Accept: text\/html\n/,
    );
    assert.match(
      change(one, '/a', { type: 'add-row', list: 'headers', name: 'X', value: '1' }),
      /Accept: \*\/\*\nX: 1\n/,
    );
    assert.ok(!change(one, '/a', { type: 'remove-row', list: 'headers', index: 0 }).includes('Accept'));
    assert.match(
      change(one, '/a', { type: 'set-row', list: 'params', index: 0, name: 'c', value: '{{d}}' }),
      /a\?c=\{\{d\}\}\n/,
    );
    assert.match(change(one, '/a', { type: 'add-row', list: 'params', name: 'e', value: '2' }), /a\?b=1&e=2\n/);
    assert.match(change(one, '/a', { type: 'remove-row', list: 'params', index: 0 }), /x\.test\/a\n/);
    assert.match(change(one, '/a', { type: 'method', method: 'POST' }), /^### One\nPOST https/);
    assert.match(change(one, '/a', { type: 'body', text: '{"a": 1}' }), /\*\/\*\n\n\{"a": 1\}\n\n### Two/);
  });

  it('refuse what would read as something else in the text', () => {
    const refused = (each: FormChange): void => {
      const result = formEdits(targetIn(parse(one), file, '/a'), each, new FormMemory());
      assert.deepEqual(result, { refused: 'not-expressible' }, JSON.stringify(each));
    };
    refused({ type: 'body', text: 'a\n### Three\nGET https://evil.test/' });
    refused({ type: 'add-row', list: 'headers', name: '', value: '1' });
    refused({ type: 'add-row', list: 'headers', name: '# @auth none', value: '1' });
    refused({ type: 'set-row', list: 'headers', index: 0, name: '###', value: '' });
    refused({ type: 'method', method: 'a b' });
  });

  it('write pairs so that they read the same', () => {
    const word = fc.string({ maxLength: 6 }).map(text => text.trim());
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 4 }), pairs => {
        const given = pairs.filter(([name, value]) => name !== '' || value !== '');
        const text = printPairs(pairs);
        if (text !== undefined) assert.deepEqual(parsePairs(text), given);
        else
          assert.ok(
            given.some(([name, value]) => /[=\r\n]/.test(name) || /[\r\n]/.test(value)),
            JSON.stringify(given),
          );
      }),
    );
  });

  it('follow a request that moves in its document', () => {
    const target = targetIn(parse(one), file, '/two');
    assert.equal(followRequest(target, parse(`### New\nGET https://n.test/\n\n${one}`)), 2);
    assert.equal(followRequest(target, parse('### One\nGET https://x.test/a\n')), undefined);
  });
});

const value = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.constantFrom(
    '{{v}}',
    '{{$secret s}}',
    '"q"',
    'a b',
    ' lead',
    '< f',
    '=',
    '###',
    '# @auth none',
    'a\nb',
    '\\n',
    '&',
    '',
  ),
);
const name = fc.oneof(fc.constantFrom('X-A', 'Accept', 'a', 'b'), fc.string({ maxLength: 5 }));
const index = fc.nat(3);
const list = fc.constantFrom(...rowLists);
const anyField = fc
  .constantFrom(...schemes)
  .chain(scheme => fc.constantFrom(...scheme.fields.map(field => field.name)))
  .chain(field => fc.record({ type: fc.constant('field' as const), name: fc.constant(field), value }));
const anyChange: fc.Arbitrary<FormChange> = fc.oneof(
  fc.record({
    type: fc.constant('scheme' as const),
    scheme: fc.constantFrom('inherit', 'none', ...schemes.map(({ id }) => id)),
  }),
  anyField,
  anyField,
  fc.record({ type: fc.constant('remove-field' as const), index }),
  fc.record({ type: fc.constant('add-row' as const), list, name, value }),
  fc.record({ type: fc.constant('set-row' as const), list, index, name, value }),
  fc.record({ type: fc.constant('remove-row' as const), list, index }),
  fc.record({ type: fc.constant('enable-row' as const), list, index, enabled: fc.boolean() }),
  fc.record({ type: fc.constant('enable-row' as const), list, index, enabled: fc.boolean() }),
  fc.record({ type: fc.constant('move-row' as const), list, index, to: index }),
  fc.record({ type: fc.constant('method' as const), method: fc.constantFrom('GET', 'POST', 'x y', '') }),
  fc.record({ type: fc.constant('url' as const), url: fc.constantFrom('https://y.test/', '/p?q=1', '{{u}}', '') }),
  fc.record({
    type: fc.constant('body' as const),
    text: fc.oneof(value, fc.constant('{"a":\n1}'), fc.constant('< ./f')),
  }),
);
const documents = [
  one,
  '### A\r\n// @auth bearer token=t\r\nPOST https://x.test/a\r\n    ?b=1\r\n    &c=2\r\nX: 1\r\n\r\nbody\r\n\r\n### B\r\nGET https://x.test/two\r\n',
  '# @auth basic\n#   username = a\n#   usrname  = b\nGET https://x.test/a\n\n###\nGET https://x.test/two',
];

describe('any sequence of form edits', () => {
  it('leaves a document that says what was asked, with every other block as it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.array(anyChange, { maxLength: 8 }), (text, changes) => {
        const memory = new FormMemory();
        let target = targetIn(parse(text), file, '/a');
        for (const each of changes) {
          const other = /###[^\n]*\n(?:(?!###)[\s\S])*two[\s\S]*$/.exec(target.tree.text)?.[0];
          const next = apply(target, each, memory);
          if (!next) continue;
          assert.equal(next.tree.blocks.length, target.tree.blocks.length);
          assert.ok(other !== undefined && next.tree.text.endsWith(other));
          assert.equal(next.block, target.block);
          assertSays(next, each);
          target = next;
        }
      }),
      { numRuns: 400 },
    );
  });
});

function rowsOf({ tree, block = 0 }: FormTarget, list: RowList): readonly RequestRow[] {
  const placed = tree.blocks[block];
  return (placed && requestRows(tree, placed, list)) ?? [];
}

function assertSays(target: FormTarget, each: FormChange): void {
  const request = target.tree.blocks[target.block ?? 0]?.block.request;
  const auth = formAuth(target);
  switch (each.type) {
    case 'scheme':
      assert.equal(auth?.scheme.text ?? 'inherit', each.scheme);
      break;
    case 'field': {
      const node = auth?.fields.find(field => field.name.text === each.name);
      const usual = schemes.find(({ id }) => id === auth?.scheme.text)?.fields.find(field => field.name === each.name);
      assert.equal(node?.value.text ?? usual?.default ?? '', each.value);
      break;
    }
    case 'set-row':
    case 'add-row': {
      const rows = rowsOf(target, each.list);
      const row = each.type === 'set-row' ? rows[each.index] : rows.at(-1);
      if (each.list === 'headers') assert.deepEqual([row?.name, row?.value], [each.name, each.value.trim()]);
      else assert.ok(row);
      break;
    }
    case 'enable-row':
      assert.equal(rowsOf(target, each.list)[each.index]?.disabled, !each.enabled);
      break;
    case 'method':
      assert.equal(request?.method?.text, each.method);
      break;
    case 'url':
      assert.equal(request?.target.text, each.url);
      break;
  }
}
