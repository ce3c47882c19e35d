import type { PlacedBlock } from '../language/syntax-tree.ts';

/** What a request is called where there is room for a few words: its title, its name, or method and target. */
export function requestTitle({ block }: PlacedBlock): string {
  const { title, name, request } = block;
  if (title?.text) return title.text;
  if (name?.text) return name.text;
  return request ? `${request.method?.text.toUpperCase() ?? 'GET'} ${request.target.text}` : '';
}
