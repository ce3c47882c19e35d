import { basename } from 'node:path';
import * as vscode from 'vscode';
import { findScheme, schemes } from '../../auth/schemes/index.ts';
import { authSnippet } from '../../features/completion/auth-snippet.ts';
import type { AuthDecision } from '../../sending/auth-in-force.ts';

interface Choice extends vscode.QuickPickItem {
  /** A scheme's id, `none`, or `inherit`. */
  readonly auth?: string;
}

/**
 * Asks how something new is authorized: inheriting first, where there is a parent.
 * @param parent the auth in force where it will stand; undefined where nothing is above it
 * @returns a scheme's id, `none` or `inherit`; undefined when dismissed
 */
export async function chooseAuth(title: string, parent: AuthDecision | undefined): Promise<string | undefined> {
  const choices: Choice[] = [];
  if (parent) {
    choices.push({
      label: 'Inherit auth from parent',
      description: inherited(parent),
      iconPath: new vscode.ThemeIcon('type-hierarchy-super'),
      auth: 'inherit',
    });
  }
  choices.push(
    {
      label: 'No Auth',
      description: 'Requests are sent as they are written',
      iconPath: new vscode.ThemeIcon('circle-slash'),
      auth: 'none',
    },
    { label: 'Schemes', kind: vscode.QuickPickItemKind.Separator },
    ...schemes.map(({ id, label, summary }) => ({
      label,
      // As a label, it is no sentence.
      description: summary.replace(/\.$/, ''),
      iconPath: new vscode.ThemeIcon('key'),
      auth: id,
    })),
  );
  const chosen = await vscode.window.showQuickPick(choices, {
    title,
    placeHolder: 'How is it authorized?',
    matchOnDescription: true,
  });
  return chosen?.auth;
}

/** `Basic Auth, from collection.http`. */
function inherited({ statement, from }: AuthDecision): string {
  const name = statement ? (findScheme(statement.scheme)?.label ?? statement.scheme) : 'No Auth';
  return from ? `${name}, from ${basename(from.file)}` : 'Nothing is stated above it';
}

/** The directive for a choice as a snippet with places to fill in; empty where nothing has to be stated. */
export function directiveSnippet(choice: string, owner: string): string {
  if (choice === 'inherit') return '';
  const scheme = findScheme(choice);
  if (!scheme) return `# @auth ${choice}\n`;
  // A secret is named after what it belongs to, so that two collections don't share one by accident.
  return `# @auth ${authSnippet(scheme, '#').replaceAll(`:${scheme.id}-`, `:${secretOwner(owner)}-`)}\n`;
}

function secretOwner(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '') || 'my'
  );
}
