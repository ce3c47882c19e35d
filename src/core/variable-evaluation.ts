import type { DynamicVariable } from './dynamic-variable.ts';
import { asCountersignError, CountersignError } from './errors.ts';
import type { Place } from './place.ts';
import { builtInTarget, type ReferenceTarget } from './reference-target.ts';
import { MASK, percentEncode } from './request.ts';
import { isSecretName } from './secret-names.ts';
import { resolveSecret } from './secrets.ts';
import { runLater, runNow, type Stepwise } from './stepwise.ts';
import { parseTemplate, type ReferencePart, type Template } from './template.ts';
import { cyclicVariable, placeWithin, tooDeep, tooLong, unresolvedVariable } from './variable-errors.ts';
import type { VariableDefinition, VariableLayer } from './variable-layer.ts';
import type { Resolved, VariablePorts } from './variable-ports.ts';
import { printedBy, promptedValue, responseValue, tokenNamed } from './variable-sources.ts';

export interface VariableProblem {
  readonly error: CountersignError;
  /** Offsets in the text, braces included. */
  readonly start: number;
  readonly end: number;
}

interface Value extends Resolved {
  /** False where the value is for this request alone. */
  readonly stable: boolean;
  /** Every name that was looked up on the way. */
  readonly names: ReadonlySet<string>;
}

/** A definition whose value is being computed, and what that waits for. */
interface Pending {
  readonly definition: VariableDefinition;
  readonly depth: number;
  waitingFor: Pending | undefined;
  settled: PromiseWithResolvers<Value> | undefined;
}

/** Where a text stands, and whose value it is. */
interface Scope {
  readonly text: string;
  readonly place: Place | undefined;
  readonly owner: Pending | undefined;
}

/** Variables that refer to one another in a longer chain than this are a mistake. */
const DEEPEST = 200;
/** Characters of one value; references that double one another reach it soon. */
const LONGEST = 16 * 1024 * 1024;
const NO_NAMES: ReadonlySet<string> = new Set();

/** Evaluates texts for one request; see `Variables`. */
export class VariableEvaluation {
  readonly #layers: readonly VariableLayer[];
  readonly #request: VariableLayer | undefined;
  readonly #ports: VariablePorts;
  readonly #stable: Map<VariableDefinition, Value>;
  readonly #own = new Map<VariableDefinition, Value>();
  readonly #pending = new Map<VariableDefinition, Pending>();

  constructor(layers: readonly VariableLayer[], ports: VariablePorts, shared?: VariableEvaluation) {
    this.#layers = layers;
    this.#request = layers.find(layer => layer.kind === 'request');
    this.#ports = ports;
    this.#stable = shared ? shared.#stable : new Map();
  }

  now(text: string, place: Place | undefined): Resolved | undefined {
    const template = parseTemplate(text);
    const known = this.#fromKnown(template);
    if (known) return known;
    const value = runNow(this.#template(template, topScope(text, place)));
    return value && { value: value.value, masked: value.masked };
  }

  async later(text: string, place: Place | undefined): Promise<Resolved> {
    const { value, masked } = await runLater(this.#template(parseTemplate(text), topScope(text, place)));
    return { value, masked };
  }

  async valueOf(definition: VariableDefinition): Promise<Resolved> {
    const { value, masked } = await runLater(this.#definition(definition, undefined));
    return { value, masked };
  }

  valueNow(definition: VariableDefinition): Resolved | undefined {
    const value = runNow(this.#definition(definition, undefined));
    return value && { value: value.value, masked: value.masked };
  }

  async tolerant(
    text: string,
    place: Place | undefined,
  ): Promise<Resolved & { readonly problems: readonly VariableProblem[] }> {
    const problems: VariableProblem[] = [];
    let value = '';
    let masked = '';
    for (const part of parseTemplate(text)) {
      let resolved: Resolved = { value: text.slice(part.start, part.end), masked: text.slice(part.start, part.end) };
      if (part.kind === 'literal') {
        resolved = { value: part.text, masked: part.text };
      } else {
        try {
          resolved = await runLater(this.#reference(part, topScope(text, place)));
        } catch (error) {
          problems.push({ error: asCountersignError(error, place), start: part.start, end: part.end });
        }
      }
      value += resolved.value;
      masked += resolved.masked;
    }
    return { value, masked, problems };
  }

  check(text: string, place: Place | undefined): readonly VariableProblem[] {
    const problems: VariableProblem[] = [];
    for (const part of parseTemplate(text)) {
      if (part.kind === 'literal') continue;
      try {
        runNow(this.#reference(part, topScope(text, place)));
      } catch (error) {
        problems.push({ error: asCountersignError(error, place), start: part.start, end: part.end });
      }
    }
    return problems;
  }

  /** What an expression refers to; undefined where nothing has that name. */
  target(expression: string): ReferenceTarget | undefined {
    const definition = this.#find(expression, undefined);
    if (definition) return { kind: 'definition', definition };
    if (expression.startsWith('%')) return this.target(expression.slice(1).trim());
    return builtInTarget(expression, this.#layers, this.#ports.responses);
  }

  /** The text, where each reference is a plain name whose value has been computed before: the common case in a run. */
  #fromKnown(template: Template): Resolved | undefined {
    let value = '';
    let masked = '';
    for (const part of template) {
      if (part.kind === 'literal') {
        value += part.text;
        masked += part.text;
        continue;
      }
      const definition = part.inner ? undefined : this.#find(part.expression, undefined);
      const known = definition && this.#known(definition);
      if (!known) return undefined;
      value += known.value;
      masked += known.masked;
    }
    return { value, masked };
  }

  *#template(template: Template, scope: Scope, escapes = false): Stepwise<Value> {
    let value = '';
    let masked = '';
    let stable = true;
    const names = scope.owner ? new Set<string>() : undefined;
    for (const part of template) {
      if (part.kind === 'literal') {
        const text = escapes ? unescapeValue(part.text) : part.text;
        value += text;
        masked += text;
        continue;
      }
      const resolved = yield* this.#reference(part, scope);
      value += resolved.value;
      masked += resolved.masked;
      stable &&= resolved.stable;
      if (names) for (const name of resolved.names) names.add(name);
      if (scope.owner && value.length > LONGEST) throw tooLong(scope.owner.definition, LONGEST);
    }
    return { value, masked, stable, names: names ?? NO_NAMES };
  }

  *#reference(part: ReferencePart, scope: Scope): Stepwise<Value> {
    if (!part.inner) return yield* this.#expression(part.expression, part.expression, part, scope);
    const name = yield* this.#template(part.inner, scope);
    const resolved = yield* this.#expression(name.value.trim(), name.masked.trim(), part, scope);
    return {
      ...resolved,
      stable: resolved.stable && name.stable,
      names: new Set([...name.names, ...resolved.names]),
    };
  }

  /** @param shown the expression as it may be shown in an error */
  *#expression(expression: string, shown: string, part: ReferencePart, scope: Scope): Stepwise<Value> {
    const definition = this.#find(expression, scope.owner?.definition);
    if (definition) {
      const { unusable } = definition;
      if (unusable?.code)
        throw unusableValue(unusable, scope.place && placeWithin(scope.place, scope.text, part.start));
      const value = yield* this.#definition(definition, scope.owner);
      return scope.owner ? { ...value, names: new Set([expression, ...value.names]) } : value;
    }
    if (expression.startsWith('%') && expression.length > 1) {
      const value = yield* this.#expression(expression.slice(1).trim(), shown, part, scope);
      return { ...value, value: percentEncode(value.value.toWellFormed()), masked: encodeMasked(value.masked) };
    }
    const place = scope.place && placeWithin(scope.place, scope.text, part.start);
    if (scope.owner && expression === scope.owner.definition.name) {
      throw cyclicVariable([scope.owner.definition.name, scope.owner.definition.name], place);
    }
    const target = this.target(expression);
    try {
      switch (target?.kind) {
        case 'definition':
          return { ...(yield* this.#definition(target.definition, scope.owner)), stable: false };
        case 'dynamic':
          return yield* this.#dynamic(target.variable, target.argument, scope);
        case 'secret': {
          const { secrets } = this.#ports;
          return this.#secret((yield () => resolveSecret(secrets, target.name)) as string, `$secret ${target.name}`);
        }
        case 'token':
          return this.#secret((yield () => tokenNamed(this.#ports, target.name)) as string, `$token ${target.name}`);
        case 'exec':
          return this.#secret((yield () => printedBy(this.#ports, target.name)) as string, `$exec ${target.name}`);
        case 'response': {
          const value = (yield () => responseValue(this.#ports, target.name, target.path)) as string;
          return isSecretName(target.path) ? this.#secret(value, expression) : unstable(value);
        }
        default:
          throw unresolvedVariable(shown, this.#knownNames());
      }
    } catch (error) {
      throw asCountersignError(error, place);
    }
  }

  *#definition(definition: VariableDefinition, owner: Pending | undefined): Stepwise<Value> {
    const known = this.#known(definition);
    if (known) return known;
    const running = this.#pending.get(definition);
    if (running) {
      throwIfCyclic(running, owner);
      running.settled ??= Promise.withResolvers();
      const { promise } = running.settled;
      promise.catch(() => {});
      if (owner) owner.waitingFor = running;
      try {
        return (yield () => promise) as Value;
      } finally {
        if (owner) owner.waitingFor = undefined;
      }
    }
    const depth = (owner?.depth ?? 0) + 1;
    if (depth > DEEPEST) throw tooDeep(definition, DEEPEST);
    const pending: Pending = { definition, depth, waitingFor: undefined, settled: undefined };
    this.#pending.set(definition, pending);
    if (owner) owner.waitingFor = pending;
    let failure: unknown = new CountersignError('cancelled', `“${definition.name}” was not resolved.`);
    try {
      const value = yield* this.#compute(definition, pending);
      this.#own.set(definition, value);
      if (value.stable && definition.layer !== 'request' && this.#shareable(value)) this.#stable.set(definition, value);
      pending.settled?.resolve(value);
      failure = undefined;
      return value;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      if (failure !== undefined) pending.settled?.reject(failure);
      this.#pending.delete(definition);
      if (owner) owner.waitingFor = undefined;
    }
  }

  *#compute(definition: VariableDefinition, pending: Pending): Stepwise<Value> {
    const { value: text, place, unusable, prompt } = definition;
    if (unusable) {
      throw unusableValue(unusable, place);
    }
    if (prompt) {
      const secret = definition.secret === true;
      const answer = (yield () => promptedValue(this.#ports, definition)) as string;
      return secret ? this.#secret(answer, definition.name) : unstable(answer);
    }
    const scope: Scope = { text, place, owner: pending };
    const value = definition.literal
      ? { value: text, masked: text, stable: true, names: NO_NAMES }
      : yield* this.#template(parseTemplate(text), scope, definition.escapes === true);
    return definition.secret ? { ...value, masked: this.#secret(value.value, definition.name).masked } : value;
  }

  *#dynamic(variable: DynamicVariable, argument: string, scope: Scope): Stepwise<Value> {
    let actual = argument;
    // `%NAME`: the name is itself the value of a variable.
    if (variable.indirect && argument.startsWith('%')) {
      const name = argument.slice(1).trim();
      const definition = this.#find(name, scope.owner?.definition);
      actual = definition ? (yield* this.#definition(definition, scope.owner)).value : name;
    }
    const { permitEnvironment } = this.#ports;
    if (variable.ofEnvironment && permitEnvironment) yield () => permitEnvironment(actual);
    const value = variable.generate(actual, this.#ports);
    return variable.indirect && isSecretName(actual)
      ? this.#secret(value, `${variable.name} ${actual}`)
      : unstable(value);
  }

  /** @param name what stands for it between braces */
  #secret(value: string, name: string): Value {
    if (value !== '') this.#ports.secretSeen?.(value, name);
    return { value, masked: value === '' ? '' : MASK, stable: false, names: NO_NAMES };
  }

  #known(definition: VariableDefinition): Value | undefined {
    const own = this.#own.get(definition);
    if (own) return own;
    const shared = this.#stable.get(definition);
    if (!shared) return undefined;
    if (!this.#shareable(shared)) return undefined;
    this.#own.set(definition, shared);
    return shared;
  }

  /** Whether the value is the same for requests with and without variables of their own. */
  #shareable({ names }: Value): boolean {
    const request = this.#request;
    if (!request) return true;
    for (const name of names) if (request.get(name)) return false;
    return true;
  }

  /** A variable that names itself means the one of that name in the layers below its own. */
  #find(name: string, self: VariableDefinition | undefined): VariableDefinition | undefined {
    const layers = self?.name === name ? this.#below(self) : this.#layers;
    for (const layer of layers) {
      const definition = layer.get(name);
      // A request's own variable is the file's, too.
      if (definition && definition !== self && !(self && isSamePlace(definition, self))) return definition;
    }
    return undefined;
  }

  /** All layers where none has the definition. */
  #below(self: VariableDefinition): readonly VariableLayer[] {
    return this.#layers.slice(this.#layers.findIndex(layer => layer.get(self.name) === self) + 1);
  }

  *#knownNames(): Iterable<string> {
    for (const layer of this.#layers) for (const { name } of layer.definitions()) yield name;
    yield* this.#ports.responses?.names() ?? [];
  }
}

function isSamePlace({ name, place }: VariableDefinition, other: VariableDefinition): boolean {
  return (
    place !== undefined &&
    name === other.name &&
    place.file === other.place?.file &&
    place.line === other.place.line &&
    place.column === other.place.column
  );
}

function topScope(text: string, place: Place | undefined): Scope {
  return { text, place, owner: undefined };
}

function unusableValue(
  unusable: NonNullable<VariableDefinition['unusable']>,
  place: Place | undefined,
): CountersignError {
  const { code, message, hint } = unusable;
  return new CountersignError(code ?? 'unresolved-variable', message, { hint, ...(place ? { place } : {}) });
}

function unstable(value: string): Value {
  return { value, masked: value, stable: false, names: NO_NAMES };
}

/** Following what is waited for from `running` must not lead back to the one that wants it. */
function throwIfCyclic(running: Pending, owner: Pending | undefined): void {
  if (!owner) return;
  const names: string[] = [];
  for (let at: Pending | undefined = running; at; at = at.waitingFor) {
    names.push(at.definition.name);
    if (at === owner) throw cyclicVariable([...names, running.definition.name], running.definition.place);
  }
}

function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([nrt\\])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : letter === 't' ? '\t' : '\\',
  );
}

function encodeMasked(masked: string): string {
  return percentEncode(masked.toWellFormed()).replaceAll(percentEncode(MASK), MASK);
}
