import { basename } from 'node:path';
import type { AuthStatement } from '../../auth/inheritance.ts';
import { findScheme } from '../../auth/schemes/index.ts';
import { setAuth } from '../../language/auth-printer.ts';
import { removeHeader } from '../../language/printer.ts';
import type { Block, Diagnostic } from '../../language/syntax-tree.ts';
import { headersSetBy } from '../../sending/auth-headers.ts';

/** What an authorization in force makes of written headers. */
export interface AuthEffect {
  /** Names of the headers that it sets, in lower case. */
  readonly headers: ReadonlySet<string>;
  /** Who sets them, for messages: `Basic Auth (collection.http, line 3)`. */
  readonly source: string;
}

/**
 * @param file the document that is looked at
 * @param own the request states it itself
 */
export function authEffect(
  statement: AuthStatement,
  file: string,
  own: boolean,
  resolve: (text: string) => string | undefined,
): AuthEffect {
  const { file: statedIn, line } = statement.place;
  const where = own
    ? 'stated in this request'
    : statedIn === file
      ? `line ${line}`
      : `${basename(statedIn)}, line ${line}`;
  return {
    headers: new Set(headersSetBy(statement, resolve).map(name => name.toLowerCase())),
    source: `${findScheme(statement.scheme)?.label ?? statement.scheme} (${where})`,
  };
}

/** A warning, with fixes, for each written header that the authorization replaces. @param text the block's text */
export function authConflicts(block: Block, text: string, effect: AuthEffect): readonly Diagnostic[] {
  const { request } = block;
  if (!request || effect.headers.size === 0) return [];
  return request.headers
    .filter(({ name }) => effect.headers.has(name.text.toLowerCase()))
    .map((header): Diagnostic => {
      const placed = { block, offset: 0, line: 0 };
      const tree = { text, blocks: [placed] };
      return {
        start: header.start,
        end: header.end,
        line: header.line,
        severity: 'warning',
        code: 'overridden-header',
        message: `${header.name.text} is set by ${effect.source}; this one is not sent.`,
        fixes: [
          { title: 'Remove this header', edits: removeHeader(tree, placed, header) },
          {
            title: 'State “@auth none” and send this header',
            edits: setAuth(tree, placed, { scheme: 'none', fields: [] }),
          },
        ],
      };
    });
}
