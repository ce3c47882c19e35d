import assert from 'node:assert/strict';
import {
  callbackParameters,
  type ExpectedCallback,
  pastedCallback,
  validateCallback,
} from '../../../src/auth/oauth2/authorization-callback.ts';

describe('authorization callbacks', () => {
  const expected: ExpectedCallback = { state: 's-1', issuer: 'https://as.example', wanted: 'code' };
  const check = (query: string, more: Partial<ExpectedCallback> = {}) =>
    validateCallback(new URLSearchParams(query), { ...expected, ...more });

  it('accepts the state and the issuer that were asked', () => {
    check('code=c&state=s-1');
    check('code=c&state=s-1&iss=https://as.example');
  });

  const refused: [string, string, RegExp, Partial<ExpectedCallback>?][] = [
    ['a wrong state', 'code=c&state=s-2', /state is not the one/],
    ['a state that only begins alike', 'code=c&state=s-1x', /state is not the one/],
    ['no state', 'code=c', /no state/],
    ['an error with a wrong state', 'error=access_denied&state=x', /state is not the one/],
    ['a wrong issuer', 'code=c&state=s-1&iss=https://evil.example', /comes from “https:\/\/evil.example”/],
    ['no issuer where one is promised', 'code=c&state=s-1', /does not name its issuer/, { issuerRequired: true }],
    ['a parameter twice', 'code=c&code=d&state=s-1', /more than once/],
    ['neither code nor error', 'state=s-1', /neither “code” nor an error/],
    ['the server’s error', 'state=s-1&error=access_denied&error_description=no', /access_denied: no/],
  ];
  for (const [name, query, message, more] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => check(query, more), { code: 'token-failed', message }));
  }

  it('reads what a person pastes: an address, its query, its fragment, or the bare code', () => {
    const same = [
      'https://app.example/cb?code=a%2Fb&state=s',
      '?code=a%2Fb&state=s',
      'code=a%2Fb&state=s',
      ' #code=a%2Fb&state=s\n',
    ];
    for (const text of same)
      assert.deepEqual(
        [...pastedCallback(text)],
        [
          ['code', 'a/b'],
          ['state', 's'],
        ],
      );
    assert.equal(pastedCallback('a/b').get('code'), 'a/b');
  });

  it('takes a bare code for one of this sign-in, even where it looks like a parameter', () => {
    for (const code of ['4/0AX4', 'c2VjcmV0==', 'a.b-c~d']) {
      assert.deepEqual([...pastedCallback(` ${code}\n`, 's-1')].sort(), [
        ['code', code],
        ['state', 's-1'],
      ]);
    }
    assert.equal(pastedCallback('?code=c', 's-1').get('state'), null);
  });

  for (const text of [
    'hello world',
    'https://app.example/callback',
    '?',
    '#',
    'https://app.example/?page=2',
    'ü',
    '',
  ]) {
    it(`takes “${text}” for no answer at all`, () => assert.equal(pastedCallback(text, 's-1').size, 0));
  }

  it('tells what the server says where it forgets the state', () => {
    const message = /carries no state.* It says: access_denied: Ada said no$/;
    assert.throws(() => check('error=access_denied&error_description=Ada+said%0Ano'), {
      code: 'token-failed',
      message,
    });
  });

  it('reads query and fragment of an address', () => {
    assert.equal(callbackParameters('https://x/cb?state=s#access_token=t').toString(), 'state=s&access_token=t');
    assert.equal(callbackParameters('https://x/cb').toString(), '');
  });
});
