/**
 * The syntax tree of a `.http` document.
 *
 * A document is a list of blocks; a block is a list of lines that together cover every character of it. Everything
 * inside a block is positioned relative to the block's first character and first line, so that a block which did not
 * change is reused as it stands when something above it did.
 */

/** A half-open range of UTF-16 offsets, relative to the start of the block (or of the document where said so). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Text taken from the document, as written, with its place. */
export interface Located extends Span {
  readonly text: string;
}

/**
 * What a line is.
 * - `foreign`: a part of another dialect that is recognised, kept and never sent (`> {% … %}`, `?? …`, `>> file`, …).
 * - `continuation`: goes on with the line above (request target, or a directive's fields).
 */
export type LineKind =
  | 'separator'
  | 'blank'
  | 'comment'
  | 'directive'
  | 'directive-continuation'
  | 'variable'
  | 'request-line'
  | 'target-continuation'
  | 'header'
  | 'body'
  | 'foreign';

/** One line of a block, its line end included. The lines of a block are contiguous and cover it. */
export interface Line extends Span {
  readonly kind: LineKind;
}

/** `# @name value`, without its continuation lines. `name` is in lower case apart from its span's text. */
export interface Directive extends Span {
  /** The directive's name without `@`, as written. */
  readonly name: Located;
  /** The rest of the line, trimmed; empty text where there is none. */
  readonly value: Located;
  /** 0-based line within the block. */
  readonly line: number;
}

/** `field=value` of an `@auth` directive. */
export interface AuthFieldNode extends Span {
  readonly name: Located;
  /** The value without quotes; escapes resolved; variables as written. Its span covers what is between the quotes. */
  readonly value: Located;
  readonly quoted: boolean;
  /** True where the value is `< path`: `value` is then the path. */
  readonly fromFile: boolean;
  /** 0-based line within the block. */
  readonly line: number;
}

/** An `@auth` directive with its continuation lines. */
export interface AuthNode extends Span {
  /** The scheme's id as written, or `inherit` or `none`; empty text where it is missing. */
  readonly scheme: Located;
  readonly fields: readonly AuthFieldNode[];
  /** 0-based line of the directive within the block. */
  readonly line: number;
  /** 0-based line of its last continuation line (or `line`). */
  readonly lastLine: number;
}

/** `@name = value`. */
export interface VariableNode extends Span {
  readonly name: Located;
  readonly value: Located;
  readonly line: number;
}

export interface HeaderNode extends Span {
  readonly name: Located;
  readonly value: Located;
  readonly line: number;
}

/** One stretch of a request body, in order. Text runs keep their line ends. */
export type BodyPart =
  | { readonly kind: 'text'; readonly span: Span; readonly text: string }
  | {
      readonly kind: 'file';
      readonly span: Span;
      readonly path: Located;
      /** `<@`: variables in the file are replaced. */
      readonly substitute: boolean;
      /** `<@latin1 file`: the file's encoding. */
      readonly encoding?: string;
    };

export interface BodyNode extends Span {
  readonly parts: readonly BodyPart[];
  readonly line: number;
}

export interface RequestNode extends Span {
  /** As written; undefined where the line has no method (GET). */
  readonly method: Located | undefined;
  /** The target with its continuation lines joined; its span runs from the first character to the last. */
  readonly target: Located;
  /** The pieces of a target that goes on over several lines, one per line; empty where it is one piece. */
  readonly targetParts: readonly Located[];
  /** 0-based line of the target's last piece within the block. */
  readonly targetLastLine: number;
  readonly version: Located | undefined;
  readonly headers: readonly HeaderNode[];
  readonly body: BodyNode | undefined;
  readonly line: number;
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A change that mends a diagnostic: replace a span of the block with text. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly (Span & { readonly text: string })[];
}

export interface Diagnostic extends Span {
  readonly severity: Severity;
  /** A stable kebab-case code, for instance `unclosed-quote`. */
  readonly code: string;
  readonly message: string;
  readonly fixes?: readonly Fix[];
  /** 0-based line within the block. */
  readonly line: number;
}

/** Something of another dialect that Countersign keeps and does not run. */
export interface ForeignNode extends Span {
  /** For instance `response-handler`, `pre-request-script`, `assertion`, `response-redirect`, `import`. */
  readonly feature: string;
  readonly line: number;
}

export interface Block {
  /** Number of UTF-16 units, all line ends included. */
  readonly length: number;
  /** Number of lines (each ended by a line end, apart from the document's last). */
  readonly lineCount: number;
  readonly lines: readonly Line[];
  /** What follows `###`, or the `# @title`; undefined where there is neither. */
  readonly title: Located | undefined;
  /** The value of `# @name`. */
  readonly name: Located | undefined;
  readonly directives: readonly Directive[];
  readonly auth: AuthNode | undefined;
  readonly variables: readonly VariableNode[];
  readonly request: RequestNode | undefined;
  readonly foreign: readonly ForeignNode[];
  /** True where the block would read otherwise if a comment left open in it were closed further down. */
  readonly openEnded: boolean;
  /** What the parser found wrong; semantic problems are found in `features/`. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Lets go of the nodes, which are read again from the text when one is asked for: for whoever is done with a block of
   * a document that has very many. Nodes that somebody still holds stay as they are.
   */
  release(): void;
}

/** A block at its place in the document. */
export interface PlacedBlock {
  readonly block: Block;
  /** Offset of the block's first character in the document. */
  readonly offset: number;
  /** 0-based number of the block's first line in the document. */
  readonly line: number;
}

export interface SyntaxTree {
  readonly text: string;
  readonly blocks: readonly PlacedBlock[];
}

/** A text edit in document offsets. */
export interface TextEdit extends Span {
  readonly text: string;
}
