import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { AuthDecision } from '../../sending/auth-in-force.ts';

export interface TrailWords {
  readonly decision: AuthDecision;
  readonly file: string;
}

/** `, from collection.http, line 2`; empty where the request states it itself. */
export function originOfAuth({ decision: { from }, file }: TrailWords): string {
  if (!from || from.level === 'request') return '';
  const name = from.file === file ? vscode.l10n.t('this file') : basename(from.file);
  return `, ${vscode.l10n.t('from {0}, line {1}', name, from.line)}`;
}
