import { h } from './dom.ts';

interface Entry {
  readonly tab: HTMLButtonElement;
  readonly badge: HTMLElement;
  readonly panel: HTMLElement;
}

/** Tabs after the ARIA pattern: arrow keys, Home and End move between them. @see https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export class TabList<Id extends string> {
  readonly element: HTMLElement;
  readonly panels: HTMLElement;
  readonly #entries = new Map<Id, Entry>();
  readonly #onSelect: (id: Id) => void;
  #selected: Id;

  constructor(label: string, tabs: readonly { id: Id; label: string }[], selected: Id, onSelect: (id: Id) => void) {
    this.#selected = selected;
    this.#onSelect = onSelect;
    this.element = h('div', { class: 'tabs', role: 'tablist', 'aria-label': label });
    this.panels = h('div', { class: 'panels' });
    for (const { id, label: text } of tabs) {
      const badge = h('span', { class: 'badge' });
      badge.hidden = true;
      const tab = h(
        'button',
        {
          class: 'tab',
          role: 'tab',
          type: 'button',
          id: `tab-${id}`,
          'aria-controls': `panel-${id}`,
          onclick: () => this.select(id),
        },
        text,
        badge,
      );
      const panel = h('div', {
        class: `panel panel-${id}`,
        role: 'tabpanel',
        id: `panel-${id}`,
        'aria-labelledby': `tab-${id}`,
      });
      this.#entries.set(id, { tab, badge, panel });
      this.element.append(tab);
      this.panels.append(panel);
    }
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.select(selected);
  }

  get selected(): Id {
    return this.#selected;
  }

  panel(id: Id): HTMLElement {
    const entry = this.#entries.get(id);
    if (!entry) throw new RangeError(id);
    return entry.panel;
  }

  /** Shows a count beside the label; none where it is undefined. */
  setBadge(id: Id, count: number | undefined): void {
    const badge = this.#entries.get(id)?.badge;
    if (!badge) return;
    badge.hidden = count === undefined;
    badge.textContent = count === undefined ? '' : String(count);
  }

  select(id: Id, focus = false): void {
    this.#selected = id;
    for (const [each, { tab, panel }] of this.#entries) {
      const selected = each === id;
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
      panel.hidden = !selected;
      if (selected && focus) tab.focus();
    }
    this.#onSelect(id);
  }

  #onKey(event: KeyboardEvent): void {
    const ids = [...this.#entries.keys()];
    const at = ids.indexOf(this.#selected);
    const last = ids.length - 1;
    const next =
      event.key === 'ArrowRight'
        ? (at + 1) % ids.length
        : event.key === 'ArrowLeft'
          ? (at + last) % ids.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? last
              : undefined;
    const id = next === undefined ? undefined : ids[next];
    if (id === undefined) return;
    event.preventDefault();
    this.select(id, true);
  }
}
