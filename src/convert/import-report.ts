import { countImported, findingsOf } from './import.ts';
import { type ImportResult, labelsOf } from './import-format.ts';
import type { SeparatedSecret } from './separate-secrets.ts';

/** What an import made, and what it could not carry over, as a Markdown document. */
export function importReport(
  { formats, imported }: ImportResult,
  files: readonly string[],
  secrets: readonly SeparatedSecret[],
): string {
  const { requests, folders, environments, scripts } = countImported(imported);
  const findings = findingsOf(imported);
  const list = (items: readonly string[]): string => items.map(item => `- ${item}\n`).join('');
  return [
    `# Imported from ${labelsOf(formats)}\n`,
    `\n${requests} requests in ${folders} folders, ${environments} environments, ${scripts} scripts.\n`,
    findings.length === 0
      ? '\nEverything was carried over.\n'
      : `\n## Not carried over\n\n${list(findings.map(({ at, finding }) => `${plain(at)}: ${plain(finding)}`))}`,
    secrets.length === 0
      ? ''
      : `\n## Secrets taken out of the files\n\n${list(secrets.map(({ name, found }) => `\`${name}\`: ${plain(found)}`))}`,
    `\n## Files\n\n${list(files.map(file => `\`${file}\``))}`,
  ].join('');
}

/** Text of the file that was imported, as text in Markdown. */
const plain = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>()#|!~]/g, '\\$&');
