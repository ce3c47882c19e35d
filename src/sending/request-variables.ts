import { layersInOrder } from '../core/layer-order.ts';
import type { RunValues } from '../core/run-values.ts';
import { isSecretName } from '../core/secret-names.ts';
import { listLayer, type VariableDefinition, type VariableLayer } from '../core/variable-layer.ts';
import type { ResponseSource, VariablePorts } from '../core/variable-ports.ts';
import { createVariables, type Variables } from '../core/variables.ts';
import type { PlacedBlock, SyntaxTree, VariableNode } from '../language/syntax-tree.ts';
import { type ScriptedDocument, scriptedLayer } from '../scripting/scripted-layer.ts';
import type { RequestSettings } from './request-settings.ts';
import { fileStatements, placeAt, type Scope, type Scopes } from './scopes.ts';

export interface VariableSources {
  /** `--var`, taken as it is. */
  readonly commandLine?: VariableLayer;
  /** The layers of the selected environment for a file: environment, shared, global. The same list while nothing changed. */
  environment(file: string): readonly VariableLayer[] | Promise<readonly VariableLayer[]>;
  /** The `.env` file in force for a file (`{{$dotenv NAME}}`). The same map while nothing changed. */
  dotenv?(file: string): ReadonlyMap<string, string> | undefined | Promise<ReadonlyMap<string, string> | undefined>;
  /** The earlier responses that a file may refer to; those of `ports` where absent. @param owner as of `responseOwner` */
  responses?(owner: string, file: string): ResponseSource;
  /** What scripts have set for the requests of a file. */
  runValues?(file: string): RunValues | undefined;
  /** Other documents whose scripts may set what a file uses. */
  documents?(file: string): Iterable<ScriptedDocument>;
  readonly ports: VariablePorts;
}

/** Whose the responses of a file's requests are: the collection's, else the file's own. Its `collection.http`, or itself. */
export function responseOwner(file: string, { scopes }: Pick<Scopes, 'scopes'>): string {
  return scopes.find(({ level }) => level === 'collection')?.file ?? file;
}

/** Gives each request its variables; those of files and environments are evaluated once for as long as they stand. */
export class RequestVariables {
  readonly #sources: VariableSources;
  readonly #known = new WeakMap<SyntaxTree, { inputs: readonly unknown[]; variables: Variables }>();

  constructor(sources: VariableSources) {
    this.#sources = sources;
  }

  /** The variables as requests of a file see them, whichever request it is. */
  async forFile(file: string, tree: SyntaxTree, { scopes }: Pick<Scopes, 'scopes'>): Promise<Variables> {
    const environment = await this.#sources.environment(file);
    const dotenv = await this.#sources.dotenv?.(file);
    const set = this.#sources.runValues?.(file);
    const inputs = [environment, dotenv, set?.version, ...scopes.map(scope => scope.tree)];
    const known = this.#known.get(tree);
    if (known && sameItems(known.inputs, inputs)) return known.variables;
    const { commandLine, ports } = this.#sources;
    const responses = this.#sources.responses?.(responseOwner(file, { scopes }), file) ?? ports.responses;
    const variables = createVariables(
      layersInOrder({
        commandLine: commandLine ? [commandLine] : [],
        documents: scopes.map(scopeLayer),
        environment,
        runValues: set,
        scripted: scriptedLayer(() => [{ file, tree }, ...scopes, ...(this.#sources.documents?.(file) ?? [])]),
      }),
      {
        ...ports,
        ...(dotenv ? { dotenv } : {}),
        ...(responses ? { responses: withNamesOf(tree, responses) } : {}),
      },
    );
    this.#known.set(tree, { inputs, variables });
    return variables;
  }

  /** The variables of one request: its own `@name = value` lines win over the file's, its prompts over both. */
  async forRequest(
    file: string,
    tree: SyntaxTree,
    placed: PlacedBlock,
    scopes: Pick<Scopes, 'scopes'>,
    settings: Pick<RequestSettings, 'prompts'>,
  ): Promise<Variables> {
    const variables = await this.forFile(file, tree, scopes);
    const own = placed.block.variables;
    if (own.length === 0 && settings.prompts.length === 0) return variables.forRequest();
    return variables.forRequest({
      request: listLayer('request', [
        ...own.map(node => definition(node, placed, file, tree, 'request')),
        ...settings.prompts.map(
          ({ name, description }): VariableDefinition => ({
            name,
            value: '',
            layer: 'request',
            secret: isSecretName(name),
            prompt: { description },
          }),
        ),
      ]),
    });
  }
}

/** The responses, where a request that this document names and that has not been sent is known to be just that. */
function withNamesOf(tree: SyntaxTree, responses: ResponseSource): ResponseSource {
  let named: ReadonlySet<string> | undefined;
  const names = (): ReadonlySet<string> => {
    named ??= new Set(tree.blocks.flatMap(({ block }) => (block.request && block.name ? [block.name.text] : [])));
    return named;
  };
  return {
    has: name => responses.has(name) || names().has(name),
    names: () => new Set([...responses.names(), ...names()]),
    value: (name, path) => responses.value(name, path),
  };
}

const layers = new WeakMap<SyntaxTree, VariableLayer>();

/** The variables of a document, whichever block states them: the last of a name wins. */
export function scopeLayer({ level, file, tree }: Scope): VariableLayer {
  const known = layers.get(tree);
  if (known && known.kind === level) return known;
  const { variables } = fileStatements(file, tree);
  const layer = listLayer(
    level,
    variables.map(({ node, placed }) => definition(node, placed, file, tree, level)),
  );
  layers.set(tree, layer);
  return layer;
}

/** A variable of a document as the resolver knows it. */
export function definition(
  node: VariableNode,
  placed: PlacedBlock,
  file: string,
  tree: SyntaxTree,
  layer: VariableDefinition['layer'],
): VariableDefinition {
  return {
    name: node.name.text,
    value: node.value.text,
    layer,
    place: placeAt(file, tree, placed, node.value.start, node.line),
    escapes: true,
    secret: isSecretName(node.name.text) && !node.value.text.includes('{{'),
  };
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
