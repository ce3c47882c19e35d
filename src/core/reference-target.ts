import type { DynamicVariable } from './dynamic-variable.ts';
import { dynamicVariable } from './dynamic-variables.ts';
import type { VariableDefinition, VariableLayer } from './variable-layer.ts';
import type { ResponseSource } from './variable-ports.ts';

/** What a reference stands for. */
export type ReferenceTarget =
  | { readonly kind: 'definition'; readonly definition: VariableDefinition }
  | { readonly kind: 'dynamic'; readonly variable: DynamicVariable; readonly argument: string }
  | { readonly kind: 'secret' | 'token' | 'exec'; readonly name: string }
  | { readonly kind: 'response'; readonly name: string; readonly path: string };

const WITHIN_RESPONSE = /^([\w-]+)\.(.+)$/s;

/** What an expression refers to that is not the name of a variable; undefined where it refers to nothing. */
export function builtInTarget(
  expression: string,
  layers: readonly VariableLayer[],
  responses: ResponseSource | undefined,
): ReferenceTarget | undefined {
  if (!expression.startsWith('$')) {
    const [, name = '', path = ''] = WITHIN_RESPONSE.exec(expression) ?? [];
    return path !== '' && responses?.has(name) ? { kind: 'response', name, path } : undefined;
  }
  const [, name = '', argument = ''] = /^(\$[\w.-]+)\s*(.*)$/s.exec(expression) ?? [];
  switch (name) {
    case '$secret':
      return { kind: 'secret', name: argument };
    case '$exec':
      return { kind: 'exec', name: argument };
    case '$token':
      return { kind: 'token', name: argument };
    case '$auth.token':
      // JetBrains: `{{$auth.token("name")}}`.
      return { kind: 'token', name: argument.replace(/^\(\s*["']?|["']?\s*\)$/g, '') };
    case '$shared': {
      const definition = layers.find(layer => layer.kind === 'shared')?.get(argument);
      return definition && { kind: 'definition', definition };
    }
  }
  const variable = dynamicVariable(name);
  if (variable) return { kind: 'dynamic', variable, argument };
  // JetBrains: `{{$env.NAME}}`.
  const processEnvironment = name.startsWith('$env.') && argument === '' ? dynamicVariable('$processEnv') : undefined;
  return processEnvironment && { kind: 'dynamic', variable: processEnvironment, argument: name.slice('$env.'.length) };
}
