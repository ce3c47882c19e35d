import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { faultOf, targets } from './targets.ts';

/**
 * `npm run fuzz -- --minutes 10 [--target NAME]`: gives what reads text of strangers random text, and text made of the
 * characters that mean something to it, in turn. Prints each fault with the shortest text that shows it, and the count
 * of inputs; the status is 1 where there was a fault.
 */

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, target: { type: 'string' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new RangeError(`--minutes takes a number above 0, not ${values.minutes}`);
const chosen = targets.filter(({ name }) => values.target === undefined || name.includes(values.target));
if (chosen.length === 0) throw new RangeError(`there is no target “${values.target}”`);

const meaning = [
  'GET http://h/',
  'Authorization: ',
  '# @auth ',
  '###',
  '{{',
  '}}',
  '\n',
  '\r\n',
  ' ',
  '"',
  "'",
  '\\',
  '=',
  ',',
  ';',
  ':',
  '%',
  '&',
  '?',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '#',
  '@',
  '-',
  '•••',
  '\u0000',
  '\ufeff',
  '\ud800',
  'é',
  'a',
  '0',
  'Basic',
  'Digest',
  'nonce',
  'curl',
  '-H',
  'true',
  'null',
  '1e999',
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom(...meaning), { maxLength: 60 }).map(parts => parts.join('')),
  fc.json(),
);

const end = Date.now() + minutes * 60_000;
const inputs = new Map<string, number>();
const faulty = new Set<string>();
for (let round = 0; Date.now() < end; round++) {
  const target = chosen[round % chosen.length];
  if (!target || faulty.has(target.name)) {
    if (faulty.size === chosen.length) break;
    continue;
  }
  const result = fc.check(
    fc.property(text, given => {
      inputs.set(target.name, (inputs.get(target.name) ?? 0) + 1);
      const fault = faultOf(target, given);
      if (fault !== undefined) throw fault;
    }),
    { numRuns: 2_000, interruptAfterTimeLimit: Math.max(1, end - Date.now()) },
  );
  if (!result.failed || result.counterexample === null) continue;
  faulty.add(target.name);
  console.log(`✘ ${target.name}: ${JSON.stringify(result.counterexample[0])}\n  ${result.errorInstance}`);
}
let total = 0;
for (const [name, count] of inputs) {
  total += count;
  console.log(`${faulty.has(name) ? '✘' : '✔'} ${String(count).padStart(10)}  ${name}`);
}
console.log(`${total} inputs, ${faulty.size} faults`);
process.exitCode = faulty.size > 0 ? 1 : 0;
