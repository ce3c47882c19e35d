import type { Check } from './shape.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const api = acquireVsCodeApi();

/** Sends a message to the host. */
export function post(message: unknown): void {
  api.postMessage(message);
}

/** What the page kept before it was made anew, where it passes the check. */
export function savedState<T>(check: Check): T | undefined {
  const state = api.getState();
  return check(state) ? (state as T) : undefined;
}

/** Keeps a state over reloads of the window. */
export function saveState(state: unknown): void {
  api.setState(state);
}
