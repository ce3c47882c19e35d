import type { Place } from '../core/place.ts';
import type { ForeignNode, PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import type { Face, Phase, Script } from './script.ts';

/** A script as a document states it: its text, or the file that holds it. */
export interface StatedScript extends Omit<Script, 'text'> {
  readonly text?: string;
  /** As written, where the script is a file. */
  readonly path?: string;
}

const features: ReadonlySet<string> = new Set(['pre-request-script', 'response-handler', 'script-block']);

/** Whether a block holds scripts, without their being read. */
export const mayHoldScripts = ({ block }: PlacedBlock): boolean =>
  block.foreign.some(({ feature }) => features.has(feature));

/** The scripts of a block, in the order of their lines. */
export function scriptsOf(file: string, tree: SyntaxTree, placed: PlacedBlock): readonly StatedScript[] {
  return placed.block.foreign.flatMap(node => {
    const script = features.has(node.feature) ? statedScript(file, tree, placed, node) : undefined;
    return script ? [script] : [];
  });
}

function statedScript(
  file: string,
  tree: SyntaxTree,
  placed: PlacedBlock,
  node: ForeignNode,
): StatedScript | undefined {
  const { offset, block } = placed;
  const text = tree.text.slice(offset + node.start, offset + node.end);
  const line = placed.line + node.line + 1;
  if (node.feature === 'script-block') {
    const opening = /^\{\{(\+?@?[a-zA-Z]*\+?)[ \t]*(?=\r?\n|$)/.exec(text);
    const phase =
      opening && phaseOfBlock(opening[1] ?? '', block.request !== undefined && node.line > block.request.line);
    if (!opening || !phase) return undefined;
    const body = text.slice(opening[0].length).replace(/\r?\n?[ \t]*\}\}\s*$/, '');
    const place: Place = { file, line, column: opening[0].length + 1 };
    return { text: body, place, face: 'httpyac', phase };
  }
  const phase: Phase = node.feature === 'response-handler' ? 'after' : 'before';
  const opening = /^[<>][ \t]*\{%/.exec(text);
  const column = columnAt(tree, offset + node.start);
  if (!opening) {
    const path = /^[<>][ \t]+(\S.*?)[ \t]*$/.exec(text)?.[1];
    return path === undefined ? undefined : { path, place: { file, line, column }, face: 'jetbrains', phase };
  }
  const body = text.slice(opening[0].length).replace(/%\}\s*$/, '');
  return {
    text: body,
    place: { file, line, column: column + opening[0].length },
    face: faceOf(body) ?? usualFace(tree, placed),
    phase,
  };
}

/** `{{+`, `{{@request`, `{{@response` …; what is for streams or for a log of httpYac's alone is left out. */
function phaseOfBlock(name: string, below: boolean): Phase | undefined {
  switch (name.replaceAll('+', '').toLowerCase()) {
    case '':
      return below ? 'after' : 'before';
    case '@request':
      return 'prepared';
    case '@response':
    case '@after':
      return 'after';
    default:
      return undefined;
  }
}

/** Postman's words, and its old ones. */
const ofPostman = /\b(?:pm\s*\.\s*[a-z]\w*|postman\s*\.\s*[a-z]\w*|tests\s*\[|responseCode\s*\.|xml2Json\s*\()/i;
const ofJetbrains = /\bclient\s*\.\s*(?:global|test|log|assert|exit|variables)\b/;

/** Whose words a script in `{% %}` speaks; undefined where it uses neither's. */
export function faceOf(text: string): Face | undefined {
  const code = text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '');
  if (ofJetbrains.test(code)) return 'jetbrains';
  return ofPostman.test(code) ? 'postman' : undefined;
}

const usual = new WeakMap<SyntaxTree, Face>();

/** Whose words the others around it speak: those of its request, else those of the file. */
function usualFace(tree: SyntaxTree, { offset, block }: PlacedBlock): Face {
  const own = faceOf(tree.text.slice(offset, offset + block.length));
  if (own) return own;
  const known = usual.get(tree) ?? faceOf(tree.text) ?? 'jetbrains';
  usual.set(tree, known);
  return known;
}

function columnAt({ text }: SyntaxTree, at: number): number {
  return at - (text.lastIndexOf('\n', at - 1) + 1) + 1;
}

/** The names that the scripts of a document set, as far as their text tells, each with the line that does. */
export function namesSetByScripts(file: string, tree: SyntaxTree): ReadonlyMap<string, Place> {
  const names = new Map<string, Place>();
  if (!/\{%|\{\{\s*$|\{\{[+@]/m.test(tree.text)) return names;
  for (const placed of tree.blocks) {
    if (!mayHoldScripts(placed)) continue;
    for (const { text = '', place, face } of scriptsOf(file, tree, placed)) {
      const pattern = face === 'httpyac' ? exported : setCall;
      for (const match of text.matchAll(pattern)) {
        const line = place.line + text.slice(0, match.index).split('\n').length - 1;
        const name = match[1] ?? match[2] ?? '';
        if (!names.has(name)) names.set(name, { file, line, column: 1 });
      }
    }
  }
  return names;
}

const setCall =
  /\b(?:client\s*\.\s*global|client\s*\.\s*variables\s*\.\s*\w+|request\s*\.\s*variables|pm\s*\.\s*(?:environment|globals|collectionVariables|variables))\s*\.\s*set\s*\(\s*["'`]([^"'`]+)["'`]|\bpostman\s*\.\s*set(?:Environment|Global)Variable\s*\(\s*["'`]([^"'`]+)["'`]/g;
const exported = /\bexports\s*\.\s*([A-Za-z_$][\w$]*)\s*=/g;
