import type { FormChange } from '../../features/form/form-edits.ts';
import * as page from '../shared/page.ts';
import type { FromPanel, PanelState } from './messages.ts';
import { isPanelState } from './messages.ts';

let sent = 0;
let arrived = 0;

export const post: (message: FromPanel) => void = page.post;
export const saveState: (state: PanelState) => void = page.saveState;

/** The number of a change that is about to be sent. */
export function nextEdit(): number {
  sent += 1;
  return sent;
}

export function change(what: FormChange): void {
  post({ type: 'change', edit: nextEdit(), change: what });
}

/** A model that has every change up to this one came in. */
export function noteArrived(edit: number): void {
  arrived = edit;
}

/** Changes are on their way: what a model says of the control that has the focus is older than what stands in it. */
export function isAhead(): boolean {
  return sent > arrived;
}

export function savedState(): PanelState | undefined {
  return page.savedState<PanelState>(isPanelState);
}
