import { createHash, createHmac, getHashes, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import variant from '@jitl/quickjs-singlefile-mjs-release-sync';
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten-core';
import type { Face, LogLevel, Script, ScriptCall, ScriptFailure, ScriptOutcome } from '../scripting/script.ts';
import type { FromSandbox, SandboxStart, ToSandbox } from './messages.ts';

/**
 * The thread that scripts run on: QuickJS in WebAssembly, which knows nothing of Node. A script reaches what `hostCall`
 * answers and nothing else, texts in and texts out. The thread can be ended at any moment.
 */

const port = parentPort;
if (!port) throw new Error('This is the thread of the sandbox.');
const { folder, limits, answered } = workerData as SandboxStart;
const cell = new Int32Array(answered);
const clock = new Int32Array(new SharedArrayBuffer(4));

/** Bytes of the stack of a script: recursion without end is an error of the script. */
const stackSize = 768 * 1024;
/** Scripts that are kept compiled. */
const mostCompiled = 200;
/** Calls that are named of a failure. */
const mostFrames = 10;
/** Characters that a line costs beside its own. */
const lineCost = 120;
/** Milliseconds that a script may wait altogether, for timers. */
const longestWait = 120_000;

const module = await newQuickJSWASMModuleFromVariant(variant);
const runtime = module.newRuntime();
runtime.setMemoryLimit(limits.memory);
runtime.setMaxStackSize(stackSize);

/** Bytes that the engine holds of this machine's memory; they only ever grow. */
const heldMemory = (): number => module.getWasmMemory().buffer.byteLength;

let heldBefore = 0;
let deadline = 0;
/** Pushes the deadline out by what was spent waiting. */
const notComputing = <T>(work: () => T): T => {
  const started = performance.now();
  try {
    return work();
  } finally {
    deadline += performance.now() - started;
  }
};
runtime.setInterruptHandler(() => performance.now() > deadline);

const send = (message: FromSandbox): void => port.postMessage(message);

/** What the scripts of one face share: their globals, as in the tools that they were written for. */
interface Realm {
  readonly context: QuickJSContext;
  readonly run: QuickJSHandle;
}

const realms = new Map<Face, Realm>();
interface Compiled {
  readonly run: QuickJSHandle;
  /** What stands for its file in stacks. */
  readonly name: string;
}

/** By face and text: a script is compiled once, wherever it stands. */
const compiled = new Map<string, Compiled>();
/** Where each script stands that runs, or ran last, by its name. */
const places = new Map<string, Script['place']>();
let scriptCount = 0;
let printed = 0;
/** What was cut off may leave jobs behind, which belong to all realms. */
let broken = false;

function realmOf(face: Face): Realm {
  const known = realms.get(face);
  if (known) return known;
  const context = runtime.newContext();
  defineHost(context);
  const code = readFileSync(join(folder, 'faces.txt'), 'utf8');
  const run = notComputing(() => context.unwrapResult(context.evalCode(code, 'countersign:faces', sloppy)));
  const realm = { context, run };
  realms.set(face, realm);
  return realm;
}

const spoiled: Realm[] = [];

/** Another realm for the next script; this one ends when nothing of it runs any more. */
function discard(face: Face): void {
  const realm = realms.get(face);
  if (!realm) return;
  realms.delete(face);
  spoiled.push(realm);
  for (const [key, script] of compiled) {
    if (!key.startsWith(`${face} `)) continue;
    forget(key, script);
  }
}

function forget(key: string, { run, name }: Compiled): void {
  run.dispose();
  compiled.delete(key);
  places.delete(name);
}

function endSpoiled(): void {
  for (const { run, context } of spoiled.splice(0)) {
    run.dispose();
    context.dispose();
  }
}

const sloppy = { type: 'global', strict: false } as const;

/** Modules that scripts import: files of the project, which the host reads. */
runtime.setModuleLoader(
  name => ask('module', JSON.stringify({ name })) ?? '',
  (base, name) => ask('path', JSON.stringify({ base: places.get(base)?.file ?? base, name })) ?? name,
);

/** The one function that scripts have of their host. */
function defineHost(context: QuickJSContext): void {
  const host = context.newFunction('host', (method, argument) => {
    try {
      const value = hostCall(context.getString(method), context.getString(argument));
      return value === undefined ? context.undefined : context.newString(value);
    } catch (error) {
      return { error: context.newError(error instanceof Error ? error.message : String(error)) };
    }
  });
  context.setProp(context.global, '__host', host);
  host.dispose();
}

function hostCall(method: string, argument: string): string | undefined {
  switch (method) {
    case 'digest': {
      const { algorithm, key, data } = JSON.parse(argument) as Record<'algorithm' | 'key' | 'data', string>;
      if (!getHashes().includes(algorithm)) throw new Error(`There is no digest “${algorithm}”.`);
      const bytes = Buffer.from(data, 'base64');
      const hash = key === undefined ? createHash(algorithm) : createHmac(algorithm, Buffer.from(key, 'base64'));
      return JSON.stringify(hash.update(bytes).digest('base64'));
    }
    case 'random': {
      const length = Number(argument);
      if (!(length >= 0 && length <= 65_536)) throw new Error('At most 65,536 random bytes at once.');
      return JSON.stringify(randomBytes(length).toString('base64'));
    }
    case 'url':
      return urlParts(JSON.parse(argument) as Parameters<typeof urlParts>[0]);
    case 'query':
      return JSON.stringify([...new URLSearchParams(JSON.parse(argument) as string)]);
    case 'form':
      return JSON.stringify(new URLSearchParams(JSON.parse(argument) as [string, string][]).toString());
    case 'now':
      return String(performance.timeOrigin + performance.now());
    case 'library':
      if (!/^[a-z\d-]+$/.test(argument)) throw new Error(`There is no library “${argument}”.`);
      return library(argument);
    case 'log': {
      const { level, text } = JSON.parse(argument) as { readonly level: LogLevel; readonly text: string };
      log(level, text);
      return undefined;
    }
    default:
      return ask(method, argument);
  }
}

/** The parts of a URL, undefined where it is none. @param set a part and its new value */
function urlParts({ url, base, set }: { url: string; base?: string; set?: [string, string] }): string | undefined {
  const parsed = URL.parse(url, base);
  if (!parsed) return undefined;
  if (set) Reflect.set(parsed, set[0], set[1]);
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = parsed;
  return JSON.stringify({ href, origin, protocol, username, password, host, hostname, port, pathname, search, hash });
}

function library(name: string): string | undefined {
  try {
    return readFileSync(join(folder, `${name}.txt`), 'utf8');
  } catch {
    return undefined;
  }
}

function log(level: LogLevel, text: string): void {
  if (printed > limits.output) return;
  const left = limits.output - printed - lineCost;
  printed += text.length + lineCost;
  if (text.length <= left) {
    send({ kind: 'log', level, text });
    return;
  }
  const rest = `The script prints more than ${limits.output} characters; the rest is left out.`;
  send({ kind: 'log', level: 'warn', text: left > 0 ? `${text.slice(0, left)}…\n${rest}` : rest });
  printed = limits.output + 1;
}

/** Asks the host, and stands still until it has answered. */
function ask(method: string, argument: string): string | undefined {
  Atomics.store(cell, 0, 0);
  send({ kind: 'call', method, argument });
  return notComputing(() => {
    Atomics.wait(cell, 0, 0);
    const received = receiveMessageOnPort(port as NonNullable<typeof port>) as
      | { readonly message: ToSandbox }
      | undefined;
    const message = received?.message;
    if (message?.kind !== 'answer') throw new Error('The host does not answer.');
    if ('error' in message.answer) throw new Error(message.answer.error);
    return message.answer.value;
  });
}

const staticImport = /^([ \t]*)import\s+(?:\{([^}]*)\}|\*\s+as\s+([\w$]+)|([\w$]+))\s+from\s+(['"][^'"\n]+['"])/gm;

/** The imports of a script, which is no module, as what they mean inside a function. */
const withImports = (text: string): string =>
  text.includes('import')
    ? text.replace(staticImport, (_, blank: string, names?: string, all?: string, one?: string, from?: string) => {
        const bound = names === undefined ? (all ?? `{ default: ${one} }`) : `{${names.replaceAll(/\sas\s/g, ': ')}}`;
        return `${blank}const ${bound} = await import(${from})`;
      })
    : text;

/** The script as a function of the names that its face puts in reach. @throws where its syntax is wrong */
function compile({ context }: Realm, { script }: ScriptCall): Compiled {
  const { text, place, face } = script;
  const key = `${face} ${text}`;
  const known = compiled.get(key);
  if (known) {
    // The one that was used last is the last to go.
    compiled.delete(key);
    compiled.set(key, known);
    places.set(known.name, place);
    return known;
  }
  const name = `countersign-script-${++scriptCount}`;
  places.set(name, place);
  const [open, close] = face === 'httpyac' ? ['with ($) { return ', '}'] : ['return ', ''];
  // The text begins in the second line, in its first column.
  const code = `(function ($) { ${open}(async function () {\n${withImports(text)}\n})() ${close} })`;
  const made = { run: context.unwrapResult(context.evalCode(code, name, sloppy)), name };
  const [oldest] = compiled;
  if (oldest && compiled.size >= mostCompiled) forget(...oldest);
  compiled.set(key, made);
  return made;
}

function runScript(call: ScriptCall): ScriptOutcome {
  printed = 0;
  heldBefore = heldMemory();
  deadline = performance.now() + limits.time;
  let compiling = true;
  try {
    const realm = realmOf(call.script.face);
    const { context } = realm;
    const script = compile(realm, call);
    compiling = false;
    const { text: _, ...stated } = call.script;
    const input = context.newString(JSON.stringify({ ...call, script: { ...stated, name: script.name } }));
    const task = context.unwrapResult(context.callFunction(realm.run, context.undefined, script.run, input));
    input.dispose();
    try {
      return finished(context, task, call);
    } finally {
      task.dispose();
    }
  } catch (error) {
    // What the faces themselves stumble over was changed by a script.
    if (!compiling) discard(call.script.face);
    return { tests: [], failure: failureOf(error, call) };
  }
}

const interrupted = { name: 'InternalError', message: 'interrupted' };

/** Goes on with what the script has left to do until it has come to its end. */
function finished(context: QuickJSContext, task: QuickJSHandle, call: ScriptCall): ScriptOutcome {
  let waited = 0;
  for (;;) {
    const jobs = runtime.executePendingJobs();
    if (jobs.error) {
      const { context: at } = jobs.error;
      const error = at.dump(jobs.error);
      jobs.error.dispose();
      throw error;
    }
    // A job that was interrupted may leave nothing but a promise that never settles.
    if (performance.now() > deadline) throw interrupted;
    // What is to be done now: a result as text, or the milliseconds until the next timer.
    const next = context.unwrapResult(context.callFunction(task, context.undefined));
    const state = context.dump(next) as string | number;
    next.dispose();
    if (typeof state === 'string') return readOutcome(state, call);
    if (state <= 0) continue;
    waited += state;
    if (waited > longestWait) throw new Error(`The script waits longer than ${longestWait / 1000} s.`);
    notComputing(() => Atomics.wait(clock, 0, 0, state));
  }
}

interface Left {
  readonly error?: unknown;
  /** It waits for something that never happens. */
  readonly stalled?: boolean;
  /** The script changed what the language itself brings. */
  readonly spoiled?: boolean;
}

/** What the faces say of a script; its error is one of the script's file. */
function readOutcome(text: string, call: ScriptCall): ScriptOutcome {
  const { error, spoiled, stalled, ...outcome } = JSON.parse(text) as Omit<ScriptOutcome, 'failure'> & Left;
  // The next script finds everything as it should be.
  if (spoiled) discard(call.script.face);
  const { line } = call.script.place;
  const tests = outcome.tests.map(test => ({ ...test, line: test.line > 0 ? line + test.line - 1 : line }));
  if (stalled) return { ...outcome, tests, failure: stallOf(call) };
  return { ...outcome, tests, ...(error === undefined ? {} : { failure: failureOf(error, call) }) };
}

interface ScriptError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
}

/** A promise is left alone for good where there was no memory even for the error that would have ended it. */
function stallOf(call: ScriptCall): ScriptFailure {
  const { place } = call.script;
  return tookAllMemory() ? outOfMemory(call) : { message: 'The script waits for something that never happens.', place };
}

/** What a script held may be gone by now; what the engine took for it is not. */
const tookAllMemory = (): boolean => heldMemory() - heldBefore >= limits.memory;

function outOfMemory({ script }: ScriptCall): ScriptFailure {
  broken = true;
  const megabytes = Math.round(limits.memory / 1024 / 1024);
  return { message: `The script needs more than ${megabytes} MB of memory.`, place: script.place };
}

function failureOf(error: unknown, call: ScriptCall): ScriptFailure {
  const { script } = call;
  // QuickJS throws null where there is no memory for an error.
  if (error === null && tookAllMemory()) return outOfMemory(call);
  if (typeof error !== 'object' || error === null)
    return { message: `The script threw ${error}.`, place: script.place };
  const cause = (error as { readonly cause?: unknown }).cause;
  const { name, message, stack } = (typeof cause === 'object' && cause !== null ? cause : error) as ScriptError;
  const text = typeof message === 'string' ? message : String(message);
  if (name === 'InternalError' && text === 'interrupted') {
    broken = true;
    return { message: `The script computes longer than ${limits.time / 1000} s.`, place: script.place };
  }
  if (name === 'InternalError' && text === 'out of memory') return outOfMemory(call);
  const frames = framesOf(typeof stack === 'string' ? stack : '');
  const at = frames.find(({ file }) => file === script.place.file);
  return {
    message: typeof name === 'string' && name !== '' && name !== 'Error' ? `${name}: ${text}` : text,
    place: at ? { file: script.place.file, line: at.line, column: at.column } : script.place,
    ...(frames.length === 0
      ? {}
      : {
          stack: frames
            .slice(0, mostFrames)
            .map(({ text }) => text)
            .join('\n'),
        }),
  };
}

interface Frame {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The calls of a stack that are the script's; those of the faces and libraries are left out. */
function framesOf(stack: string): readonly Frame[] {
  return stack.split('\n').flatMap(line => {
    const [, called = '', inBrackets, bare] = /^\s*at (?:(.*?) \((.*)\)|(\S.*))$/.exec(line) ?? [];
    const [, file = '', row, column] = /^(.*?):(\d+)(?::(\d+))?$/.exec(inBrackets ?? bare ?? '') ?? [];
    if (row === undefined || file === '' || file.startsWith('countersign:')) return [];
    const place = places.get(file);
    // A script that is no longer known: nobody can tell where it stood.
    if (!place && file.startsWith('countersign-script-')) return [];
    const at = placed({ file, line: Number(row), column: Number(column ?? 1) }, place);
    const name = called === '' || called === '<anonymous>' ? '' : `${called} `;
    return [{ ...at, text: `${name}(${at.file}:${at.line}:${at.column})` }];
  });
}

/** A place of a compiled script as one of the file that it stands in. */
function placed(at: Omit<Frame, 'text'>, place: Script['place'] | undefined): Omit<Frame, 'text'> {
  if (!place) return at;
  const { file, line, column = 1 } = place;
  return { file, line: line + at.line - 2, column: at.line === 2 ? column + at.column - 1 : at.column };
}

port.on('message', (message: ToSandbox) => {
  if (message.kind !== 'run') return;
  broken = false;
  const outcome = runScript(message.call);
  send({ kind: 'done', outcome, broken });
  endSpoiled();
});
send({ kind: 'ready' });
