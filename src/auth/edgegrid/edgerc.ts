import { CountersignError } from '../../core/errors.ts';
import type { Credential } from '../../core/permission.ts';
import { parseIni } from '../ini.ts';
import type { AuthContext } from '../scheme.ts';

export interface EdgeGridClient {
  readonly accessToken: string;
  readonly clientToken: string;
  readonly clientSecret: string;
  /** The host that the credentials are for. */
  readonly host?: string | undefined;
  readonly maxBodySize?: number | undefined;
  /** Whose they are, where they stand in no file of the workspace. */
  readonly source?: Credential;
}

/**
 * Reads a section of an `.edgerc` file.
 * @param path relative to the file that states the auth; `~` is the home folder, and `~/.edgerc` the default
 * @throws CountersignError `missing-file`, `io`, `invalid-value`
 * @see https://techdocs.akamai.com/developer/docs/edgegrid
 */
export async function readEdgerc(
  path: string | undefined,
  section: string | undefined,
  { files, env, baseFile }: Pick<AuthContext, 'files' | 'env' | 'baseFile'>,
): Promise<EdgeGridClient> {
  const file = absolute(path || '~/.edgerc', env.HOME || env.USERPROFILE || '', baseFile);
  const name = section || 'default';
  const sections = parseIni(new TextDecoder().decode(await files.read(file)), /\s*;.*$/);
  const found = sections.get(name);
  if (!found) {
    const names = [...sections.keys()].filter(Boolean);
    throw new CountersignError('invalid-value', `The file “${file}” has no section “${name}”.`, {
      hint: names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has no sections at all.',
    });
  }
  const read = (key: string): string => {
    const value = found.get(key);
    if (!value) throw new CountersignError('invalid-value', `The section “${name}” of “${file}” has no “${key}”.`);
    return value;
  };
  const largest = Number(found.get('max-body') ?? found.get('max_body'));
  return {
    accessToken: read('access_token'),
    clientToken: read('client_token'),
    clientSecret: read('client_secret'),
    source: { id: `edgegrid:${file}:${name}`, name: `edgegrid:${name}`, label: `EdgeGrid section “${name}”` },
    host: found
      .get('host')
      ?.replace(/^https?:\/\//, '')
      .replace(/\/+$/, ''),
    ...(Number.isInteger(largest) && largest > 0 ? { maxBodySize: largest } : {}),
  };
}

function absolute(path: string, home: string, baseFile: string): string {
  if (/^~[/\\]/.test(path)) return home + path.slice(1);
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(path)) return path;
  return baseFile.replace(/[^/\\]*$/, '') + path.replace(/^\.[/\\]/, '');
}
