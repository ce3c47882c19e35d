import * as vscode from 'vscode';
import { sentenceOf } from '../core/foreign-text.ts';
import {
  type Answer,
  type Decision,
  decidedName,
  type Permission,
  Permissions,
  withDecision,
} from '../core/permission.ts';
import { ask, tell, tellBriefly } from './notices.ts';

const stateKey = 'permissions';

/** The permissions of this workspace: asked in a dialog, kept in the editor’s own state and never in a file of it. */
export class WorkspacePermissions implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #command: vscode.Disposable;
  readonly permissions: Permissions;

  constructor(state: vscode.Memento) {
    this.#state = state;
    this.#command = vscode.commands.registerCommand('countersign.managePermissions', () => this.#manage());
    this.permissions = new Permissions({
      decisions: () => this.#decisions(),
      keep: decision => this.#keep(decision),
      ask: askPerson,
      advice: () => 'You are asked when you send the request.',
    });
  }

  dispose(): void {
    this.#command.dispose();
  }

  #decisions(): readonly Decision[] {
    return this.#state.get<readonly Decision[]>(stateKey, []);
  }

  async #keep(decision: Decision): Promise<void> {
    await this.#state.update(stateKey, withDecision(this.#decisions(), decision));
  }

  /** Shows what was decided; what is ticked off is asked again. */
  async #manage(): Promise<void> {
    const decisions = this.#decisions();
    if (decisions.length === 0) {
      tell('information', 'Nothing was allowed or refused in this workspace so far.');
      return;
    }
    const items = decisions.map(decision => ({ ...described(decision), decision, picked: true }));
    const kept = await vscode.window.showQuickPick(items, {
      title: 'Permissions of This Workspace',
      placeHolder: 'Clear what is to be asked again',
      canPickMany: true,
      matchOnDescription: true,
    });
    if (!kept || kept.length === decisions.length) return;
    await this.#state.update(
      stateKey,
      kept.map(({ decision }) => decision),
    );
    tellBriefly(4000, '{0} permissions removed', decisions.length - kept.length);
  }
}

function described(decision: Decision): vscode.QuickPickItem {
  const { kind, origin, allowed } = decision;
  const icons = { credential: 'key', file: 'file', environment: 'symbol-variable' } as const;
  return {
    label: decidedName(decision).replaceAll('$(', '$ ('),
    description: [allowed ? 'allowed' : 'refused', origin].filter(Boolean).join(' · '),
    iconPath: new vscode.ThemeIcon(icons[kind]),
  };
}

async function askPerson(permission: Permission): Promise<Answer | undefined> {
  const once = 'Once';
  const always = 'Always Here';
  const never = 'Never';
  const { sentence, foreign, detail } = question(permission);
  const chosen = await ask({ kind: 'warning', modal: true, sentence, foreign, detail, choices: [once, always, never] });
  switch (chosen) {
    case once:
      return 'once';
    case always:
      return 'always';
    case never:
      return 'never';
    default:
      return undefined;
  }
}

interface Question {
  readonly sentence: string;
  readonly foreign: readonly string[];
  readonly detail: string;
}

function question(permission: Permission): Question {
  switch (permission.kind) {
    case 'credential': {
      const { credential, origin, place } = permission;
      const by = place ? `${vscode.workspace.asRelativePath(place.file)}:${place.line}` : undefined;
      return {
        sentence: 'Use the {0} for {1}?',
        foreign: [credential.label, origin],
        detail: [
          ...(by === undefined ? [] : [sentenceOf('Asked for by {0}.', [by])]),
          'Whoever receives it can act as you, so allow it only if you trust this address and the files of this workspace. “Always Here” remembers this address for this workspace.',
        ].join(' '),
      };
    }
    case 'file':
      return {
        sentence:
          permission.use === 'key'
            ? 'Sign with {0}, which is outside the workspace?'
            : 'Read {0}, which is outside the workspace?',
        foreign: [permission.path],
        detail:
          permission.use === 'key'
            ? 'The authorization names this file. It proves who you are, and is not sent itself.'
            : 'The request names this file. Its content can be sent to wherever the request goes.',
      };
    case 'environment':
      return {
        sentence: 'Read the environment variable {0}?',
        foreign: [permission.name],
        detail: 'The request names it. Its value can be sent to wherever the request goes.',
      };
  }
}
