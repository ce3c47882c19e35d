import assert from 'node:assert/strict';
import type { ClientTls } from '../../../src/core/client-tls.ts';
import { previewRows } from '../../../src/extension/authorization-panel/preview-rows.ts';
import { formContext } from '../../../src/features/form/form-preview.ts';
import { previewText } from '../../../src/features/presentation/preview-text.ts';
import { previewPartly, previewRequest } from '../../../src/sending/preview.ts';
import { formWorkspace, targetIn } from '../form-ports.ts';

const file = '/w/a.http';
const { signal } = new AbortController();

describe('the preview of the form', () => {
  const documents = {
    'no auth': 'GET https://h.test/a?b={{stage}}\nX-A: 1\n',
    'a password': '# @auth basic username=ada password={{$secret pw}}\nPOST https://h.test/\n\n{"a": 1}\n',
    'a replaced header': '# @auth bearer token=t\nGET https://h.test/\nAuthorization: Other\n',
    'a token to come':
      '# @auth oauth2 grantType=client_credentials tokenUrl=https://a.test/t clientId=i\nGET https://h.test/\n',
  };
  for (const [what, text] of Object.entries(documents)) {
    it(`says what the preview document says: ${what}`, async () => {
      const { ports, tree } = formWorkspace({ [file]: text }, { pw: 'Hush4Secret' });
      const tls = { for: async () => ({ insecure: true }) } as unknown as ClientTls;
      const all = { ...ports, tls: async () => tls };
      const preview = await previewRequest({ file, tree: tree(file), block: 0 }, all, signal);
      const document = previewText(preview, '', file, false);
      const form = await formContext(targetIn(tree(file), file, 'h.test'), all, signal);
      const { rows, hasSecrets } = previewRows(form.preview, file, false);
      assert.equal(`###\n${rows.map(row => row.text).join('\n')}\n`, document.text);
      assert.equal(hasSecrets, document.hasSecrets);
      assert.deepEqual(preview.tls, form.preview.tls);
      assert.notEqual(preview.tls, undefined);
    });
  }

  it('says where an error is, in whatever file it is', async () => {
    const auth = '\n# @auth jwt algorithm=RS256 privateKey={{$file missing.pem}}\n';
    const keyed = '\n# @auth basic username=ada password={{nobody}}\n';
    for (const statement of [auth, keyed]) {
      for (const above of ['/w/collection.http', '/w/folder.http', file]) {
        const own = above === file ? `${statement}\n###\n` : '';
        const files = { [file]: `${own}GET https://h.test/\n`, ...(own ? {} : { [above]: statement }) };
        const { ports, tree } = formWorkspace(files);
        const block = tree(file).blocks.findIndex(({ block: { request } }) => request);
        const { error } = await previewPartly({ file, tree: tree(file), block }, ports, signal);
        const level = await formContext(targetIn(tree(above), above), ports, signal);
        assert.equal(error?.place?.file, above, statement);
        assert.deepEqual(level.preview.error?.place, error?.place);
        assert.equal(level.preview.error?.message, error?.message);
      }
    }
  });

  it('shows names where a value is missing, and why it cannot be sent', async () => {
    const text = '# @auth bearer token={{nobody}}\nGET https://h.test/{{nothing}}\n';
    const { ports, tree } = formWorkspace({ [file]: text });
    const { preview, error } = await previewPartly({ file, tree: tree(file), block: 0 }, ports, signal);
    assert.equal(preview?.request.url, 'https://h.test/{{nothing}}');
    assert.match(error?.message ?? '', /nothing/);
  });
});
