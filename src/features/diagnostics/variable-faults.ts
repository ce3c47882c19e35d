import { basename } from 'node:path';
import { findScheme } from '../../auth/schemes/index.ts';
import { isSecret } from '../../core/fields.ts';
import { layersInOrder } from '../../core/layer-order.ts';
import type { RunValues } from '../../core/run-values.ts';
import { isCredentialHeader } from '../../core/secret-names.ts';
import { listLayer, type VariableLayer } from '../../core/variable-layer.ts';
import type { VariablePorts } from '../../core/variable-ports.ts';
import { createVariables, type Variables } from '../../core/variables.ts';
import type { Block, Diagnostic, PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { type ScriptedDocument, scriptedLayer } from '../../scripting/scripted-layer.ts';
import { definition, scopeLayer } from '../../sending/request-variables.ts';
import { fileStatements, type Scope } from '../../sending/scopes.ts';
import { type BlockFindings, promptsOf, type WrittenReference } from './block-findings.ts';

/** What the variables of a document depend on. */
export interface VariableInputs {
  /** Absolute path of the document. */
  readonly file: string;
  /** As `findScopes` gives them. */
  readonly scopes: readonly Scope[];
  /** The layers below those of documents (and the command line’s); the same list while nothing changed. */
  readonly environment: readonly VariableLayer[];
  /** The same object while nothing changed. Requests of the document count as sent. */
  readonly ports: VariablePorts;
  /** What scripts have set. */
  readonly runValues?: RunValues;
  /** Other documents whose scripts may set what this one uses. */
  readonly documents?: () => Iterable<ScriptedDocument>;
}

interface VariableFault {
  readonly code: string;
  readonly message: string;
  readonly severity: Diagnostic['severity'];
  /** The cause stands in this document and is reported there. */
  readonly elsewhere: boolean;
  /** It has a value, which is an empty text: a fault where a credential is made of it. */
  readonly empty?: true;
}

const none: readonly never[] = Object.freeze([]);

/** What is wrong with the references of a document: each is judged once for as long as the variables stand. */
export class VariableFaults {
  readonly #names: ReadonlyMap<string, number>;
  readonly #faults = new Map<string, VariableFault | undefined>();
  #inputs: VariableInputs;
  #variables: Variables | undefined;
  #stating: () => readonly PlacedBlock[] = () => none;

  /** @param names how many requests of the document have each name, kept up to date by its owner */
  constructor(names: ReadonlyMap<string, number>, inputs: VariableInputs) {
    this.#names = names;
    this.#inputs = inputs;
  }

  /**
   * @param changed the variables are others than before
   * @param stating the blocks of the document that state variables, or prompts for the whole of it
   */
  begin(inputs: VariableInputs, changed: boolean, stating: () => readonly PlacedBlock[]): void {
    this.#inputs = inputs;
    this.#stating = stating;
    if (changed) this.#variables = undefined;
  }

  /** Checks again what is known of references; gives those that are judged otherwise now. */
  recheck(tree: SyntaxTree): ReadonlySet<string> {
    const changed = new Set<string>();
    if (this.#faults.size > 20_000) this.#faults.clear();
    for (const [text, known] of this.#faults) {
      const fault = this.#check(text, this.#fileVariables(tree));
      if (fault?.message !== known?.message || fault?.elsewhere !== known?.elsewhere) changed.add(text);
      this.#faults.set(text, fault);
    }
    return changed;
  }

  #fileVariables(tree: SyntaxTree): Variables {
    if (this.#variables) return this.#variables;
    const { scopes, environment, ports, file } = this.#inputs;
    const fromCommandLine = environment.filter(({ kind }) => kind === 'command-line');
    const below = environment.filter(({ kind }) => kind !== 'command-line');
    const stating = this.#stating();
    const ownLayer = (level: Scope['level']): VariableLayer => {
      const stated = stating.flatMap(placed =>
        placed.block.variables.map(node => definition(node, placed, file, tree, level)),
      );
      return listLayer(level, stated);
    };
    const documents = scopes.map(scope => (scope.file === file ? ownLayer(scope.level) : scopeLayer(scope)));
    // What is asked for in a document counts for all its requests.
    const prompts = [
      ...stating.flatMap(({ block }) => (block.request ? [] : promptsOf(block))),
      ...scopes.flatMap(scope =>
        scope.file === file
          ? []
          : fileStatements(scope.file, scope.tree).directives.flatMap(({ block }) => promptsOf(block)),
      ),
    ];
    const asked = prompts.length === 0 ? [] : [promptLayer(prompts)];
    const responses = {
      has: (name: string): boolean => this.#names.has(name) || ports.responses?.has(name) === true,
      names: (): Iterable<string> => [...this.#names.keys(), ...(ports.responses?.names() ?? none)],
      value: () => new Promise<string>(() => {}),
    };
    const scripted = scriptedLayer(() => [
      { file, tree },
      ...this.#inputs.scopes,
      ...(this.#inputs.documents?.() ?? []),
    ]);
    const { runValues } = this.#inputs;
    const layers = layersInOrder({
      ...{ commandLine: fromCommandLine, asked, documents, environment: below, runValues, scripted },
    });
    this.#variables = createVariables(layers, { ...ports, responses });
    return this.#variables;
  }

  resolver(tree: SyntaxTree): (text: string) => string | undefined {
    return text => {
      try {
        return this.#fileVariables(tree).resolveNow(text)?.value;
      } catch {
        return undefined;
      }
    };
  }

  #check(text: string, variables: Variables): VariableFault | undefined {
    const [problem] = variables.check(text, { file: '', line: 1 });
    if (!problem) return isEmpty(variables, text) ? empty : undefined;
    const { code, message, hint, place } = problem.error;
    // It will have a value once that script has run.
    if (code === 'not-set-yet') return undefined;
    const elsewhere = place?.file === this.#inputs.file;
    const where = place && place.file !== '' && !elsewhere ? ` (${basename(place.file)}, line ${place.line})` : '';
    return {
      code,
      message: `${message}${where}${hint ? ` ${hint}` : ''}`,
      // A request of that name may have been sent from another file.
      severity: /^\{\{\s*[\w-]+\.(?:request|response)\b/.test(text) ? 'warning' : 'error',
      elsewhere,
    };
  }

  #fault(
    reference: WrittenReference,
    block: Block,
    names: BlockFindings['own'],
    tree: SyntaxTree,
    own: () => Variables,
  ): VariableFault | undefined {
    const { text } = reference;
    let fault = this.#faults.get(text);
    if (!fault && !this.#faults.has(text)) {
      fault = this.#check(text, this.#fileVariables(tree));
      this.#faults.set(text, fault);
    }
    if (!names || !block.request) return fault;
    // What the request states itself may make it good, or bad.
    if (!fault && !names.has(text.slice(2, -2).trim())) return undefined;
    return this.#check(text, own());
  }

  unresolved(tree: SyntaxTree, placed: PlacedBlock, findings: BlockFindings): readonly Diagnostic[] {
    const { block } = placed;
    const { references, prompts } = findings;
    if (references.length === 0) return none;
    let variables: Variables | undefined;
    const own = (): Variables => {
      const { file } = this.#inputs;
      variables ??= this.#fileVariables(tree).forRequest({
        request: listLayer('request', [
          ...block.variables.map(node => definition(node, placed, file, tree, 'request')),
          ...promptLayer(prompts).definitions(),
        ]),
      });
      return variables;
    };
    const found: Diagnostic[] = [];
    for (const reference of references) {
      const fault = this.#fault(reference, block, findings.own, tree, own);
      if (!fault || (fault.elsewhere && !(fault.code === 'cyclic-variable' && reference.inVariable))) continue;
      const { start, end, line } = reference;
      if (reference.ofTarget) {
        found.push({ start, end, line, severity: 'error', code: 'invalid-url', message: noHost });
        continue;
      }
      if (fault.empty) {
        const credential = emptyCredential(block, reference);
        if (credential) found.push({ start, end, line, ...credential });
        continue;
      }
      found.push({ start, end, line, severity: fault.severity, code: fault.code, message: fault.message });
    }
    return found.length === 0 ? none : found;
  }
}

const noHost = 'A target that starts with “/” needs a Host header, or a variable: “@host = https://api.example.com”.';

const empty: VariableFault = { code: '', message: '', severity: 'warning', elsewhere: false, empty: true };

function isEmpty(variables: Variables, text: string): boolean {
  try {
    return variables.resolveNow(text)?.value.trim() === '';
  } catch {
    return false;
  }
}

/** What to say of an empty value that a credential is made of, and of nothing else than perhaps its scheme. */
function emptyCredential(
  { request, auth }: Block,
  { line, text }: WrittenReference,
): Pick<Diagnostic, 'severity' | 'code' | 'message'> | undefined {
  const code = 'empty-credential';
  const hint = 'Give it a value, in the environment that is selected or as a secret.';
  const header = request?.headers.find(each => each.line === line && isCredentialHeader(each.name.text));
  if (header && /^(?:bearer|basic|token|apikey|digest)?\s*$/i.test(header.value.text.replace(text, ''))) {
    return {
      severity: 'warning',
      code,
      message: `${text} is empty, so ${header.name.text} carries no credential. ${hint}`,
    };
  }
  const field = auth?.fields.find(each => each.line === line && each.value.text.trim() === text);
  const known = field && findScheme(auth?.scheme.text ?? '')?.fields.find(({ name }) => name === field.name.text);
  if (!field || !known || !(known.required || isSecret(known))) return undefined;
  const message = `${text} is empty, so “${field.name.text}” of the authorization is empty. ${hint}`;
  return { severity: known.required ? 'error' : 'warning', code, message };
}

/** Whether the variables are made of the same, apart from what the document itself states. */
export function sameVariables(a: VariableInputs, b: VariableInputs): boolean {
  if (a.file !== b.file || a.environment !== b.environment || a.ports !== b.ports) return false;
  if (a.runValues !== b.runValues) return false;
  if (a.scopes.length !== b.scopes.length) return false;
  return a.scopes.every((scope, index) => {
    const other = b.scopes[index];
    return other && scope.file === other.file && (scope.tree === other.tree || scope.file === b.file);
  });
}

function promptLayer(names: readonly string[]): VariableLayer {
  return listLayer(
    'request',
    names.map(name => ({ name, value: '', layer: 'request', prompt: { description: undefined } })),
  );
}
