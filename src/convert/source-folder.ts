/** A folder of another tool that keeps its requests as files: their texts by paths below it, `/` between names. */
export class SourceFolder {
  readonly files: ReadonlyMap<string, string>;

  constructor(files: ReadonlyMap<string, string>) {
    this.files = files;
  }

  /**
   * The folders in it, itself among them, in which `mark` stands, each by its path; one within another belongs to that.
   * @param mark a path below such a folder
   */
  *projects(mark: string): Iterable<readonly [path: string, project: SourceFolder]> {
    const roots: string[] = [];
    for (const path of this.files.keys()) {
      if (path === mark || path.endsWith(`/${mark}`)) roots.push(path.slice(0, path.length - mark.length));
    }
    roots.sort((one, other) => one.length - other.length);
    const outer = roots.filter(root => !roots.some(other => other !== root && root.startsWith(other)));
    for (const root of outer) {
      const inside = [...this.files].filter(([path]) => path.startsWith(root));
      yield [root, new SourceFolder(new Map(inside.map(([path, text]) => [path.slice(root.length), text])))];
    }
  }
}
