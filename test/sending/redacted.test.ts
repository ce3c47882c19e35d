import assert from 'node:assert/strict';
import { CountersignError } from '../../src/core/errors.ts';
import { Redactor } from '../../src/core/redaction.ts';
import { formContext } from '../../src/features/form/form-preview.ts';
import { previewRequest } from '../../src/sending/preview.ts';
import { RequestVariables } from '../../src/sending/request-variables.ts';
import { runRequest } from '../../src/sending/runner.ts';
import { failure } from '../core/variables-setup.ts';
import { formWorkspace, targetIn } from '../features/form-ports.ts';

const secret = 'Tenant-Hunter22';
const shown = /tenant-hunter22/i;

/** A request of a text, its secrets seen by a redactor as hosts have one. */
function requestOf(text: string) {
  const file = '/w/a.http';
  const space = formWorkspace({ [file]: text });
  const redactor = new Redactor();
  const values = new RequestVariables({
    environment: () => [],
    ports: {
      ...{ clock: space.ports.driver.clock, random: space.ports.driver.random, env: {} },
      secrets: { get: async () => secret },
      secretSeen: redactor.add,
    },
  });
  const ports: typeof space.ports = {
    ...space.ports,
    redact: redactor.redact,
    variablesFor: async ({ tree, block }, scopes, settings) => {
      const placed = tree.blocks[block];
      assert.ok(placed);
      return values.forRequest(file, tree, placed, scopes, settings);
    },
    driver: {
      ...space.ports.driver,
      tokens: {
        ...space.ports.driver.tokens,
        peek: async request => ({
          kind: 'pending',
          pending: `a token will be fetched from ${JSON.stringify(request)}`,
        }),
      },
    },
  };
  return { ports, target: { file, tree: space.tree(file), block: 0 } };
}

const signal = new AbortController().signal;
const oauth =
  '# @auth oauth2 grantType=client_credentials tokenUrl=https://{{$secret s}}.example/t clientId=c clientSecret=d';

describe('a secret in a URL', () => {
  it('does not show in what is pending', async () => {
    const { ports, target } = requestOf(`${oauth}\nGET https://api.example/\n`);
    const { pending } = await previewRequest(target, ports, signal);
    assert.match(pending.join(), /a token will be fetched from .*•••/);
    assert.doesNotMatch(pending.join(), shown);
  });

  it('does not show in what a form says', async () => {
    const { ports, target } = requestOf(`${oauth}\nGET https://api.example/\n`);
    const { preview } = await formContext(targetIn(target.tree, target.file, 'GET'), ports, signal);
    assert.match(preview.pending.join(), /•••/);
    assert.doesNotMatch(preview.pending.join(), shown);
  });

  it('does not show in an error before anything is sent', async () => {
    const { ports, target } = requestOf('GET https://{{$secret s}}.example:99999/\n');
    const error = await failure(() => previewRequest(target, ports, signal));
    assert.doesNotMatch(`${error.message} ${error.hint}`, shown);
  });

  it('does not show in an error of its host, in the result or an attempt', async () => {
    const { ports, target } = requestOf('GET https://{{$secret s}}.example/\n');
    const result = await runRequest(
      target,
      {
        ...ports,
        transport: {
          send: async ({ url }) => {
            throw new CountersignError('host-not-found', `The host ${new URL(url).host} could not be found.`);
          },
        },
        storeBody: async () => assert.fail('nothing came'),
        defaults: {},
      },
      { signal },
    );
    assert.equal(result.error?.message, 'The host •••.example could not be found.');
    assert.equal(result.attempts[0]?.error?.message, 'The host •••.example could not be found.');
  });
});
