import * as vscode from 'vscode';
import { readDomains } from '../../cookies/cookie-source.ts';
import { CountersignError } from '../../core/errors.ts';
import { ask, showInputBox } from '../notices.ts';
import type { OpenedBrowser } from './synced-browsers.ts';

interface Choice extends vscode.QuickPickItem {
  open(): Promise<OpenedBrowser | undefined>;
}

/** Asks for domains; undefined where nobody named one. Nothing of a browser is read before. */
export async function chooseDomains(known: readonly string[]): Promise<readonly string[] | undefined> {
  const text = await showInputBox({
    title: 'Cookies of a Browser',
    prompt: 'Domains whose cookies may be read, with the hosts below them. No other cookie is kept.',
    placeHolder: 'example.com, api.example.org',
    value: known.join(', '),
    validateInput: value => {
      const domains = readDomains(value);
      if (domains.length === 0) return undefined;
      return domains.some(domain => !/[.:]/.test(domain) && domain !== 'localhost')
        ? 'Name whole domains: example.com'
        : undefined;
    },
  });
  const domains = readDomains(text ?? '');
  return domains.length > 0 ? domains : undefined;
}

/** Asks which browser, once the domains are known. */
export async function chooseBrowser(domains: readonly string[]): Promise<OpenedBrowser | undefined> {
  const choices: Choice[] = [
    {
      label: 'Open a Browser Window',
      detail: 'Chrome, Edge or another of its family, with a profile of its own: sign in there.',
      open: openWindow,
    },
    {
      label: 'A Browser that Listens for DevTools',
      detail: 'Chrome, Edge or another of its family that was started with --remote-debugging-port.',
      open: connect,
    },
    ...(await profileChoices()),
  ];
  const choice = await vscode.window.showQuickPick(choices, {
    title: `Cookies of ${domains.join(', ')}`,
    placeHolder: 'Which browser holds them?',
  });
  return await choice?.open();
}

/** A line for each profile of Firefox, and for each container in it. No cookie is read for them. */
async function profileChoices(): Promise<readonly Choice[]> {
  const { firefoxProfiles } = await import('../../node/firefox-profiles.ts');
  return (await firefoxProfiles()).flatMap(({ name, folder, containers }) =>
    [undefined, ...containers].map((container): Choice => {
      const label = container ? `Firefox: ${name}, container ${container.name}` : `Firefox: ${name}`;
      return {
        label: label.replaceAll('$(', '$ ('),
        detail: 'Read alone, while Firefox runs too. Cookies that end with the session are not in it.',
        async open() {
          const { FirefoxCookies } = await import('../../node/firefox-cookies.ts');
          return { name: label, source: new FirefoxCookies(folder, container?.id), close: async () => {} };
        },
      };
    }),
  );
}

async function openWindow(): Promise<OpenedBrowser> {
  const { Chromium, findChromium, hasScreen } = await import('../../node/chromium.ts');
  const { ChromiumCookies } = await import('../../node/chromium-cookies.ts');
  const named = vscode.workspace.getConfiguration('countersign').get<string>('signIn.browser') || undefined;
  const program = hasScreen() ? (named ?? findChromium()) : undefined;
  if (program === undefined) {
    throw new CountersignError('io', 'No Chrome, Edge or other browser of its family is found on this machine.', {
      hint: 'Name its program in the setting countersign.signIn.browser.',
    });
  }
  const browser = await Chromium.launch(program, { flags: ['--window-size=1200,900'] });
  return {
    name: 'Browser window',
    source: new ChromiumCookies(browser),
    ended: browser.exited,
    close: () => browser.close(),
  };
}

async function connect(): Promise<OpenedBrowser | undefined> {
  const port = await showInputBox({
    title: 'A Browser that Listens for DevTools',
    prompt: 'The port that it listens on, of this machine.',
    value: '9222',
    validateInput: value => (/^\d{1,5}$/.test(value.trim()) ? undefined : 'A port is a number.'),
  });
  if (port === undefined) return undefined;
  const { DevToolsSocket } = await import('../../node/devtools-socket.ts');
  const { ChromiumCookies } = await import('../../node/chromium-cookies.ts');
  const browser = await DevToolsSocket.connect(Number(port));
  return {
    name: `Browser on port ${port.trim()}`,
    source: new ChromiumCookies(browser),
    ended: browser.exited,
    close: () => browser.close(),
  };
}

/** Asks before a domain's sessions are read. */
export async function confirmReading(browser: string, domains: readonly string[], readOnly: boolean): Promise<boolean> {
  const go = 'Allow';
  const sentence = readOnly ? 'Read the cookies of {0} from “{1}”?' : 'Keep the cookies of {0} in sync with “{1}”?';
  const choice = await ask({
    ...{ kind: 'warning', modal: true, sentence, foreign: [domains.join(', '), browser], choices: [go] },
    detail: 'They hold your sessions. The Cookies view shows what is in sync, and stops it.',
  });
  return choice === go;
}
