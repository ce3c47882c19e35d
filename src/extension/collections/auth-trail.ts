import { basename } from 'node:path';
import type { AuthDecision } from '../../sending/auth-in-force.ts';

export interface TrailWords {
  readonly decision: AuthDecision;
  readonly file: string;
}

/** `, from collection.http, line 2`; empty where the request states it itself. */
export function originOfAuth({ decision: { from }, file }: TrailWords): string {
  if (!from || from.level === 'request') return '';
  const name = from.file === file ? 'this file' : basename(from.file);
  return `, from ${name}, line ${from.line}`;
}
