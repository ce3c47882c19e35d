import type { Imported } from './collection.ts';

/** A format of another tool that can be read. */
export interface ImportFormat {
  readonly id: string;
  /** As people call it. */
  readonly label: string;
  /** Where it is a folder: files of which one stands in it, by their paths. */
  readonly marks?: readonly string[];
  /** Whether a document (parsed JSON or YAML, or a `SourceFolder`) is of this format. */
  recognizes(document: unknown): boolean;
  /** @throws CountersignError `invalid-value` with what is wrong */
  read(document: unknown): Imported;
}

/** What was read, and of which formats. */
export interface ImportResult {
  readonly formats: readonly ImportFormat[];
  readonly imported: Imported;
}

/** The formats as people call them, in a sentence. */
export const labelsOf = (formats: readonly ImportFormat[]): string => formats.map(({ label }) => label).join(', ');
