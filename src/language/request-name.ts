import type { Block, Located } from './syntax-tree.ts';

/**
 * The name by which others refer to a request and its response: that of `# @name`, else its title, where that can stand
 * in a reference.
 */
export function requestName({ name, title }: Pick<Block, 'name' | 'title'>): Located | undefined {
  return name ?? (title !== undefined && /^[\w-]+$/.test(title.text) ? title : undefined);
}

/** Whether a block's text may have such a name, without reading the block: a document may have very many. */
export function mayHaveName(text: string): boolean {
  return /@(?:name|title)\b/i.test(text) || /^\s*#{3,}[ \t]*[\w-]+[ \t]*(?:[\r\n]|$)/.test(text);
}
