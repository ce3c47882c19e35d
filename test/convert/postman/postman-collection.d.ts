/** The part of Postman's library that the tests use; its own types are not found by its manifest. */
declare module 'postman-collection' {
  interface Row {
    readonly key: string | null;
    readonly value: string | null;
    readonly disabled?: boolean;
  }
  interface Rows {
    all(): readonly Row[];
  }
  interface LibraryRequest {
    readonly url: { readonly query: Rows };
    readonly headers: Rows;
  }
  const library: {
    readonly Collection: new (
      value: object,
    ) => { readonly items: { all(): readonly { readonly request: LibraryRequest }[] } };
  };
  export default library;
}
