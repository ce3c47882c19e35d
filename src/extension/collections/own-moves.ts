import type { Uri } from 'vscode';

/** What the collections tree is moving just now, by where it comes from: it has seen to the paths itself. */
const moving = new Map<string, number>();

/** Takes note of what is moved while `move` runs. */
export async function whileMoving<T>(from: readonly Uri[], move: () => Thenable<T>): Promise<T> {
  const keys = from.map(String);
  for (const key of keys) moving.set(key, (moving.get(key) ?? 0) + 1);
  try {
    return await move();
  } finally {
    for (const key of keys) moving.set(key, (moving.get(key) ?? 0) - 1);
  }
}

export function isOwnMove(from: Uri): boolean {
  return (moving.get(from.toString()) ?? 0) > 0;
}
