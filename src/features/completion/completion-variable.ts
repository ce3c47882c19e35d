import { dynamicVariable } from '../../core/dynamic-variables.ts';
import { code } from '../../core/markdown.ts';
import type { NodeAt } from '../../language/node-at.ts';
import { type DocumentContext, variablesAt } from '../diagnostics/document-context.ts';
import type { CompletionItem, CompletionPorts } from './completion-item.ts';

/** What layers are called beside a variable. */
export const layerLabels: Readonly<Record<string, string>> = {
  'command-line': 'command line',
  request: 'this request',
  file: 'this file',
  folder: 'folder',
  collection: 'collection',
  environment: 'environment',
  shared: 'all environments',
  global: 'global',
  dynamic: 'dynamic',
  secret: 'secret',
  token: 'token',
  exec: 'command',
  response: 'response',
};

const responseHeaders = ['Content-Type', 'Location', 'ETag', 'Last-Modified', 'Set-Cookie', 'Link', 'X-Request-ID'];

/** What can stand between the braces at the cursor. */
export async function completeReference(
  context: DocumentContext,
  { placed, reference }: NodeAt,
  offset: number,
  ports: CompletionPorts,
): Promise<readonly CompletionItem[]> {
  if (!reference) return [];
  const base = placed.offset;
  const written = base + reference.expression.start;
  // The mark of a value that is percent-encoded stays.
  const expressionStart = context.tree.text.charAt(written) === '%' ? written + 1 : written;
  const typed = context.tree.text.slice(Math.min(expressionStart, offset), offset);
  const close = reference.closed ? '' : '}}';
  const end = reference.closed ? Math.max(offset, base + reference.expression.end) : offset;

  const secret = /^\$secret\s+(\S*)$/.exec(typed);
  if (secret) {
    const start = offset - (secret[1]?.length ?? 0);
    return ports.secretNames().map((label, order) => {
      return { label, kind: 'secret', insert: label + close, start, end, order, detail: 'From the secret store' };
    });
  }
  const token = /^\$token\s+(.*)$/.exec(typed);
  if (token) {
    const start = offset - (token[1]?.length ?? 0);
    return ((await ports.tokenNames?.()) ?? []).map((label, order) => {
      return {
        label,
        kind: 'secret',
        insert: label + close,
        start,
        end,
        order,
        detail: 'An access token that is kept',
      };
    });
  }
  const command = /^\$exec\s+(\S*)$/.exec(typed);
  if (command) {
    const start = offset - (command[1]?.length ?? 0);
    return ((await ports.commandNames?.()) ?? []).map((label, order) => {
      return { label, kind: 'secret', insert: label + close, start, end, order, detail: 'A command of your settings' };
    });
  }
  const variables = variablesAt(context, placed);
  const within = /^([\w-]+)\.(.*)$/.exec(typed);
  if (within && variables.lookup(`${within[1]}.response.body`)?.kind === 'response') {
    return responseParts(within[2] ?? '', offset, end, close);
  }
  if (/\s/.test(typed)) return [];
  const start = Math.min(expressionStart, offset);
  return variables.names().map(({ name, kind, detail }): CompletionItem => {
    const dynamic = kind === 'dynamic' ? dynamicVariable(name) : undefined;
    const argument = dynamic?.parameters?.startsWith('[') || !dynamic?.parameters ? '' : dynamic.parameters;
    const follows = kind === 'response' ? '.' : name === '$secret' || name === '$token' || name === '$exec' ? ' ' : '';
    const open = follows !== '' || argument !== '';
    const info = dynamic ? undefined : variables.lookup(name);
    const shown = info?.preview ?? detail;
    return {
      label: name,
      kind: kind === 'dynamic' || kind === 'response' || kind === 'secret' ? kind : 'variable',
      start,
      end,
      order: kind === 'dynamic' ? 2 : kind === 'secret' || kind === 'token' || kind === 'exec' ? 1 : 0,
      detail: dynamic ? (dynamic.parameters ?? '') : `${oneLine(shown)} · ${layerLabels[kind] ?? kind}`,
      documentation: dynamic ? dynamicDocs(name) : detail === shown ? '' : code(detail),
      ...(argument === ''
        ? { insert: name + follows + (open && !reference.closed ? '' : close) }
        : { insert: argumentSnippet(name, argument) + close, snippet: true }),
      ...(follows === '' ? {} : { again: true }),
    };
  });
}

function responseParts(path: string, offset: number, end: number, close: string): readonly CompletionItem[] {
  const word = path.slice(path.lastIndexOf('.') + 1);
  const before = path.slice(0, path.length - word.length);
  const item = (label: string, order: number, more: Partial<CompletionItem> = {}): CompletionItem => ({
    ...{ label, kind: 'response', insert: label + close, start: offset - word.length, end, order },
    ...more,
  });
  const open = (label: string, order: number): CompletionItem =>
    item(label, order, { insert: `${label}.`, again: true });
  switch (before) {
    case '':
      return [open('response', 0), open('request', 1)];
    case 'response.':
    case 'request.':
      return [
        open('body', 0),
        open('headers', 1),
        ...(before === 'response.' ? [item('status', 2), item('statusText', 3)] : []),
      ];
    case 'response.headers.':
    case 'request.headers.':
      return responseHeaders.map((name, order) => item(name, order));
    case 'response.body.':
    case 'request.body.':
      return [
        item('$', 0, { insert: '$.', detail: 'JSONPath into a JSON body' }),
        item('*', 1, { detail: 'The whole body' }),
        item('//', 2, { insert: '//', detail: 'XPath into an XML body' }),
      ];
    default:
      return [];
  }
}

/** `NAME` and `min max` become placeholders. */
function argumentSnippet(name: string, parameters: string): string {
  let stop = 0;
  const filled = parameters.replace(/^\[%\]/, '').replace(/[A-Za-z]+/g, word => `\${${++stop}:${word}}`);
  return `${name.replaceAll('$', '\\$')}${parameters.startsWith('(') ? '' : ' '}${filled}`;
}

/** What a dynamic variable gives, in Markdown. */
export function dynamicDocs(name: string): string {
  const variable = dynamicVariable(name);
  if (!variable) return '';
  const usage = `**${variable.name}**${variable.parameters ? ` \`${variable.parameters}\`` : ''}`;
  const aliases = variable.aliases?.map(alias => `\`${alias}\``).join(', ');
  return [usage, variable.help, ...(aliases ? [`Also written ${aliases}.`] : [])].join('\n\n');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
