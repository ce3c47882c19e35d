import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
const settings: Readonly<Record<string, { readonly scope?: string }>> = manifest.contributes.configuration.properties;

describe('the manifest', () => {
  it('takes nothing from a workspace that runs a program, or decides whom TLS trusts and who the client is', () => {
    const ofMachine = ['verifyCertificates', 'certificateAuthorities', 'certificates', 'signIn.browser'];
    for (const name of ofMachine) assert.equal(settings[`countersign.${name}`]?.scope, 'machine', name);
  });
});

describe('the activation', () => {
  it('happens for a callback too, which the system may hand to a window that has sent nothing yet', () => {
    const file = new URL('../package.json', import.meta.url);
    const { activationEvents } = JSON.parse(readFileSync(file, 'utf8')) as { activationEvents: readonly string[] };
    assert.ok(activationEvents.includes('onUri'));
  });
});
