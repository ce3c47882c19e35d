import * as page from '../shared/page.ts';
import type { FromPanel, PanelState } from './messages.ts';
import { isPanelState } from './messages.ts';

export const post: (message: FromPanel) => void = page.post;
export const saveState: (state: PanelState) => void = page.saveState;

export function savedState(): PanelState | undefined {
  return page.savedState<PanelState>(isPanelState);
}
