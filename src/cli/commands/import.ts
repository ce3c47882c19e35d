import { readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { countImported, findingsOf, importFormats, largestImport, readImport } from '../../convert/import.ts';
import { importedFiles, withExisting } from '../../convert/import-files.ts';
import { labelsOf } from '../../convert/import-format.ts';
import { SourceFolder } from '../../convert/source-folder.ts';
import { isSourceFile } from '../../convert/source-names.ts';
import { CountersignError } from '../../core/errors.ts';
import { readSourceFolder } from '../../node/read-source-folder.ts';
import { planFiles, writeFiles } from '../../node/write-files.ts';
import type { CommandContext } from '../command.ts';
import { openSecretStore } from '../secret-store.ts';
import { UsageError } from '../usage-error.ts';

const usage = 'usage: countersign import [FORMAT] FILE [--out DIR]';

/**
 * `import [FORMAT] FILE`: what another tool exported as files of requests. Exit status 1 where nothing was written
 * because files of other content are in the way.
 */
export async function importCommand({ call, output, stderr, current }: CommandContext): Promise<number> {
  const [, ...operands] = call.positionals;
  const format = operands.length === 2 ? operands[0] : undefined;
  const file = operands.at(-1);
  if (file === undefined || operands.length > 2) throw new UsageError(usage);
  if (format !== undefined && !importFormats.some(({ id }) => id === format)) {
    throw new UsageError(`there is no format “${format}”; there are ${importFormats.map(({ id }) => id).join(', ')}`);
  }
  const { imported, formats } = readImport(await given(file, current), basename(file), format);
  const { files: made, secrets } = importedFiles(imported, {
    secretsTo: call.secretsTo,
    filePerRequest: call.filePerRequest,
  });
  const out = resolve(current, call.out ?? '.');
  const files = await withExisting(made, path => readFile(join(out, path), 'utf8').catch(() => undefined));
  const plan = await planFiles(out, files);
  const refused = plan.changed.length > 0 && !call.force && !isMerge(plan.changed);
  const write = !call.dryRun && !refused;
  if (write) {
    if (call.secretsTo === 'store' && secrets.length > 0) {
      const store = await openSecretStore(process.env);
      for (const { name, value } of secrets) await store.set(name, value);
      stderr.line(store.description);
    }
    await writeFiles(out, files);
  }
  const counts = countImported(imported);
  const findings = findingsOf(imported);
  if (call.json) {
    const kept = secrets.map(({ name, found: from }) => ({ name, found: from }));
    output.json({
      format: formats.map(({ id }) => id).join(','),
      ...counts,
      written: write,
      files: plan,
      secrets: kept,
      findings,
    });
  } else {
    const shown = (path: string): string => relative(current, join(out, path)) || path;
    for (const path of plan.created) output.line(`${output.green('created')}    ${shown(path)}`);
    for (const path of plan.changed) output.line(`${output.yellow('changed')}    ${shown(path)}`);
    for (const path of plan.unchanged) output.line(`${output.dim('unchanged')}  ${shown(path)}`);
    for (const { at, finding } of findings) stderr.line(`not imported: ${at}: ${finding}`);
    const parts = [
      counted(counts.requests, 'request'),
      counted(counts.folders, 'folder'),
      ...(counts.environments > 0 ? [counted(counts.environments, 'environment')] : []),
      ...(secrets.length > 0 ? [`${counted(secrets.length, 'secret')} taken out of the files`] : []),
      ...(findings.length > 0 ? [`${findings.length} not imported`] : []),
    ];
    output.line(`${labelsOf(formats)}: ${parts.join(', ')}${call.dryRun ? ' (nothing was written)' : ''}`);
  }
  if (!refused || call.dryRun) return 0;
  stderr.line(`Nothing was written: ${plan.changed.join(', ')} would be replaced.`);
  stderr.line('Give another folder with --out, look first with --dry-run, or replace them with --force.');
  return 1;
}

/** Whether only files change to which something is added. */
const isMerge = (paths: readonly string[]): boolean =>
  paths.every(path => /(?:^|\/)(?:http-client\.(?:private\.)?env\.json|\.gitignore)$/.test(path));

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A file, a folder, or `-`: standard input. @throws CountersignError `missing-file` or `too-large` */
async function given(file: string, current: string): Promise<Uint8Array | SourceFolder> {
  const path = resolve(current, file);
  const isFolder = file !== '-' && (await stat(path).catch(() => undefined))?.isDirectory();
  if (isFolder) return new SourceFolder(await readSourceFolder(path, isSourceFile, largestImport));
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (file !== '-') {
    try {
      const bytes = await readFile(path);
      chunks.push(bytes);
      size = bytes.length;
    } catch (cause) {
      throw new CountersignError('missing-file', `${file} cannot be read.`, { cause });
    }
  } else {
    for await (const chunk of process.stdin) {
      const bytes = chunk as Uint8Array;
      chunks.push(bytes);
      size += bytes.length;
      if (size > largestImport) break;
    }
  }
  if (size > largestImport) throw new CountersignError('too-large', `${file} is larger than 256 MiB.`);
  return Buffer.concat(chunks);
}
