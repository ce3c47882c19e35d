import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { type AuthInForce, previewAuthorized, sendAuthorized } from '../../src/auth/driver.ts';
import type { AuthStatement } from '../../src/auth/inheritance.ts';
import type { AnyScheme } from '../../src/auth/scheme.ts';
import { schemes } from '../../src/auth/schemes/index.ts';
import { fieldApplies, resolveValues, statementProblems } from '../../src/auth/values.ts';
import type { Field } from '../../src/core/fields.ts';
import { conditionsOf, isSecret } from '../../src/core/fields.ts';
import { type HttpRequest, maskedRequestUrl, type Part } from '../../src/core/request.ts';
import { setAuth } from '../../src/language/auth-printer.ts';
import { applyEdits } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { fixedPorts, plainRequest, response } from './ports.ts';

/** What every scheme must do, whatever it is: each scheme of the list is put through all of this. */

const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const secretMark = 'Hush4Secret';
const place = { file: 'collection.http', line: 3 };

function sample(field: Field): string {
  if (field.default) return field.default;
  if (/privateKey/i.test(field.name)) return String(rsaKey);
  if (field.choices?.[0]) return field.choices[0].value;
  if (field.kind === 'flag') return 'true';
  if (field.kind === 'number') return '8';
  if (field.kind === 'duration') return '60 s';
  if (/url|issuer/i.test(field.name)) return 'https://auth.example.com/token';
  return isSecret(field) ? `${secretMark}-${field.name}` : `a-${field.name}`;
}

/** Fields that would take the credential from somewhere else: a file, or a server. */
const fromElsewhere = /^(profile|edgerc|section)$|url$/i;

/** The least that a scheme needs, with a token given where it would have to be fetched. */
function sampleStatement(scheme: AnyScheme): AuthStatement {
  const given = new Map(scheme.fields.flatMap(field => (field.default ? [[field.name, field.default] as const] : [])));
  const wanted = scheme.fields.filter(
    field =>
      fieldApplies(field, given) &&
      (field.required || (!field.advanced && /^(text|secret)$/.test(field.kind) && !fromElsewhere.test(field.name))),
  );
  return {
    scheme: scheme.id,
    fields: wanted.map(field => ({ name: field.name, value: sample(field), fromFile: false, place })),
    place,
  };
}

async function inForce(scheme: AnyScheme): Promise<AuthInForce> {
  const statement = sampleStatement(scheme);
  assert.deepEqual(
    statementProblems(statement).filter(problem => problem.severity === 'error'),
    [],
  );
  return {
    resolved: await resolveValues(statement, { resolve: text => text, readFile: async () => '' }),
    level: 'collection',
  };
}

const signal = new AbortController().signal;
const shown = (parts: readonly Part[]): string[] => parts.map(part => `${part.name}: ${part.masked ?? part.value}`);

describe('Every scheme', () => {
  for (const scheme of schemes) {
    describe(scheme.id, () => {
      it('names its specification and says what it and each field are for', () => {
        assert.match(scheme.specification, /^https:\/\//);
        assert.match(scheme.summary, /^[A-Z].*\.$/);
        assert.ok(scheme.label);
        for (const field of scheme.fields) {
          assert.match(field.name, /^[a-z][A-Za-z0-9]*$/);
          assert.match(field.label, /^[A-Z]/, field.name);
          assert.match(field.help, /^\S.*\.$/s, field.name);
          if (field.when) {
            for (const { field: name, is } of conditionsOf(field.when)) {
              const other = scheme.fields.find(candidate => candidate.name === name);
              assert.ok(other, `${field.name} depends on ${name}`);
              const choices = other.choices?.map(({ value }) => value) ?? is;
              for (const value of is) assert.ok(choices.includes(value), `${name} can be ${value}`);
            }
          }
          if (field.default && field.choices) assert.ok(field.choices.some(choice => choice.value === field.default));
        }
        assert.equal(new Set(scheme.fields.map(field => field.name)).size, scheme.fields.length);
      });

      it('comes back from the text of its directive as it went in', () => {
        const value = fc.oneof(
          fc.string(),
          fc.string({ unit: 'grapheme' }),
          fc.constantFrom('a b', '"q"', '{{v}}', '# x', '< y'),
        );
        const printable = value.map(text => text.replace(/[\r\n\u2028\u2029\0]/g, '').trim());
        fc.assert(
          fc.property(fc.array(printable, { minLength: 1, maxLength: scheme.fields.length }), values => {
            const fields = values.map((text, index) => ({ name: scheme.fields[index]?.name ?? '', value: text }));
            const tree = parse('### t\nGET https://example.com/\n');
            const [placed] = tree.blocks;
            assert.ok(placed);
            const written = applyEdits(tree.text, setAuth(tree, placed, { scheme: scheme.id, fields }));
            const auth = parse(written).blocks[0]?.block.auth;
            assert.equal(auth?.scheme.text, scheme.id, written);
            assert.deepEqual(
              auth.fields.map(field => ({ name: field.name.text, value: field.value.text })),
              fields,
              written,
            );
          }),
          { numRuns: 60 },
        );
      });

      it('gives the same request for the same clock and random numbers', async () => {
        const auth = await inForce(scheme);
        const run = () => previewAuthorized(plainRequest(), auth, fixedPorts(), signal);
        assert.deepEqual(shownRequest((await run()).request), shownRequest((await run()).request));
      });

      it('says beforehand which headers it sets', async () => {
        const auth = await inForce(scheme);
        const { request } = await previewAuthorized(plainRequest(), auth, fixedPorts(), signal);
        const set = request.headers.filter(({ origin }) => origin.by === 'auth').map(({ name }) => name.toLowerCase());
        const said = (scheme.headers?.(auth.resolved.values) ?? ['Authorization']).map(name => name.toLowerCase());
        assert.deepEqual(
          set.filter(name => !said.includes(name)),
          [],
        );
        const { addTo, in: place } = auth.resolved.values;
        if (addTo !== undefined || place !== undefined) {
          assert.deepEqual(scheme.headers?.({ ...auth.resolved.values, addTo: 'query', in: 'query' }), []);
        }
      });

      it('ends on a response of 200', async () => {
        let sent = 0;
        const { response: last } = await sendAuthorized(
          plainRequest(),
          await inForce(scheme),
          fixedPorts(),
          signal,
          async () => {
            sent++;
            return response(200);
          },
        );
        assert.deepEqual([last.status, sent], [200, 1]);
      });

      it('changes nothing of the request but by edits of its own', async () => {
        const request = plainRequest();
        const before = structuredClone(request);
        const { request: authorized } = await previewAuthorized(request, await inForce(scheme), fixedPorts(), signal);
        assert.deepEqual(request, before);
        for (const part of [...authorized.headers, ...authorized.query, ...authorized.cookies]) {
          assert.ok(part.origin.by === 'client' || (part.origin.by === 'auth' && part.origin.scheme === scheme.id));
        }
      });

      it('shows no secret in what is shown, nor in an error', async () => {
        const auth = await inForce(scheme);
        const { request, pending } = await previewAuthorized(plainRequest(), auth, fixedPorts(), signal);
        const texts = [maskedRequestUrl(request), ...shown(request.headers), ...shown(request.cookies), ...pending];
        const broken = {
          ...auth,
          resolved: {
            ...auth.resolved,
            values: Object.fromEntries(
              Object.entries(auth.resolved.values).map(([name, text]) =>
                /privateKey/i.test(name) ? [name, `${secretMark} is no key`] : [name, text],
              ),
            ),
          },
        };
        try {
          await previewAuthorized(plainRequest(), broken, fixedPorts(), signal);
        } catch (error) {
          texts.push(String(error), JSON.stringify(error));
        }
        for (const text of texts) {
          assert.ok(!text.includes(secretMark), text);
          assert.ok(!text.includes(Buffer.from(secretMark).toString('base64').slice(0, 12)), text);
        }
      });
    });
  }
});

function shownRequest(request: HttpRequest): unknown {
  return [request.url, request.query, request.headers, request.cookies, request.body?.text];
}
