import { basename } from 'node:path';
import type { Place } from '../core/place.ts';
import type { VariableDefinition, VariableLayer } from '../core/variable-layer.ts';
import type { SyntaxTree } from '../language/syntax-tree.ts';
import { namesSetByScripts } from './scripts-of.ts';

export interface ScriptedDocument {
  readonly file: string;
  readonly tree: SyntaxTree;
}

const known = new WeakMap<SyntaxTree, ReadonlyMap<string, VariableDefinition>>();

function definitionsOf({ file, tree }: ScriptedDocument): ReadonlyMap<string, VariableDefinition> {
  const found = known.get(tree);
  if (found) return found;
  const definitions = new Map<string, VariableDefinition>();
  for (const [name, place] of namesSetByScripts(file, tree)) definitions.set(name, unset(name, place));
  known.set(tree, definitions);
  return definitions;
}

function unset(name: string, place: Place): VariableDefinition {
  return {
    ...{ name, value: '', layer: 'run', place },
    unusable: {
      code: 'not-set-yet',
      message: `“${name}” is set by a script that has not run yet.`,
      hint: `Send the request at ${basename(place.file)}:${place.line} first.`,
    },
  };
}

/** The names that scripts set once they have run: below all other layers, so that what has a value keeps it. */
export function scriptedLayer(documents: () => Iterable<ScriptedDocument>): VariableLayer {
  return {
    kind: 'run',
    get(name) {
      for (const document of documents()) {
        const found = definitionsOf(document).get(name);
        if (found) return found;
      }
      return undefined;
    },
    *definitions() {
      for (const document of documents()) yield* definitionsOf(document).values();
    },
  };
}
