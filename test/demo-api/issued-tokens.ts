import { randomBytes } from 'node:crypto';
import { credentials } from './credentials.ts';

const users = new Map<string, string>([[credentials.token, credentials.user]]);

/** A new token for a user, good until the process ends. */
export function issueToken(user: string): string {
  const token = randomBytes(18).toString('base64url');
  users.set(token, user);
  return token;
}

export function userOfToken(token: string): string | undefined {
  return users.get(token);
}
