/** How the names of the files end that a folder or an archive of other tools is looked through for. */
const sourceExtensions: readonly string[] = ['json', 'yaml', 'yml', 'har', 'bru'];

/** How the names of files end that can be imported, without the point. */
export const importExtensions: readonly string[] = [...sourceExtensions, 'zip'];

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();

/** Whether a folder of other tools is looked through for files of that name. */
export const isSourceFile = (name: string): boolean => sourceExtensions.includes(extensionOf(name));

/** Whether a file of that name can be imported by itself. */
export const isImportFile = (name: string): boolean => importExtensions.includes(extensionOf(name));
