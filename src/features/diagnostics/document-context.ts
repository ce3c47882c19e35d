import { layersInOrder } from '../../core/layer-order.ts';
import type { RunValues } from '../../core/run-values.ts';
import { listLayer, type VariableDefinition, type VariableLayer } from '../../core/variable-layer.ts';
import type { ResponseSource, VariablePorts } from '../../core/variable-ports.ts';
import { createVariables, type Variables } from '../../core/variables.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { type ScriptedDocument, scriptedLayer } from '../../scripting/scripted-layer.ts';
import { definition, scopeLayer } from '../../sending/request-variables.ts';
import { fileStatements, placeAt, type Scope } from '../../sending/scopes.ts';
import { promptsOf } from './block-findings.ts';

/** A document with what is around it, as the language services see it. */
export interface DocumentContext {
  /** Absolute path. */
  readonly file: string;
  readonly tree: SyntaxTree;
  /** As `findScopes` gives them. */
  readonly scopes: readonly Scope[];
  /** The layers below those of documents, and the command line’s. */
  readonly environment: readonly VariableLayer[];
  readonly ports: VariablePorts;
  /** Other documents whose scripts may set what this one uses. */
  readonly documents?: () => Iterable<ScriptedDocument>;
  /** What scripts have set. */
  readonly runValues?: RunValues;
}

/** The variables as the request of that block sees them; as the file does, where it has none. */
export function variablesAt(context: DocumentContext, placed: PlacedBlock): Variables {
  const { file, tree, scopes, environment, ports } = context;
  const documents = scopes.map(scopeLayer);
  const variables = createVariables(
    layersInOrder({
      commandLine: environment.filter(({ kind }) => kind === 'command-line'),
      documents,
      environment: environment.filter(({ kind }) => kind !== 'command-line'),
      runValues: context.runValues,
      scripted: scriptedLayer(() => [{ file, tree }, ...scopes, ...(context.documents?.() ?? [])]),
    }),
    { ...ports, responses: namedResponses(tree, ports.responses) },
  );
  const asked = scopes.flatMap(scope =>
    fileStatements(scope.file, scope.tree).directives.flatMap(stating =>
      promptDefinitions(stating, scope.file, scope.tree),
    ),
  );
  const own = placed.block.request
    ? [
        ...placed.block.variables.map(node => definition(node, placed, file, tree, 'request')),
        ...promptDefinitions(placed, file, tree),
      ]
    : [];
  return asked.length + own.length === 0
    ? variables
    : variables.forRequest({ request: listLayer('request', [...asked, ...own]) });
}

function promptDefinitions(placed: PlacedBlock, file: string, tree: SyntaxTree): readonly VariableDefinition[] {
  if (promptsOf(placed.block).length === 0) return [];
  return placed.block.directives.flatMap(({ name, value, line }) => {
    const [, variable = '', description] = /^(\S+)\s*(.*)$/s.exec(value.text) ?? [];
    if (name.text.toLowerCase() !== 'prompt' || variable === '') return [];
    const place = placeAt(file, tree, placed, value.start, line);
    const prompt = { description: description || undefined };
    return [{ name: variable, value: '', layer: 'request' as const, place, prompt }];
  });
}

/** Names of the requests of a document, in order. */
export function requestNames({ blocks }: SyntaxTree): readonly string[] {
  return blocks.flatMap(({ block }) => (block.request && block.name ? [block.name.text] : []));
}

/** Responses as they could be: each named request of the document may have one. */
function namedResponses(tree: SyntaxTree, recorded: ResponseSource | undefined): ResponseSource {
  const names = new Set([...requestNames(tree), ...(recorded?.names() ?? [])]);
  return {
    has: name => names.has(name) || recorded?.has(name) === true,
    names: () => names,
    value: (name, path) => recorded?.value(name, path) ?? new Promise<string>(() => {}),
  };
}
