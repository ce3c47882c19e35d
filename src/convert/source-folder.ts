/** A folder of another tool that keeps its requests as files: their texts by paths below it, `/` between names. */
export class SourceFolder {
  readonly files: ReadonlyMap<string, string>;

  constructor(files: ReadonlyMap<string, string>) {
    this.files = files;
  }
}
