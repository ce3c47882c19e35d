import { CountersignError } from '../core/errors.ts';
import type { Finding, Imported, ImportedEnvironment } from './collection.ts';
import type { ImportFormat, ImportResult } from './import-format.ts';
import type { SourceFolder } from './source-folder.ts';
import { parseSource } from './source-text.ts';

/** Files that are meant for a tool by their name: that one of them can't be read is said. */
const meant = /postman|insomnia|thunder|openapi|swagger|\.har$/i;

/** Reads the projects of other tools in a folder, and the files beside them that are exports. */
export function readFolder(folder: SourceFolder, candidates: readonly ImportFormat[]): ImportResult {
  const formats = new Set<ImportFormat>();
  const read: Imported[] = [];
  const findings: Finding[] = [];
  const errors: CountersignError[] = [];
  const take = (format: ImportFormat, document: unknown): void => {
    read.push(format.read(document));
    formats.add(format);
  };
  const attempt = (path: string, told: boolean, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      errors.push(error);
      if (told) findings.push({ at: path, finding: error.message });
    }
  };
  const roots: string[] = [];
  for (const format of candidates) {
    for (const mark of format.marks ?? []) {
      for (const [root, project] of folder.projects(mark)) {
        if (roots.some(other => root.startsWith(other)) || !format.recognizes(project)) continue;
        roots.push(root);
        attempt(root + mark, true, () => take(format, project));
      }
    }
  }
  for (const [path, text] of folder.files) {
    if (roots.some(root => path.startsWith(root)) || !/\.(?:json|ya?ml|har)$/i.test(path)) continue;
    attempt(path, meant.test(path), () => {
      const document = parseSource(text, path);
      const format = candidates.find(candidate => candidate.recognizes(document));
      if (format) take(format, document);
    });
  }
  if (findings.length > 0 && formats.size === 0) throw errors[0];
  return {
    formats: [...formats],
    imported: {
      collections: read.flatMap(({ collections }) => collections),
      environments: joined(read.flatMap(({ environments }) => environments)),
      findings: [...findings, ...read.flatMap(each => each.findings ?? [])],
    },
  };
}

/** What holds in all environments is one of them, however many files state some of it. */
function joined(environments: readonly ImportedEnvironment[]): readonly ImportedEnvironment[] {
  const shared = environments.filter(({ name }) => name === '$shared');
  if (shared.length < 2) return environments;
  const variables = shared.flatMap(environment => environment.variables);
  return [{ name: '$shared', variables }, ...environments.filter(({ name }) => name !== '$shared')];
}
