import { basename, relative } from 'node:path';
import type { Body, Origin } from '../../core/request.ts';
import { bodyBytes } from '../../core/request.ts';
import { type ExplainedPart, explainRequest, originSentence, tlsSentences } from '../../sending/explain.ts';
import { type Preview, previewRequest } from '../../sending/preview.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import type { Output } from '../output.ts';
import { chooseRequest } from '../request-choice.ts';
import { UsageError } from '../usage-error.ts';

/** `preview FILE`: the request as it would go out; sends nothing. */
export async function previewCommand(
  { call, output, current }: CommandContext,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  const [, path, ...rest] = call.positionals;
  if (path === undefined || rest.length > 0) {
    throw new UsageError('usage: countersign preview FILE [--name NAME | --line N]');
  }
  const target = chooseRequest(path, call, current, engine.workspace);
  const preview = await previewRequest(target, engine.ports, signal);
  if (call.json) output.json(await described(preview, call.showSecrets, current));
  else await print(preview, call.showSecrets, target.file, output);
  return 0;
}

/** Bodies that are not held as text are given as base64 up to this size, and by their file's name beyond. */
const base64Limit = 1024 * 1024;

async function described(preview: Preview, showSecrets: boolean, current: string): Promise<unknown> {
  const { request, place, decision, pending, tls } = preview;
  const path = (file: string): string => relative(current, file);
  const origin = (of: Origin): Origin => ('file' in of && of.file !== undefined ? { ...of, file: path(of.file) } : of);
  const part = (of: ExplainedPart): ExplainedPart => ({ ...of, origin: origin(of.origin) });
  const explained = explainRequest(request, place, showSecrets);
  return {
    method: explained.method,
    url: explained.url,
    headers: explained.headers.map(part),
    query: explained.query.map(({ name, value, origin: of }) => ({ name, value, origin: origin(of) })),
    body: await describedBody(request.body, showSecrets),
    auth: {
      scheme: decision.statement?.scheme ?? 'none',
      from: decision.from ? { ...decision.from, file: path(decision.from.file) } : null,
      trail: decision.trail.map(step => ({ ...step, file: path(step.file) })),
    },
    pending,
    diagnostics: diagnosticsOf(preview),
    ...(tls && {
      tls: {
        certificate: tls.identity ? path(tls.identity.file) : null,
        verify: !tls.insecure,
        from: tls.place ? { file: path(tls.place.file), line: tls.place.line } : null,
      },
    }),
  };
}

async function describedBody(body: Body | undefined, showSecrets: boolean): Promise<unknown> {
  if (!body) return null;
  if (body.text !== undefined) return { text: showSecrets ? body.text : (body.masked ?? body.text) };
  if (body.length !== undefined && body.length <= base64Limit) {
    return { base64: Buffer.from(await bodyBytes(body)).toString('base64') };
  }
  return { file: body.file ?? null, length: body.length ?? null };
}

function diagnosticsOf({ request, place, problems }: Preview) {
  return [
    ...problems.map(({ severity, code, message, place: at }) => ({
      ...{ severity, code, message },
      line: at.line,
      column: at.column ?? 1,
    })),
    ...request.overridden.map(part => ({
      severity: 'warning',
      code: 'overridden-header',
      message: `${part.name} is set by the authorization in force; the written one is not sent.`,
      line: part.origin.by === 'file' ? part.origin.line : place.line,
      column: 1,
    })),
  ];
}

async function print(preview: Preview, showSecrets: boolean, file: string, output: Output): Promise<void> {
  const { request, place, decision, pending, tls } = preview;
  const explained = explainRequest(request, place, showSecrets);
  output.line(`${output.bold(explained.method)} ${explained.url}`);
  for (const part of request.query) {
    output.line(output.dim(`  ${part.name}: ${originSentence(part.name, part.origin, file)}`));
  }
  output.table(
    explained.headers.map(header => {
      const text = `${header.name}: ${header.value}`;
      return header.hidden
        ? [output.dim(text), output.dim(`# ${originSentence(header.name, header.origin, file)}`)]
        : [text];
    }),
  );
  if (request.body) {
    output.line('');
    const { text, masked, file: bodyFile, length } = request.body;
    if (text !== undefined) output.line(showSecrets ? text : (masked ?? text));
    else output.line(output.dim(bodyFile === undefined ? `(${length} bytes)` : `< ${bodyFile} (${length} bytes)`));
  }
  output.line('');
  const { statement, from } = decision;
  output.line(
    `Auth: ${statement?.scheme ?? 'none'}${from ? `, stated in ${basename(from.file)}, line ${from.line}` : ', none is stated'}`,
  );
  for (const sentence of tls ? tlsSentences(tls) : []) output.line(sentence);
  for (const clause of pending) output.line(`Pending: ${clause}`);
  for (const { severity, message, line } of diagnosticsOf(preview)) {
    output.line(`${output.yellow(severity)}: line ${line}: ${message}`);
  }
}
