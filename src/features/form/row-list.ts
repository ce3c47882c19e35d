export const rowLists = ['headers', 'params', 'form'] as const;
/** Headers, the parameters of the query, and the fields of a form body. */
export type RowList = (typeof rowLists)[number];
