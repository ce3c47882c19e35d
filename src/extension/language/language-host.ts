import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';
import { asCountersignError, type CountersignError } from '../../core/errors.ts';
import type { VariableLayer } from '../../core/variable-layer.ts';
import type { VariablePorts } from '../../core/variable-ports.ts';
import type { DocumentContext } from '../../features/diagnostics/document-context.ts';
import { findScopes, type Scopes } from '../../sending/scopes.ts';
import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import type { Environments } from '../environments.ts';
import type { Secrets } from '../secrets.ts';

/** What the language services need of the extension. */
export interface LanguageHost {
  readonly documents: Documents;
  readonly environments: Environments;
  readonly secrets: Secrets;
  readonly tokens: { names(): Promise<readonly string[]> };
  readonly engine: () => Promise<Engine>;
}

/** A document with what is around it, and why there is no environment where that is so. */
export interface LanguageContext extends DocumentContext {
  readonly around: Scopes;
  readonly environmentProblem: CountersignError | undefined;
}

const noEnvironment: readonly VariableLayer[] = [];
const portsOfRoot = new Map<string, VariablePorts>();
const portsOfDotenv = new WeakMap<ReadonlyMap<string, string>, VariablePorts>();

/** Looks only: nothing is asked, read from a secret store or sent. */
export async function contextOf(host: LanguageHost, document: vscode.TextDocument): Promise<LanguageContext> {
  return contextOfFile(host, host.documents.fileOf(document.uri), host.documents.treeOf(document));
}

export async function contextOfFile(
  { documents, environments }: LanguageHost,
  file: string,
  tree: DocumentContext['tree'],
): Promise<LanguageContext> {
  const around = await findScopes(file, tree, documents);
  let environment = noEnvironment;
  let environmentProblem: CountersignError | undefined;
  try {
    environment = await environments.layers(file);
  } catch (error) {
    environmentProblem = asCountersignError(error);
  }
  const ports = portsFor(documents.root(file), await environments.dotenv(file));
  const others = { documents: () => documents.known(file), runValues: environments.runValues(file) };
  return { file, tree, scopes: around.scopes, around, environment, environmentProblem, ports, ...others };
}

/** The same object for the same folder, so that what was found with it stays found. */
function portsFor(projectRoot: string, dotenv: ReadonlyMap<string, string> | undefined): VariablePorts {
  let ports = dotenv ? portsOfDotenv.get(dotenv) : portsOfRoot.get(projectRoot);
  if (!ports) {
    const random = { bytes: (length: number) => randomBytes(length) };
    ports = { clock: { now: Date.now }, random, env: process.env, projectRoot, ...(dotenv ? { dotenv } : {}) };
    if (dotenv) portsOfDotenv.set(dotenv, ports);
    else portsOfRoot.set(projectRoot, ports);
  }
  return ports;
}
