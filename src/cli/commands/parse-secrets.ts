import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import {
  type LiteralSecret,
  literalSecrets,
  literalSecretsOfEnvironment,
} from '../../features/diagnostics/literal-secrets.ts';
import { parse } from '../../language/parser.ts';
import type { Call } from '../arguments.ts';
import { requestFiles } from '../node-workspace.ts';
import type { Output } from '../output.ts';
import { readRequestFile } from '../request-file.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

interface Finding extends Pick<LiteralSecret, 'line' | 'column' | 'what' | 'name'> {
  readonly file: string;
  /** Columns that it takes. */
  readonly length: number;
}

/** `parse --secrets PATH…`: secrets that stand in the files as they are. Exit status 1 where there is one. */
export async function parseSecrets(
  paths: readonly string[],
  call: Call,
  output: Output,
  current: string,
): Promise<number> {
  const findings: Finding[] = [];
  const folders = new Set<string>();
  for (const path of await requestFiles(paths, current)) {
    const file = relative(current, path);
    const text = readRequestFile(path, file);
    if (text === undefined) throw new UsageError(`${file} is gone`);
    folders.add(dirname(path));
    findings.push(...literalSecrets(parse(text), basename(path)).map(findingIn(file)));
  }
  for (const folder of folders) {
    const path = join(folder, 'http-client.env.json');
    try {
      findings.push(...literalSecretsOfEnvironment(readFileSync(path, 'utf8')).map(findingIn(relative(current, path))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw new UsageError(`${relative(current, path)} cannot be read`);
    }
  }
  const [reporting] = call.reporters;
  if (reporting && reporting.name !== 'sarif') throw new UsageError('--secrets reports as sarif, or with --json');
  if (reporting) {
    const report = JSON.stringify(sarif(findings), undefined, 2);
    if (reporting.file === undefined) output.line(report);
    else await writeFile(reporting.file, `${report}\n`);
  }
  if (!reporting || reporting.file !== undefined) {
    for (const finding of findings) {
      if (call.json) output.json(finding);
      else
        output.line(
          `${finding.file}:${finding.line}:${finding.column}: ${output.bold(finding.what)} is a secret: write {{$secret ${finding.name}}}`,
        );
    }
    if (!call.json)
      output.line(
        findings.length === 0
          ? 'No secret stands in these files.'
          : `\n${findings.length} ${findings.length === 1 ? 'secret' : 'secrets'}. What git holds already stays there: change them where they are from.`,
      );
  }
  return findings.length === 0 ? 0 : 1;
}

const findingIn =
  (file: string) =>
  ({ line, column, what, name, start, end }: LiteralSecret): Finding => ({
    file,
    line,
    column,
    what,
    name,
    length: end - start,
  });

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(findings: readonly Finding[]): unknown {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Countersign',
            version,
            rules: [
              {
                id: 'literal-secret',
                shortDescription: { text: 'A secret stands in the file as it is' },
                help: { text: 'Keep it in the secret store and write {{$secret name}}; change it where it is from.' },
                defaultConfiguration: { level: 'error' },
              },
            ],
          },
        },
        results: findings.map(({ file, line, column, length, what, name }) => ({
          ruleId: 'literal-secret',
          level: 'error',
          message: { text: `${what[0]?.toUpperCase()}${what.slice(1)} is a secret: write {{$secret ${name}}}.` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.replaceAll('\\', '/') },
                region: { startLine: line, startColumn: column, endColumn: column + length },
              },
            },
          ],
        })),
      },
    ],
  };
}
