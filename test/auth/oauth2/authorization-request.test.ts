import assert from 'node:assert/strict';
import { authorizationParameters } from '../../../src/auth/oauth2/authorization-request.ts';
import type { OAuth2Client } from '../../../src/auth/oauth2/oauth2-client.ts';
import { oauth2Settings } from '../../../src/auth/oauth2/settings.ts';

describe('the authorization request', () => {
  const parameters = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(
      authorizationParameters({ settings: oauth2Settings({ clientId: 'c', ...values }) } as OAuth2Client, {
        ...{ responseType: 'code', redirectUri: 'http://127.0.0.1/callback', state: 's' },
      }),
    );

  it('says how the person is to be asked, by the names of OpenID Connect Core §3.1.2.1', () => {
    const asked = parameters({ prompt: 'login consent', loginHint: 'ada', acrValues: 'high', maxAge: 0 });
    assert.deepEqual(asked, {
      ...{ response_type: 'code', client_id: 'c', redirect_uri: 'http://127.0.0.1/callback', state: 's' },
      ...{ prompt: 'login consent', login_hint: 'ada', acr_values: 'high', max_age: '0' },
    });
    assert.deepEqual(Object.keys(parameters({})), ['response_type', 'client_id', 'redirect_uri', 'state']);
  });

  it('leaves the last word to parameters of the person’s own', () => {
    assert.equal(parameters({ prompt: 'login', authParams: [['prompt', 'none']] }).prompt, 'none');
  });
});
