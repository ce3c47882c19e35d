import type { FormPreview } from '../../features/form/form-preview.ts';
import { previewText } from '../../features/presentation/preview-text.ts';
import type { PreviewRow } from '../../webview/authorization/messages.ts';

/** A request as the panel's Preview tab draws it, a row per line; none where it can't be computed. */
export function previewRows(
  { request, pending, problems = [], tls }: FormPreview,
  file: string,
  reveal: boolean,
): { readonly rows: readonly PreviewRow[]; readonly hasSecrets: boolean } {
  if (!request) return { rows: [], hasSecrets: false };
  const { text, lines, hasSecrets } = previewText({ request, pending, problems, tls }, '', file, reveal);
  const said = new Map(lines.map(line => [line.line, line]));
  // The first line is the title's, which the panel shows already.
  const rows = text
    .replace(/\n$/, '')
    .split('\n')
    .slice(1)
    .map((content, index): PreviewRow => {
      const { kind = 'written', origin, file: from, originLine = 1 } = said.get(index + 1) ?? {};
      return {
        ...{ text: content, kind },
        ...(origin === undefined ? {} : { origin }),
        ...(from === undefined ? {} : { file: from, line: originLine }),
      };
    });
  return { rows, hasSecrets };
}
