export type CompletionKind =
  | 'method'
  | 'url'
  | 'version'
  | 'header'
  | 'value'
  | 'directive'
  | 'scheme'
  | 'snippet'
  | 'field'
  | 'variable'
  | 'dynamic'
  | 'secret'
  | 'response'
  | 'file'
  | 'folder';

/** Something that can stand at the cursor. Offsets are those of the document. */
export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** What `start` to `end` is replaced by; in TextMate’s snippet syntax where `snippet` is set. */
  readonly insert: string;
  readonly snippet?: boolean;
  readonly start: number;
  readonly end: number;
  /** A few words beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** Items stand in this order; equal ones by label. */
  readonly order?: number;
  readonly preselect?: boolean;
  /** What was inserted wants completion itself. */
  readonly again?: boolean;
}

/** What completion needs of the host. */
export interface CompletionPorts {
  /** Names of the secrets in the secret store. */
  secretNames(): readonly string[];
  /** Names of the tokens that are kept. */
  tokenNames?(): readonly string[] | Promise<readonly string[]>;
  /** The names that `{{$exec name}}` may have. */
  commandNames?(): readonly string[] | Promise<readonly string[]>;
  /** What a folder holds; empty where there is none of that path, which is relative to the document. */
  listFolder(path: string): Promise<readonly { readonly name: string; readonly folder: boolean }[]>;
}
