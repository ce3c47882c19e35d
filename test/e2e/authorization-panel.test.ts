import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { axeViolations } from './axe.ts';
import { credentials, openWorkbench, type WorkbenchWindow, waitUntil } from './workbench.ts';

/** Opens a file and the Authorization panel of its first request. */
async function openPanel(window: WorkbenchWindow, file: string, text: string, lens: string | RegExp): Promise<Frame> {
  window.write(file, text);
  await window.openFile(file);
  await window.clickCodeLens(lens);
  const panel = await window.webview('select.type');
  await panel.locator('main:not(.waiting)').waitFor();
  return panel;
}

/** The text of the document, once it holds what is expected; spaces as the editor draws them. */
async function textShows(window: WorkbenchWindow, text: string): Promise<void> {
  const lines = window.page.locator('.editor-group-container .monaco-editor .view-line');
  await waitUntil(`the text shows ${text}`, async () => {
    const shown = await lines.allInnerTexts();
    return shown.some(line => line.replaceAll('\u00a0', ' ').includes(text));
  }).catch(async () => assert.fail(`the text lacks ${text}: ${(await lines.allInnerTexts()).join('\n')}`));
}

const field = (panel: Frame, name: string): Locator => panel.locator(`[data-field=${name}]`);

async function choose(panel: Frame, scheme: string): Promise<void> {
  await panel.getByRole('combobox', { name: 'Type', exact: true }).selectOption(scheme);
}

/** Presses a key, and waits until the page has been told that the text holds what it made. */
async function typeSlowly(panel: Frame, control: Locator, key: string): Promise<void> {
  const edit = await panel.evaluate(() => {
    const page = globalThis as { lastEdit?: number };
    if (page.lastEdit === undefined) {
      page.lastEdit = 0;
      addEventListener('message', ({ data }) => {
        if (data.type === 'model') page.lastEdit = data.edit;
      });
    }
    return page.lastEdit;
  });
  await control.press(key === ' ' ? 'Space' : key);
  await waitUntil('the model is back', () =>
    panel.evaluate(before => ((globalThis as { lastEdit?: number }).lastEdit ?? 0) > before, edit),
  );
}

describe('the Authorization panel', () => {
  beforeEach(async () => {
    const { window } = await openWorkbench();
    await window.closeEverything();
  });

  it('writes the type and the fields into the text as they are typed, and shows the header before sending', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(window, 'type.http', `### Users\nGET ${api.url}/auth/basic\n`, 'No Auth');
    await choose(panel, 'basic');
    await textShows(window, '# @auth basic');
    await field(panel, 'username').getByRole('combobox').pressSequentially('ada');
    await textShows(window, '# @auth basic username=ada');
    await panel.locator('aside .added', { hasText: 'Authorization' }).getByText('Basic •••').waitFor();
    await panel.getByText('puts the authorization data into the header Authorization').waitFor();
    await choose(panel, 'none');
    await textShows(window, '# @auth none');
    await choose(panel, 'basic');
    await textShows(window, '# @auth basic username=ada');
  });

  it('follows what is typed into the text, its undo, and the file on disk', async () => {
    const { window, api } = await openWorkbench();
    const text = `### Users\n# @auth bearer prefix=Token\nGET ${api.url}/echo?a=1\n`;
    const panel = await openPanel(window, 'follow.http', text, 'Bearer Token');
    const prefix = field(panel, 'prefix').getByRole('combobox');
    assert.equal(await prefix.inputValue(), 'Token');
    await window.page.getByRole('tab', { name: 'follow.http' }).click();
    await window.goTo(2);
    await window.page.keyboard.press('End');
    await window.page.keyboard.type('X');
    await waitUntil('the form has what was typed', async () => (await prefix.inputValue()) === 'TokenX');
    await window.page.keyboard.press('Control+Z');
    await waitUntil('the form is as before', async () => (await prefix.inputValue()) === 'Token');
    await window.page.locator('.tab.dirty').first().waitFor({ state: 'hidden' });
    window.write('follow.http', text.replace('bearer prefix=Token', 'digest username=eve'));
    await waitUntil(
      'the form shows the file',
      async () => (await panel.locator('select.type').inputValue()) === 'digest',
    );
    assert.equal(await field(panel, 'username').getByRole('combobox').inputValue(), 'eve');
  });

  it('undoes a whole field at once from within the panel', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(window, 'undo.http', `### Users\n# @auth basic\nGET ${api.url}/echo\n`, 'Basic Auth');
    const username = field(panel, 'username').getByRole('combobox');
    await username.pressSequentially('lovelace');
    await textShows(window, '# @auth basic username=lovelace');
    await window.page.keyboard.press('Control+Z');
    await waitUntil('the field is empty', async () => (await username.inputValue()) === '');
    await window.page.locator('.view-line', { hasText: /@auth.basic$/ }).waitFor();
  });

  it('keeps a typed secret out of the text, and out of the page until it is asked for', async () => {
    const { window, api } = await openWorkbench();
    const text = `### My account\n# @auth basic username=${credentials.user}\nGET ${api.url}/auth/basic\n`;
    const panel = await openPanel(window, 'keep.http', text, 'Basic Auth');
    const password = field(panel, 'password').getByRole('combobox');
    await password.pressSequentially(credentials.password);
    await textShows(window, 'password={{$secret my-account-password}}');
    await panel.getByText('Store as secret “my-account-password”').waitFor();
    await panel.locator('#tab-headers').click();
    assert.ok(!(await panel.content()).includes(credentials.password));
    await panel.getByRole('button', { name: 'Send' }).click();
    await window.allow(`Use the secret “my-account-password” for ${api.url}?`);
    await panel.locator('.status', { hasText: '200 OK' }).waitFor();
    await panel.locator('#tab-authorization').click();
    await field(panel, 'password').getByRole('button', { name: 'Show Password' }).click();
    await waitUntil('it is shown', async () => (await password.inputValue()) === credentials.password);
    await field(panel, 'password').getByRole('checkbox').uncheck();
    await textShows(window, `password=${credentials.password}`);
    await panel.getByText('This value stands in the file').waitFor();
    await field(panel, 'password').getByRole('checkbox').check();
    await textShows(window, 'password={{$secret my-account-password-2}}');
  });

  it('shows hidden headers with where they come from, and the parent one click away', async () => {
    const { window, api } = await openWorkbench();
    window.write(
      'parent/collection.http',
      '# The whole collection\n\n# @auth basic username=ada password=opensesame\n',
    );
    const panel = await openPanel(window, 'parent/child.http', `### Child\nGET ${api.url}/echo\n`, 'Basic Auth');
    await panel.getByText('Inherits Basic Auth from').waitFor();
    await panel.locator('#tab-headers').click();
    const fold = panel.locator('.hidden-parts .fold');
    assert.match(await fold.innerText(), /\d hidden/);
    await fold.click();
    const row = panel.locator('.hidden-parts li', { hasText: 'Authorization' });
    await row.getByText('Basic •••').waitFor();
    await row.getByRole('button', { name: /inherited from collection.http, line 3/ }).waitFor();
    await row.scrollIntoViewIfNeeded();
    await window.hover(
      row,
      panel.locator('.tooltip', { hasText: 'Added by Basic Auth, inherited from collection.http, line 3' }),
    );
    await window.screenshot('authorization-hidden-headers');
    await panel.locator('#tab-authorization').click();
    await panel.getByRole('button', { name: 'collection.http, line 3', exact: true }).click();
    await window.page.getByRole('tab', { name: /^Auth: parent/ }).waitFor();
    const parent = await window.webview('main.level-collection select.type');
    assert.equal(await parent.locator('select.type').inputValue(), 'basic');
    assert.equal(await parent.getByRole('tab').count(), 0);
  });

  it('offers both ways out of a conflict with a written header', async () => {
    const { window, api } = await openWorkbench();
    const text = `### Twice\n# @auth bearer token={{t}}\nGET ${api.url}/echo\nAuthorization: mine\nAccept: */*\n`;
    const panel = await openPanel(window, 'twice.http', `@t = x\n\n${text}`, 'Bearer Token');
    await panel.locator('#tab-headers').click();
    await panel.getByText('Bearer Token (line 4) sets Authorization: this one is not sent.').waitFor();
    await panel.getByRole('button', { name: 'Set No Auth and send this one' }).click();
    await textShows(window, '# @auth none');
    await panel.locator('.overridden').waitFor({ state: 'hidden' });
    await window.page.keyboard.press('Control+Z');
    await textShows(window, '# @auth bearer token={{t}}');
    await panel.getByRole('button', { name: 'Remove this header' }).click();
    await waitUntil('the header is gone', async () => (await panel.locator('#panel-headers .row').count()) === 2);
    assert.equal(await panel.getByRole('combobox', { name: 'Name of Accept' }).inputValue(), 'Accept');
  });

  it('edits headers, parameters and the body in the text', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(
      window,
      'parts.http',
      `### Parts\nPOST ${api.url}/echo?a=1\nAccept: */*\n`,
      'No Auth',
    );
    await panel.locator('#tab-headers').click();
    await panel.getByRole('combobox', { name: 'Name of a new row' }).pressSequentially('X-Mine');
    await textShows(window, 'X-Mine:');
    await panel.getByRole('combobox', { name: 'Value of X-Mine' }).pressSequentially('yes');
    await textShows(window, 'X-Mine: yes');
    await panel.getByRole('button', { name: 'Remove Accept' }).click();
    await panel.locator('#tab-params').click();
    await panel.getByRole('combobox', { name: 'Value of a', exact: true }).fill('2');
    await panel.getByRole('combobox', { name: 'Name of a new row' }).pressSequentially('b');
    await panel.getByRole('combobox', { name: 'Value of b', exact: true }).pressSequentially('x y');
    await textShows(window, '/echo?a=2&b=x%20y');
    await panel.locator('#tab-body').click();
    await panel.getByRole('textbox', { name: 'Body as it stands in the file' }).fill('{"a": 1}');
    await panel.getByRole('combobox', { name: 'Content-Type' }).selectOption('application/json');
    await textShows(window, 'Content-Type: application/json');
    await textShows(window, '{"a": 1}');
    await panel.locator('#tab-preview').click();
    await panel.locator('.preview-line', { hasText: 'Content-Length: 8' }).waitFor();
    await panel.locator('#panel-preview').getByText('calculated when the request is sent').waitFor();
  });

  it('switches headers and parameters off and on as comment lines, and one undo takes it back', async () => {
    const { window, api } = await openWorkbench();
    const url = `${api.url}/echo?page=2&size=10`;
    const panel = await openPanel(window, 'off.http', `### Off\nGET ${url}\nAccept: */*\nX-Trace: 1\n`, 'No Auth');
    await panel.locator('#tab-headers').click();
    await panel.getByRole('checkbox', { name: 'Send X-Trace' }).uncheck();
    await textShows(window, '# X-Trace: 1');
    await panel.locator('#tab-headers .badge', { hasText: '1' }).waitFor();
    await panel.getByRole('combobox', { name: 'Value of X-Trace' }).fill('2');
    await textShows(window, '# X-Trace: 2');
    await panel.getByRole('checkbox', { name: 'Send X-Trace' }).check();
    await textShows(window, 'X-Trace: 2');
    await panel.locator('#tab-params').click();
    await panel.getByRole('checkbox', { name: 'Send page' }).uncheck();
    await textShows(window, '    # ?page=2');
    await textShows(window, '    ?size=10');
    const address = panel.getByRole('textbox', { name: 'URL' }).or(panel.getByRole('combobox', { name: 'URL' }));
    // The form follows the text.
    await waitUntil('the form has it, too', async () => (await address.inputValue()) === url.replace('page=2&', ''));
    await panel.locator('#tab-preview').click();
    await panel.locator('.preview-line', { hasText: 'echo?size=10' }).waitFor();
    await window.page.keyboard.press('Control+Z');
    await textShows(window, `GET ${url}`);
  });

  it('moves rows by the keyboard and by their grips', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(
      window,
      'order.http',
      `### Order\nGET ${api.url}/echo?a=1&b=2&c=3\nX-A: 1\n# X-B: 2\nX-C: 3\n`,
      'No Auth',
    );
    const names = (tab: string): Promise<string[]> =>
      panel
        .locator(`#panel-${tab} .row:not(.new) .text-control:nth-of-type(1) input`)
        .evaluateAll(inputs => inputs.map(input => (input as HTMLInputElement).value));
    await panel.locator('#tab-params').click();
    await panel.getByRole('combobox', { name: 'Value of c', exact: true }).focus();
    await window.page.keyboard.press('Alt+ArrowUp');
    await textShows(window, '/echo?a=1&c=3&b=2');
    await panel.getByText('c is now row 2 of 3').waitFor();
    await waitUntil('the row has moved', async () => (await names('params')).join() === 'a,c,b');
    assert.equal(await panel.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Value of c');
    await window.page.keyboard.press('Alt+ArrowUp');
    await window.page.keyboard.press('Alt+ArrowDown');
    await window.page.keyboard.press('Alt+ArrowDown');
    await textShows(window, '/echo?a=1&b=2&c=3');
    await panel.locator('#tab-headers').click();
    const row = (index: number): Locator => panel.locator('#panel-headers .row').nth(index);
    await row(2).hover();
    const grip = await row(2).locator('.grip').boundingBox();
    const first = await row(0).boundingBox();
    assert.ok(grip && first);
    await window.page.mouse.move(grip.x + 8, grip.y + 8);
    await window.page.mouse.down();
    await window.page.mouse.move(grip.x + 8, first.y + 20);
    await window.page.mouse.move(grip.x + 8, first.y + 2);
    await panel.locator('.row.drop-above').waitFor();
    await window.screenshot('authorization-row-dragged');
    await window.page.mouse.up();
    await waitUntil('the row has moved', async () => (await names('headers')).join() === 'X-C,X-A,X-B');
    await panel.getByRole('checkbox', { name: 'Send X-B' }).waitFor();
    assert.equal(await panel.getByRole('checkbox', { name: 'Send X-B' }).isChecked(), false);
  });

  it('shows the fields of a form as rows', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(window, 'form.http', `### Form\nPOST ${api.url}/echo\n`, 'No Auth');
    await panel.locator('#tab-body').click();
    await panel.getByRole('combobox', { name: 'Content-Type' }).selectOption('application/x-www-form-urlencoded');
    await panel.getByRole('combobox', { name: 'Name of a new row' }).pressSequentially('name');
    await panel.getByRole('combobox', { name: 'Value of name', exact: true }).pressSequentially('Ada');
    await textShows(window, 'name=Ada');
    await panel.getByRole('combobox', { name: 'Name of a new row' }).pressSequentially('city');
    await textShows(window, 'name=Ada&city=');
    await panel.getByRole('checkbox', { name: 'Send name', exact: true }).uncheck();
    await textShows(window, '# name=Ada');
    await window.screenshot('authorization-form-body');
    await panel.getByRole('button', { name: 'Body as text' }).click();
    assert.match(await panel.getByRole('textbox', { name: 'Body as it stands in the file' }).inputValue(), /^city=$/);
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await panel.locator('.status', { hasText: '200 OK' }).waitFor();
  });

  it('leaves what is typed as it is typed, however slowly', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(window, 'slow.http', `### Slow\nGET ${api.url}/echo?q=\nX-Words: one\n`, 'No Auth');
    await panel.locator('#tab-headers').click();
    const value = panel.getByRole('combobox', { name: 'Value of X-Words' });
    await value.press('End');
    for (const key of ' t u') await typeSlowly(panel, value, key);
    await textShows(window, 'X-Words: one t u');
    await panel.locator('#tab-params').click();
    const query = panel.getByRole('combobox', { name: 'Value of q', exact: true });
    for (const key of 'x y') await typeSlowly(panel, query, key);
    await textShows(window, '/echo?q=x%20y');
    assert.equal(await query.inputValue(), 'x y');
    await query.press('Tab');
    await waitUntil('the text is shown', async () => (await query.inputValue()) === 'x%20y');
  });

  describe('takes a variable that is typed into a secret field', () => {
    const fields: readonly (readonly [scheme: string, label: RegExp, field: string, others: string])[] = [
      ['bearer', /^Bearer/, 'token', ''],
      ['basic', /^Basic/, 'password', ' username=ada'],
      ['apikey', /^API Key/, 'value', ' key=X-Key'],
      ['awsv4', /^AWS/, 'secretKey', ' accessKey=A region=r service=s'],
      ['digest', /^Digest/, 'password', ' username=ada'],
      ['hawk', /^Hawk/, 'authKey', ' authId=a'],
    ];
    for (const [index, [scheme, label, name, others]] of fields.entries()) {
      const delay = [200, 20, 60][index % 3] ?? 60;
      it(`${scheme} ${name}, a key each ${delay} ms, with a correction`, async () => {
        const { window, api } = await openWorkbench();
        const text = `@apiToken = visible\n\n### Mine ${scheme}\n# @auth ${scheme}${others}\nGET ${api.url}/echo\n`;
        const panel = await openPanel(window, `variable-${scheme}.http`, text, label);
        const box = field(panel, name).getByRole('combobox');
        await box.pressSequentially('{{apiTokeb', { delay });
        assert.equal(await box.inputValue(), '{{apiTokeb');
        await box.press('Backspace');
        await box.pressSequentially('n}}', { delay });
        await textShows(window, `${name}={{apiToken}}`);
        assert.equal(await box.inputValue(), '{{apiToken}}');
        // What was typed first names the secret: one that was stored meanwhile would have that name already.
        await box.press('Control+A');
        await box.press('Delete');
        await box.pressSequentially('literal');
        await textShows(window, `${name}={{$secret mine-${scheme}-`);
        const [line] = await window.page.locator('.view-line', { hasText: '$secret' }).allInnerTexts();
        assert.doesNotMatch(line ?? '', /-\d\}\}/);
      });
    }
  });

  it('goes on under the new name of a renamed file, and says so when the file is gone', async () => {
    const { window, api } = await openWorkbench();
    const panel = await openPanel(window, 'old-name.http', `### Moves\nGET ${api.url}/echo\n`, 'No Auth');
    await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'old-name.http' }).click();
    await window.page.keyboard.press('F2');
    const input = window.page.locator('.explorer-folders-view input');
    await input.fill('new-name.http');
    await input.press('Enter');
    await window.page.getByRole('tab', { name: /^new-name.http/ }).waitFor();
    await choose(panel, 'basic');
    await waitUntil('the text is in the new file', async () => {
      await panel
        .getByRole('button', { name: 'Save' })
        .click({ timeout: 1000 })
        .catch(() => undefined);
      return existsSync(join(window.folder, 'new-name.http')) && window.read('new-name.http').includes('# @auth basic');
    });
    assert.ok(!existsSync(join(window.folder, 'old-name.http')));
    await panel.locator('.unsaved').waitFor({ state: 'hidden' });
    rmSync(join(window.folder, 'new-name.http'));
    await panel.getByText('The file new-name.http is no longer there.').waitFor();
    window.write('new-name.http', `### Moves\n# @auth bearer token=x\nGET ${api.url}/echo\n`);
    await waitUntil('it is back', async () => (await panel.locator('select.type').inputValue()) === 'bearer');
  });

  it('says that a file is read-only, and shows what stands in it', async () => {
    const { window, api } = await openWorkbench();
    window.setSetting('files.readonlyInclude', { '**/locked.http': true });
    try {
      const panel = await openPanel(window, 'locked.http', `### Locked\nGET ${api.url}/echo\nX-A: 1\n`, 'No Auth');
      // The setting takes a moment to hold.
      await window.page.locator('.tab-label[aria-label*="locked.http"][aria-label*="Read-only"]').waitFor();
      await panel.locator('#tab-headers').click();
      const box = panel.getByRole('checkbox', { name: 'Send X-A' });
      await box.click();
      await panel.getByRole('alert').getByText('the file is read-only').waitFor();
      await waitUntil('the row is as in the file', () => box.isChecked());
      assert.equal(window.read('locked.http'), `### Locked\nGET ${api.url}/echo\nX-A: 1\n`);
    } finally {
      window.setSetting('files.readonlyInclude', undefined);
    }
  });

  it('keeps what is typed while the file changes on disk, and undoes several edits one by one', async () => {
    const { window, api } = await openWorkbench();
    const text = `### Several\nGET ${api.url}/echo?a=1&b=2\nX-A: 1\nX-B: 2\n`;
    const panel = await openPanel(window, 'several.http', text, 'No Auth');
    await panel.locator('#tab-headers').click();
    await panel.getByRole('checkbox', { name: 'Send X-A' }).uncheck();
    await textShows(window, '# X-A: 1');
    await panel.getByRole('combobox', { name: 'Value of X-B' }).press('Alt+ArrowUp');
    await waitUntil(
      'the row has moved',
      async () =>
        (await panel
          .getByRole('combobox', { name: /^Name of/ })
          .first()
          .inputValue()) === 'X-B',
    );
    await panel.locator('#tab-params').click();
    await panel.getByRole('checkbox', { name: 'Send a', exact: true }).uncheck();
    await textShows(window, '# ?a=1');
    for (const left of ['X-B: 2', '# X-A: 1', 'X-A: 1']) {
      await window.page.keyboard.press('Control+Z');
      await textShows(window, left);
    }
    await textShows(window, `GET ${api.url}/echo?a=1&b=2`);
    await window.page.locator('.tab.dirty').first().waitFor({ state: 'hidden' });
    await panel.locator('#tab-headers').click();
    const value = panel.getByRole('combobox', { name: 'Value of X-A' });
    await value.press('End');
    window.write('several.http', text.replace('X-B: 2', 'X-B: 3'));
    await value.pressSequentially('0');
    await textShows(window, 'X-A: 10');
    assert.equal(await value.inputValue(), '10');
  });

  it('keeps what it does not understand, and refuses what the text can’t say', async () => {
    const { window, api } = await openWorkbench();
    const odd = '# @auth basic username=ada usrname=b nonsense';
    const panel = await openPanel(window, 'odd.http', `### Odd\n${odd}\nPOST ${api.url}/echo\n`, 'Basic Auth');
    await panel
      .locator('.unknown-row')
      .getByText('Basic Auth has no field “usrname”. Did you mean “username”?')
      .waitFor();
    await field(panel, 'username').getByRole('combobox').fill('eve');
    await textShows(window, odd.replace('ada', 'eve'));
    await panel.locator('#tab-body').click();
    await panel.getByRole('textbox', { name: 'Body as it stands in the file' }).fill('### Another');
    await panel.getByRole('alert').getByText('This can’t be written').waitFor();
    await panel.locator('#tab-authorization').click();
    await panel.getByRole('button', { name: 'Remove usrname' }).click();
    await textShows(window, '# @auth basic username=eve nonsense');
  });

  it('can be used by the keyboard alone, with variables completed', async () => {
    const { window, api } = await openWorkbench();
    const text = `@account = ada\n\n### Keys\n# @auth basic\nGET ${api.url}/echo\n`;
    const panel = await openPanel(window, 'keys.http', text, 'Basic Auth');
    const { keyboard } = window.page;
    await panel.locator('#tab-authorization').focus();
    await keyboard.press('ArrowRight');
    assert.equal(await panel.evaluate(() => document.activeElement?.id), 'tab-params');
    await keyboard.press('ArrowLeft');
    await keyboard.press('Tab');
    assert.equal(await panel.evaluate(() => document.activeElement?.className), 'type');
    const username = field(panel, 'username').getByRole('combobox');
    while (!(await username.evaluate(element => element === document.activeElement))) await keyboard.press('Tab');
    await keyboard.type('{{acc');
    await panel.getByRole('option', { name: /account.*ada/ }).waitFor();
    await window.screenshot('authorization-completion');
    await username.press('Enter');
    await waitUntil('the variable is chosen', async () => (await username.inputValue()) === '{{account}}');
    await textShows(window, 'username={{account}}');
    await window.hover(username, panel.locator('.tooltip', { hasText: 'ada' }));
  });

  it('keeps two panels on one document in step', async () => {
    const { window, api } = await openWorkbench();
    window.write('both/folder.http', '# @auth basic username=one password=x\n');
    const panel = await openPanel(window, 'both/a.http', `### A\nGET ${api.url}/echo\n`, 'Basic Auth');
    await panel.getByRole('button', { name: 'folder.http, line 1', exact: true }).click();
    const parent = await window.webview('main.level-folder select.type');
    await parent.locator('select.type').selectOption('none');
    await parent.getByRole('button', { name: 'Save' }).click();
    await parent.locator('.unsaved').waitFor({ state: 'hidden' });
    assert.equal(window.read('both/folder.http'), '# @auth none\n');
    await window.page.getByRole('tab', { name: /^Auth: A/ }).click();
    const child = await window.webview('main.level-request select.type');
    await child.getByText('Inherits No Auth from').waitFor();
  });

  it('fits a narrow and a wide window', async () => {
    const { window, api } = await openWorkbench();
    await window.setTheme('Dark Modern');
    const text = `@user = ada\n\n### Look around\n# @auth basic username={{user}} password=x\nGET ${api.url}/echo?page=1\nAccept: application/json\n`;
    const panel = await openPanel(window, 'fits.http', text, 'Basic Auth');
    const size = window.page.viewportSize() ?? { width: 1280, height: 800 };
    try {
      for (const width of [700, 2000]) {
        await window.page.setViewportSize({ width, height: 900 });
        await waitUntil('nothing sticks out', () =>
          panel.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        );
        assert.equal(
          await panel.locator('.panels').evaluate(element => element.scrollWidth > element.clientWidth),
          false,
        );
        await window.screenshot(`authorization-width-${width}`);
      }
    } finally {
      await window.page.setViewportSize(size);
    }
  });

  it('is there again after the window was reloaded, on the same tab', async function () {
    this.timeout(240_000);
    const { workbench, window, api } = await openWorkbench();
    const second = await workbench.openWindow({ beside: window });
    try {
      const text = `### Again\n# @auth bearer token={{t}}\nGET ${api.url}/echo\n`;
      const panel = await openPanel(second, 'again.http', text, 'Bearer Token');
      await panel.locator('#tab-headers').click();
      const loaded = second.page.waitForEvent('load');
      await second.runCommand('Developer: Reload Window');
      await loaded;
      const restored = await second.webview('#panel-headers .row', 90_000);
      await restored.locator('h1', { hasText: 'Again' }).waitFor();
      assert.equal(await restored.locator('[role=tab][aria-selected=true]').innerText(), 'Headers');
    } finally {
      await second.close();
    }
  });

  for (const theme of ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const) {
    it(`gives axe nothing to find in ${theme}, in any tab`, async () => {
      const { window, api } = await openWorkbench();
      await window.setTheme(theme);
      const name = theme.toLowerCase().replaceAll(' ', '-');
      const text = `@user = ada\n\n### Look around\n# @auth basic username={{user}} password={{$secret look-pw}} realm=x\nPOST ${api.url}/echo?page={{nowhere}}&size=10\nAuthorization: mine\nAccept: application/json\n\n{"user": "{{user}}"}\n`;
      const panel = await openPanel(window, 'look.http', text, 'Basic Auth');
      for (const tab of ['authorization', 'params', 'headers', 'body', 'preview']) {
        await panel.locator(`#tab-${tab}`).click();
        if (tab === 'headers') {
          const fold = panel.locator('.hidden-parts .fold');
          if ((await fold.getAttribute('aria-expanded')) === 'false') await fold.click();
        }
        assert.deepEqual(await axeViolations(panel), [], tab);
        await window.screenshot(`authorization-${tab}-${name}`);
      }
      await panel.locator('#tab-authorization').click();
      await choose(panel, 'oauth2');
      await field(panel, 'clientId').waitFor();
      await panel.locator('summary').click();
      assert.deepEqual(await axeViolations(panel), [], 'oauth2');
      await window.screenshot(`authorization-oauth2-${name}`);
      assert.deepEqual(window.consoleErrors(), []);
    });
  }
});
