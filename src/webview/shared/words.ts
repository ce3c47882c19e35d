/** The words of a page, by their names in its English table. */
export type Words<T> = { readonly [K in keyof T]: string };

/** The words of this page: the host's, from the data block of the page, over the English ones. */
export function readWords<T extends Readonly<Record<string, string>>>(english: T): Words<T> {
  const data = document.getElementById('texts')?.textContent;
  return data ? { ...english, ...(JSON.parse(data) as Partial<Words<T>>) } : english;
}

/** The text with `{0}`, `{1}` … filled in. */
export function filled(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
