import { dynamicVariables } from './dynamic-variables.ts';
import { CountersignError } from './errors.ts';
import type { Place } from './place.ts';
import { isPlain, parseTemplate, type ReferencePart } from './template.ts';
import { VariableEvaluation, type VariableProblem } from './variable-evaluation.ts';
import type { LayerKind, VariableDefinition, VariableLayer } from './variable-layer.ts';
import type { Resolved, VariablePorts } from './variable-ports.ts';

/** What a name stands for, for hover and go to definition. */
export interface VariableInfo {
  readonly name: string;
  readonly kind: LayerKind | 'dynamic' | 'secret' | 'token' | 'exec' | 'response';
  readonly definition?: VariableDefinition;
  /** The value as it would be now, secrets masked; undefined where only sending can tell. */
  readonly preview?: string;
  /** For dynamic variables: what it does, one sentence. */
  readonly help?: string;
}

export interface VariableName {
  readonly name: string;
  readonly kind: VariableInfo['kind'];
  /** One sentence for dynamic variables, the value as written for others unless it is secret. */
  readonly detail: string;
}

export interface ResolveOutcome extends Resolved {
  /** What could not be resolved, and stands in the value as written. */
  readonly problems: readonly VariableProblem[];
}

/**
 * The one resolver of variables. Values of file, folder, collection and environment variables are computed once and
 * shared by every request made with `forRequest`; what depends on randomness, time, secrets, prompts or responses is
 * computed once per request, so `@id = {{$guid}}` is one value throughout a request (as in REST Client and httpYac)
 * and another in the next, while each `{{$guid}}` written in the request is its own.
 */
export class Variables {
  readonly #layers: readonly VariableLayer[];
  readonly #ports: VariablePorts;
  readonly #evaluation: VariableEvaluation;

  /** @param layers highest priority first */
  constructor(layers: readonly VariableLayer[], ports: VariablePorts, shared?: VariableEvaluation) {
    this.#layers = layers;
    this.#ports = ports;
    this.#evaluation = new VariableEvaluation(layers, ports, shared);
  }

  /**
   * The variables of one request: `request` (its own variables and prompts) comes below the command line alone. Costs
   * nothing to speak of.
   */
  forRequest({ request }: { readonly request?: VariableLayer } = {}): Variables {
    let layers = this.#layers;
    if (request) {
      const at = layers.findIndex(layer => layer.kind !== 'run' && layer.kind !== 'command-line');
      layers = layers.toSpliced(at === -1 ? layers.length : at, 0, request);
    }
    return new Variables(layers, this.#ports, this.#evaluation);
  }

  /**
   * Replaces every reference; at once where nothing has to be asked or read, and a promise otherwise.
   * @param place where the text starts, for errors
   * @throws CountersignError (or rejects with one) `unresolved-variable`, `cyclic-variable`, `missing-secret`,
   *   `cancelled`
   */
  resolve(text: string, place?: Place): Resolved | Promise<Resolved> {
    return this.resolveNow(text, place) ?? this.#evaluation.later(text, place);
  }

  /** As `resolve`, where nothing has to be asked or read; undefined otherwise. */
  resolveNow(text: string, place?: Place): Resolved | undefined {
    return isPlain(text) ? { value: text, masked: text } : this.#evaluation.now(text, place);
  }

  /** As `resolve`, but what has no value stays as written and is reported, all of it. Never throws. */
  async resolveWithProblems(text: string, place?: Place): Promise<ResolveOutcome> {
    return this.#evaluation.tolerant(text, place);
  }

  /**
   * The value of a name among the layers of some kinds; undefined where none of them states it.
   * @throws CountersignError (rejects) as `resolve`
   */
  async valueAt(name: string, kinds: ReadonlySet<LayerKind>): Promise<Resolved | undefined> {
    for (const layer of this.#layers) {
      if (!kinds.has(layer.kind)) continue;
      const definition = layer.get(name);
      if (definition) return this.#evaluation.valueOf(definition);
    }
    return undefined;
  }

  /** The names and values of the layers of some kinds that can be told without asking or reading anything. */
  valuesAt(kinds: ReadonlySet<LayerKind>): ReadonlyMap<string, Resolved> {
    const values = new Map<string, Resolved>();
    for (const layer of this.#layers) {
      if (!kinds.has(layer.kind)) continue;
      for (const definition of layer.definitions()) {
        if (values.has(definition.name)) continue;
        try {
          const value = this.#evaluation.valueNow(definition);
          if (value) values.set(definition.name, value);
        } catch (error) {
          if (!(error instanceof CountersignError)) throw error;
        }
      }
    }
    return values;
  }

  /** What in the text has no value, as far as it can be told without asking or reading anything. */
  check(text: string, place?: Place): readonly VariableProblem[] {
    return isPlain(text) ? [] : new VariableEvaluation(this.#layers, this.#ports, this.#evaluation).check(text, place);
  }

  /** What an expression (what stands between the braces) means; undefined where it means nothing. */
  lookup(expression: string): VariableInfo | undefined {
    const [part] = parseTemplate(`{{${expression}}}`);
    if (part?.kind !== 'reference') return undefined;
    const name = part.expression;
    const preview = this.#preview(part);
    const shown = preview === undefined ? {} : { preview };
    const target = this.#evaluation.target(name);
    switch (target?.kind) {
      case 'definition':
        return { name: target.definition.name, kind: target.definition.layer, definition: target.definition, ...shown };
      case 'dynamic':
        return { name, kind: 'dynamic', help: target.variable.help, ...shown };
      case 'secret':
      case 'token':
      case 'exec':
      case 'response':
        return { name: target.name, kind: target.kind };
      default:
        return undefined;
    }
  }

  /** Every name that can stand between braces, the one in force where several layers state it. */
  names(): readonly VariableName[] {
    const names = new Map<string, VariableName>();
    for (const layer of this.#layers) {
      for (const { name, value, secret, prompt } of layer.definitions()) {
        if (names.has(name)) continue;
        const detail = prompt ? (prompt.description ?? 'Asked for when the request is sent.') : secret ? '•••' : value;
        names.set(name, { name, kind: layer.kind, detail });
      }
    }
    for (const name of this.#ports.responses?.names() ?? []) {
      names.set(name, { name, kind: 'response', detail: `Values from the response to “${name}”.` });
    }
    for (const { name, help } of dynamicVariables) names.set(name, { name, kind: 'dynamic', detail: help });
    names.set('$secret', { name: '$secret', kind: 'secret', detail: 'A secret of this name, from the secret store.' });
    names.set('$exec', { name: '$exec', kind: 'exec', detail: 'What a command of your settings prints.' });
    names.set('$token', { name: '$token', kind: 'token', detail: 'The access token of this name.' });
    return [...names.values()];
  }

  #preview(part: ReferencePart): string | undefined {
    const evaluation = new VariableEvaluation(this.#layers, this.#ports, this.#evaluation);
    try {
      return evaluation.now(`{{${part.expression}}}`, undefined)?.masked;
    } catch (error) {
      if (error instanceof CountersignError) return undefined;
      throw error;
    }
  }
}

/** The resolver over these layers, highest priority first. */
export function createVariables(layers: readonly VariableLayer[], ports: VariablePorts): Variables {
  return new Variables(layers, ports);
}
