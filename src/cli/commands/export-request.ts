import { resolve } from 'node:path';
import { leftToCurl, toCurl } from '../../convert/curl/curl.ts';
import { writeHar } from '../../convert/write-har.ts';
import { CountersignError } from '../../core/errors.ts';
import { replaceFile } from '../../node/replace-file.ts';
import { type Preview, previewRequest } from '../../sending/preview.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import { requestFiles } from '../node-workspace.ts';
import { chooseRequest } from '../request-choice.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

/**
 * `export curl FILE`, `export har PATH`: requests as they would go out, on standard output or in a file. Sends nothing.
 * Secrets are masked, unless `--show-secrets` asks for them; either is told. Exit status 1 where one can't be computed.
 */
export async function exportRequestCommand(
  { call, output, stderr, current }: CommandContext,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  const [, format, path, ...rest] = call.positionals;
  if (path === undefined || rest.length > 0) {
    throw new UsageError(`usage: countersign export ${format} ${format === 'curl' ? 'FILE' : 'PATH'} [--out FILE]`);
  }
  const { previews, failed } =
    format === 'curl' || call.name !== undefined || call.line !== undefined
      ? {
          previews: [await previewRequest(chooseRequest(path, call, current, engine.workspace), engine.ports, signal)],
          failed: 0,
        }
      : await all(path);
  const written = (secrets: boolean): string => {
    if (format === 'curl') return previews.map(preview => curlOf(preview, secrets)).join('\n\n');
    const requests = previews.map(({ request }) => request);
    return JSON.stringify(writeHar(requests, { secrets, version, now: Date.now() }), undefined, 2);
  };
  const text = written(call.showSecrets);
  if (call.out === undefined) output.line(text);
  else {
    await replaceFile(resolve(current, call.out), `${text}\n`).catch((cause: unknown) => {
      throw new CountersignError('io', `${call.out} cannot be written.`, { cause });
    });
  }
  for (const { pending, auth } of previews) {
    if (format === 'curl' && leftToCurl(auth)) continue;
    for (const clause of pending) stderr.line(`not exported: ${engine.redact(clause)}`);
  }
  const holdsSecrets = previews.some(({ request, auth }) => hasSecrets(request) || leftToCurl(auth));
  if (holdsSecrets && call.showSecrets) stderr.line('It holds secrets: keep it out of what you share.');
  else if (holdsSecrets) stderr.line('Secrets are masked (•••); --show-secrets writes them.');
  return failed > 0 ? 1 : 0;

  /** Every request of the files; what can't be computed is told and left out. */
  async function all(given: string): Promise<{ readonly previews: readonly Preview[]; readonly failed: number }> {
    const computed: Preview[] = [];
    let failures = 0;
    for (const file of await requestFiles([given], current)) {
      const tree = engine.workspace.tree(file);
      for (const [block, placed] of tree?.blocks.entries() ?? []) {
        if (!tree || !placed.block.request) continue;
        try {
          computed.push(await previewRequest({ file, tree, block }, engine.ports, signal));
        } catch (error) {
          if (!(error instanceof CountersignError) || signal.aborted) throw error;
          failures += 1;
          const name = placed.block.title?.text ?? placed.block.name?.text ?? `line ${placed.line + 1}`;
          stderr.line(engine.redact(`not exported: ${name}: ${error.message}`));
        }
      }
    }
    return { previews: computed, failed: failures };
  }
}

function curlOf({ request, settings, auth, tls }: Preview, secrets: boolean): string {
  const { timeout, followRedirects, insecure } = settings;
  return toCurl(request, {
    ...{ shell: process.platform === 'win32' ? 'cmd' : 'sh', secrets, auth, tls, followRedirects, insecure },
    ...(timeout === undefined ? {} : { timeout: timeout / 1000 }),
  });
}

function hasSecrets({ maskedUrl, query, headers, cookies, body }: Preview['request']): boolean {
  const parts = [...query, ...headers, ...cookies];
  const pieces = body?.pieces ?? [];
  return (
    maskedUrl !== undefined ||
    body?.masked !== undefined ||
    parts.some(({ masked }) => masked !== undefined) ||
    pieces.some(piece => 'masked' in piece && piece.masked !== undefined)
  );
}
