import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormMemory, formEdits } from '../../../src/features/form/form-edits.ts';
import { type RowChange, requestRows } from '../../../src/features/form/form-rows.ts';
import { type RowList, rowLists } from '../../../src/features/form/row-list.ts';
import { parse } from '../../../src/language/parser.ts';
import { printEdits } from '../../../src/language/printer.ts';
import { queryList, queryParameters } from '../../../src/language/query-printer.ts';
import { documentText } from '../../language/documents.ts';
import { targetIn } from '../form-ports.ts';

type Change = RowChange extends infer Each ? (Each extends RowChange ? Omit<Each, 'list'> : never) : never;

/** The text after changes to one list of its first request. */
function change(text: string, list: RowList, ...changes: readonly Change[]): string {
  return changes.reduce((before, each) => {
    const target = targetIn(parse(before), '/w/a.http', 'https://x.test');
    const result = formEdits(target, { ...each, list } as RowChange, new FormMemory());
    if ('refused' in result) assert.fail(`${result.refused}: ${JSON.stringify(each)}`);
    assert.ok(result.edits.length <= 1 || each.type === 'set-row', 'one edit');
    return printEdits(target.tree, result.edits);
  }, text);
}

/** The rows, those that are off in parentheses. */
function rows(text: string, list: RowList): string {
  const { tree, block = 0 } = targetIn(parse(text), '/w/a.http', 'https://x.test');
  const placed = tree.blocks[block];
  const found = (placed && requestRows(tree, placed, list)) ?? [];
  return found.map(({ name, value, disabled }) => (disabled ? `(${name}=${value})` : `${name}=${value}`)).join(' ');
}

const off = (index: number): Change => ({ type: 'enable-row', index, enabled: false });
const on = (index: number): Change => ({ type: 'enable-row', index, enabled: true });
const move = (index: number, to: number): Change => ({ type: 'move-row', index, to });

describe('a header line that is one variable', () => {
  it('is a header of its own once it has a value', () => {
    const text = 'GET https://x.test/\n{{me}}\nX-Trace: 1\n';
    assert.equal(rows(text, 'headers'), '{{me}}= X-Trace=1');
    const set: Change = { type: 'set-row', index: 0, name: 'X-Me', value: '{{me}}' };
    assert.equal(change(text, 'headers', set), text.replace('{{me}}', 'X-Me: {{me}}'));
  });
});

describe('a header that is switched off', () => {
  const head = 'GET https://x.test/\nAccept: */*\nX-Trace: 1\n\nbody\n';

  it('is its line, commented out, and back again the line it was', () => {
    const without = change(head, 'headers', off(0));
    assert.equal(without, head.replace('Accept', '# Accept'));
    assert.equal(rows(without, 'headers'), '(Accept=*/*) X-Trace=1');
    assert.equal(change(without, 'headers', on(0)), head);
  });

  it('is recognised however it was commented out', () => {
    for (const line of ['# Accept: */*', '#Accept: */*', '// Accept: */*', '  #  Accept:  */*  ', '## Accept: */*']) {
      const text = head.replace('Accept: */*', line);
      assert.equal(rows(text, 'headers'), '(Accept=*/*) X-Trace=1', line);
      assert.equal(rows(change(text, 'headers', on(0)), 'headers'), 'Accept=*/* X-Trace=1', line);
    }
  });

  it('uses the comment mark that the request has', () => {
    assert.match(change(`// @name a\n${head}`, 'headers', off(1)), /\n\/\/ X-Trace: 1\n/);
  });

  it('is never prose, a directive, or a comment elsewhere', () => {
    for (const comment of [
      '# Note: sends mail',
      '# TODO: remove',
      '# Step 1: log in',
      '# The token: see below',
      '# Careful: this deletes things',
      '# @note: x',
      '# https://x.test/docs',
      '# a=b',
    ]) {
      assert.equal(rows(head.replace('X-Trace', `${comment}\nX-Trace`), 'headers'), 'Accept=*/* X-Trace=1', comment);
    }
    assert.equal(rows(`# X-Old: 1\n${head}`, 'headers'), 'Accept=*/* X-Trace=1');
    assert.equal(rows(head.replace('body', '# X-Old: 1\nbody'), 'headers'), 'Accept=*/* X-Trace=1');
  });

  it('has no blank after its mark where it could be taken for prose', () => {
    const text = 'GET https://x.test/\nSubject: on the road\n';
    const without = change(text, 'headers', off(0));
    assert.equal(without, text.replace('Subject', '#Subject'));
    assert.equal(rows(without, 'headers'), '(Subject=on the road)');
    assert.equal(change(without, 'headers', on(0)), text);
  });

  it('is edited, removed and moved where it stands', () => {
    const text = 'GET https://x.test/\n# X-A: 1\n# a remark\nX-B: 2\n// X-C: 3';
    assert.equal(
      change(text, 'headers', { type: 'set-row', index: 2, name: 'X-D', value: '4' }),
      text.replace('X-C: 3', 'X-D: 4'),
    );
    assert.equal(change(text, 'headers', { type: 'remove-row', index: 2 }), text.replace('\n// X-C: 3', ''));
    assert.equal(change(text, 'headers', { type: 'add-row', name: 'X-E', value: '5' }), `${text}\nX-E: 5`);
    assert.equal(change(text, 'headers', move(2, 0)), 'GET https://x.test/\n// X-C: 3\n# a remark\n# X-A: 1\nX-B: 2');
    assert.equal(change(change(text, 'headers', move(0, 2)), 'headers', move(2, 0)), text);
  });
});

describe('a parameter that is switched off', () => {
  const lines = 'GET https://x.test/users\n    ?page=2\n    &size=10\n    &sort=a HTTP/1.1\nAccept: */*\n';
  const inline = 'GET https://x.test/users?page=2&size=10&sort=a HTTP/1.1\nAccept: */*\n';

  it('is its line, commented out, and back again the line it was', () => {
    const without = change(lines, 'params', off(1));
    assert.equal(without, lines.replace('&size', '# &size'));
    assert.equal(change(without, 'params', on(1)), lines);
  });

  it('leaves the question mark to the next one, and the version to the last one', () => {
    assert.equal(change(lines, 'params', off(0)), lines.replace('?page', '# ?page').replace('&size', '?size'));
    assert.equal(
      change(lines, 'params', off(2)),
      lines.replace('    &sort=a HTTP/1.1', '    # &sort=a').replace('=10', '=10 HTTP/1.1'),
    );
    for (const index of [0, 1, 2]) assert.equal(change(lines, 'params', off(index), on(index)), lines);
    const none = change(lines, 'params', off(0), off(1), off(2));
    assert.equal(rows(none, 'params'), '(page=2) (size=10) (sort=a)');
    assert.match(none, /^GET https:\/\/x\.test\/users HTTP\/1\.1\n {4}# \?page=2\n/);
    assert.equal(change(none, 'params', on(0), on(1), on(2)), lines);
  });

  it('goes to a comment line of its own where it stood in the URL, and those after it follow', () => {
    assert.equal(
      change(inline, 'params', off(1)),
      'GET https://x.test/users?page=2\n    # &size=10\n    &sort=a HTTP/1.1\nAccept: */*\n',
    );
    assert.equal(
      change(inline, 'params', off(0)),
      'GET https://x.test/users\n    # ?page=2\n    ?size=10&sort=a HTTP/1.1\nAccept: */*\n',
    );
    assert.equal(
      change(inline, 'params', off(2)),
      'GET https://x.test/users?page=2&size=10 HTTP/1.1\n    # &sort=a\nAccept: */*\n',
    );
    assert.equal(change('GET https://x.test/?a=1#top', 'params', off(0)), 'GET https://x.test/#top\n    # ?a=1');
  });

  it('is recognised however its line was commented out', () => {
    for (const line of ['# &size=10', '#&size=10', '  //  &size=10', '#   &size=10&flag', '# &size={{n m}}']) {
      const text = lines.replace('    &size=10', line);
      assert.match(rows(text, 'params'), /^page=2 \(size=/, line);
      const again = change(text, 'params', on(1));
      assert.match(rows(again, 'params'), /^page=2 size=/, line);
      assert.match(again, /\n {2,}&size=/, line);
    }
  });

  it('is never prose', () => {
    for (const comment of ['# page two', '# ? why', '# &', '# a=b', '# X-A: 1', '# &c and so on']) {
      const text = lines.replace('    &size', `    ${comment}\n    &size`);
      assert.equal(rows(text, 'params'), 'page=2 size=10 sort=a', comment);
    }
  });

  it('is kept when the URL is edited', () => {
    const text = 'GET https://x.test/users\n    ?page=2\n    # &size=10\n    &sort=a\nAccept: */*\n';
    const url = (address: string): string => {
      const target = targetIn(parse(text), '/w/a.http', 'https://x.test');
      const result = formEdits(target, { type: 'url', url: address }, new FormMemory());
      assert.ok('edits' in result);
      return printEdits(target.tree, result.edits);
    };
    assert.equal(url('https://x.test/people?page=2&sort=a'), text.replace('users', 'people'));
    assert.equal(url('https://x.test/users?page=2&sort=b'), text.replace('sort=a', 'sort=b'));
    assert.equal(rows(url('https://x.test/a?b=c'), 'params'), 'b=c (size=10)');
    assert.equal(rows(url('https://x.test/users'), 'params'), '(size=10)');
  });

  it('keeps the marks that end their lines', () => {
    const text = 'GET https://x.test/?a=1&\n  b=2&\n  c=3\n';
    assert.equal(change(text, 'params', off(1)), 'GET https://x.test/?a=1&\n  # &b=2\n  c=3\n');
    assert.equal(change(text, 'params', off(2)), 'GET https://x.test/?a=1&\n  b=2\n  # &c=3\n');
  });
});

describe('the fields of a form body', () => {
  const type = 'Content-Type: application/x-www-form-urlencoded';
  const form = `POST https://x.test/\n${type}\n\nname=Ada\n&city=London\n&flag\n\n### Next\nGET https://y.test/\n`;
  const body = (text: string): string => {
    const parts = parse(text).blocks[0]?.block.request?.body?.parts ?? [];
    return parts.map(part => (part.kind === 'text' ? part.text : '')).join('');
  };

  it('are switched off as comment lines, which are not sent', () => {
    assert.equal(rows(form, 'form'), 'name=Ada city=London flag=');
    const without = change(form, 'form', off(0));
    assert.equal(without, form.replace('name=Ada\n&city', '# name=Ada\ncity'));
    assert.equal(body(without), 'city=London&flag');
    assert.equal(change(without, 'form', on(0)), form);
    assert.equal(body(change(form, 'form', off(1))), 'name=Ada&flag');
    assert.equal(body(change(form, 'form', off(0), off(1), off(2))), '');
  });

  it('are not sent either where a person comments their lines out', () => {
    assert.equal(body(form.replace('name', '# name')), 'city=London&flag');
    assert.equal(body(form.replace('&flag', '// &flag')), 'name=Ada&city=London');
    const ends = `POST https://x.test/\n${type}\n\na=1&\nb=2&\n# c=3\n`;
    assert.equal(body(ends), 'a=1&b=2');
    assert.equal(rows(ends, 'form'), 'a=1 b=2 (c=3)');
  });

  it('are added, set, moved and removed', () => {
    const one = `POST https://x.test/\n${type}\n`;
    assert.equal(rows(one, 'form'), '');
    const added = change(one, 'form', { type: 'add-row', name: 'a b', value: '1&2' });
    assert.equal(added, `${one.trimEnd()}\n\na%20b=1%262\n`);
    assert.equal(change(form, 'form', move(1, 0)), form.replace('name=Ada\n&city=London', 'city=London\n&name=Ada'));
    assert.equal(change(form, 'form', { type: 'remove-row', index: 1 }), form.replace('&city=London\n', ''));
    assert.equal(
      change(form, 'form', { type: 'set-row', index: 1, name: 'town', value: 'Paris' }),
      form.replace('city=London', 'town=Paris'),
    );
  });

  it('are those of forms alone', () => {
    const tree = parse(form.replace('x-www-form-urlencoded', 'json'));
    assert.equal(tree.blocks[0] && requestRows(tree, tree.blocks[0], 'form'), undefined);
    assert.equal(
      body(form.replace('x-www-form-urlencoded', 'json').replace('&flag', '# &flag')),
      'name=Ada\n&city=London\n# &flag',
    );
  });
});

describe('rows of any document', () => {
  it('that are on are the parameters that are sent, and printing them unchanged changes nothing', () => {
    fc.assert(
      fc.property(documentText, text => {
        const tree = parse(text);
        for (const placed of tree.blocks) {
          const { request } = placed.block;
          const found = queryList(tree, placed);
          if (!request || !found) continue;
          const sent = found.list.parameters.filter(({ disabled }) => !disabled);
          assert.deepEqual(
            sent.map(({ name, value }) => [name, value]),
            queryParameters(request).map(({ name, value }) => [name.text, value?.text]),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  const word = fc.constantFrom('a', 'b', 'size', 'x-y', '{{v}}', '{{a b}}');
  const mark = fc.constantFrom('', '', '# ', '#', '// ', '#   ');
  const eol = fc.constantFrom('\n', '\r\n');
  const parameter = fc.tuple(
    fc.constantFrom('\n    ', '', '\n', '\n  '),
    mark,
    word,
    fc.constantFrom('=1', '', '={{w}}'),
  );
  const header = fc.tuple(
    mark,
    fc.constantFrom('X-A', 'Accept', 'Subject', 'token'),
    fc.constantFrom('1', '', 'a b', '{{c d}}'),
  );
  /** A request as people write them, with lines commented out, and another after it. */
  const request = fc.record({
    eol,
    parameters: fc.array(parameter, { maxLength: 5 }),
    headers: fc.array(header, { maxLength: 4 }),
    remark: fc.constantFrom('', '    # a remark'),
    version: fc.constantFrom('', ' HTTP/1.1'),
    fields: fc.array(fc.tuple(mark, word, fc.constantFrom('=1', '=', '')), { maxLength: 4 }),
  });
  const textOf = (given: typeof request extends fc.Arbitrary<infer T> ? T : never): string => {
    let target = 'POST https://x.test/p';
    let sent = 0;
    let commented = false;
    for (const [lead, off, name, value] of given.parameters) {
      const here = off !== '' || commented ? lead.padStart(1, '\n') : lead;
      target += `${here}${off}${sent === 0 ? '?' : '&'}${name}${value}`;
      commented = off !== '';
      if (!commented) sent += 1;
    }
    if (!commented) target += given.version;
    const headers = given.headers.map(([off, name, value]) => `${off}${name}: ${value}`);
    const fields = given.fields.map(([off, name, value], index) => `${off}${index === 0 ? '' : '&'}${name}${value}`);
    const head = [target, given.remark, 'Content-Type: application/x-www-form-urlencoded', ...headers].filter(
      line => line,
    );
    const lines = [...head, '', ...fields, '', '### Two', 'GET https://y.test/two', ''];
    return lines.join('\n').replaceAll('\n', given.eol);
  };
  const step = fc.oneof(
    fc.record({ type: fc.constant('enable-row' as const), index: fc.nat(5), enabled: fc.boolean() }),
    fc.record({ type: fc.constant('move-row' as const), index: fc.nat(5), to: fc.nat(5) }),
    fc.record({ type: fc.constant('remove-row' as const), index: fc.nat(5) }),
    fc.record({
      type: fc.constant('set-row' as const),
      index: fc.nat(5),
      name: word,
      value: fc.constantFrom('2', '', 'x y'),
    }),
    fc.record({ type: fc.constant('add-row' as const), name: word, value: fc.constantFrom('3', '', 'x y') }),
  );

  it('can be switched, moved, set, added and removed in any sequence, and read as they were made', () => {
    fc.assert(
      fc.property(
        request,
        fc.array(fc.tuple(fc.constantFrom(...rowLists), step), { minLength: 1, maxLength: 8 }),
        (given, steps) => {
          let tree = parse(textOf(given));
          const next = tree.blocks.at(-1);
          const other = next && tree.text.slice(next.offset);
          for (const [list, each] of steps) {
            const [placed] = tree.blocks;
            assert.ok(placed);
            const before = requestRows(tree, placed, list);
            // Without its Content-Type a body is no form.
            if (!before) continue;
            const made = { ...each, list };
            const result = formEdits({ level: 'request', file: '/w/a.http', tree, block: 0 }, made, new FormMemory());
            const there = (index: number): boolean => index < before.length;
            const asked = 'index' in each ? there(each.index) && (!('to' in each) || there(each.to)) : true;
            if ('refused' in result) {
              // A parameter without a name and a value, and a header that a remark would be called, can't be written.
              const why = JSON.stringify([made, tree.text]);
              assert.equal(result.refused === 'not-there', !asked, why);
              continue;
            }
            tree = parse(printEdits(tree, result.edits));
            assert.equal(tree.blocks.length, 2);
            const last = tree.blocks[1];
            assert.equal(last && tree.text.slice(last.offset), other);
            const rest = rowLists.filter(each => each !== list);
            const now = tree.blocks[0] && requestRows(tree, tree.blocks[0], list);
            const shown = (of: typeof now): string[] => (of ?? []).map(row => `${row.disabled} ${row.name}`);
            const expected = shown(before);
            if (each.type === 'enable-row') expected[each.index] = `${!each.enabled} ${before[each.index]?.name}`;
            if (each.type === 'move-row') expected.splice(each.to, 0, ...expected.splice(each.index, 1));
            if (each.type === 'remove-row') expected.splice(each.index, 1);
            if (each.type === 'set-row') expected[each.index] = `${before[each.index]?.disabled} ${each.name}`;
            if (each.type === 'add-row') expected.push(`false ${each.name}`);
            assert.deepEqual(shown(now), expected);
            assert.equal(rest.length, 2);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are switched off and on again without refusal', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(...rowLists), fc.nat(4), (given, list, index) => {
        const tree = parse(textOf(given));
        const rows = tree.blocks[0] && requestRows(tree, tree.blocks[0], list);
        const row = rows?.[index];
        if (!row) return;
        const enable = (of: typeof tree, enabled: boolean): typeof tree => {
          const target = { level: 'request' as const, file: '/w/a.http', tree: of, block: 0 };
          const result = formEdits(target, { type: 'enable-row', list, index, enabled }, new FormMemory());
          if ('refused' in result) assert.fail(`${result.refused} ${JSON.stringify([of.text, index, enabled])}`);
          return parse(printEdits(of, result.edits));
        };
        const there = enable(enable(tree, row.disabled), !row.disabled);
        assert.deepEqual(there.blocks[0] && requestRows(there, there.blocks[0], list), rows);
      }),
      { numRuns: 1000 },
    );
  });
});
