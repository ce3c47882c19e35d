import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parseIni } from '../auth/ini.ts';

/** A part of a profile whose cookies are apart from those of the others. */
export interface FirefoxContainer {
  readonly id: number;
  readonly name: string;
}

export interface FirefoxProfile {
  readonly name: string;
  readonly folder: string;
  /** Of the person’s own making and Firefox’s; what belongs to none is besides them. */
  readonly containers: readonly FirefoxContainer[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The profiles of Firefox on this machine that hold cookies; none of these is read. */
export async function firefoxProfiles(
  folders: readonly string[] = firefoxFolders(),
): Promise<readonly FirefoxProfile[]> {
  const found = new Map<string, FirefoxProfile>();
  for (const root of folders) {
    const ini = parseIni(await readFile(join(root, 'profiles.ini'), 'utf8').catch(() => ''));
    for (const [section, properties] of ini) {
      const path = properties.get('path');
      if (!/^profile\d+$/i.test(section) || path === undefined) continue;
      const folder = properties.get('isrelative') === '0' && isAbsolute(path) ? path : join(root, path);
      const hasCookies = await access(join(folder, 'cookies.sqlite')).then(
        () => true,
        () => false,
      );
      if (!hasCookies) continue;
      found.set(folder, { name: properties.get('name') ?? path, folder, containers: await containersOf(folder) });
    }
  }
  return [...found.values()];
}

/** Where Firefox keeps its profiles: installed by itself, as a snap, as a flatpak. */
export function firefoxFolders(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): readonly string[] {
  if (platform === 'win32') return env.APPDATA ? [join(env.APPDATA, 'Mozilla', 'Firefox')] : [];
  if (platform === 'darwin') return [join(home, 'Library', 'Application Support', 'Firefox')];
  return [
    join(home, '.mozilla/firefox'),
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'mozilla/firefox'),
    join(home, 'snap/firefox/common/.mozilla/firefox'),
    join(home, '.var/app/org.mozilla.firefox/.mozilla/firefox'),
  ];
}

/** The names that Firefox gives to its own containers are keys of its translations: `user-context-work`. */
const ownNames: Readonly<Record<string, string>> = {
  personal: 'Personal',
  work: 'Work',
  banking: 'Banking',
  shopping: 'Shopping',
};

async function containersOf(folder: string): Promise<readonly FirefoxContainer[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, 'containers.json'), 'utf8'));
  } catch {
    return [];
  }
  const { identities } = (content ?? {}) as { identities?: unknown };
  if (!Array.isArray(identities)) return [];
  return identities.flatMap((each: unknown): FirefoxContainer[] => {
    const { userContextId, public: isPublic, name, l10nId, l10nID } = (each ?? {}) as Record<string, unknown>;
    if (typeof userContextId !== 'number' || isPublic === false) return [];
    if (typeof name === 'string' && name !== '') return [{ id: userContextId, name }];
    const key = /(?:user-?context-?)(\w+?)(?:\.label)?$/i.exec(String(l10nId ?? l10nID))?.[1]?.toLowerCase() ?? '';
    return [{ id: userContextId, name: ownNames[key] ?? `Container ${userContextId}` }];
  });
}
