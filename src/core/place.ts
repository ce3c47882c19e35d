/** A place in a file, for people and for the command line: lines and columns count from 1. */
export interface Place {
  /** Absolute path, or the URI of a document that is not a file. */
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}
