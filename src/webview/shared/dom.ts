type Child = Node | string | undefined | false;

interface Attributes {
  readonly class?: string;
  readonly onclick?: (event: MouseEvent) => void;
  readonly [name: string]: string | number | boolean | undefined | ((event: MouseEvent) => void);
}

/** An element with attributes (`true` is an empty attribute, `false` and undefined none) and children. */
export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') element.addEventListener('click', value as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

/** Replaces the children of an element. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren();
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
}

/** A codicon; decoration only, hidden from screen readers. */
export function icon(name: string): HTMLElement {
  return h('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

/** A toolbar button that shows an icon; the label is its tooltip and accessible name. */
export function iconButton(name: string, label: string, onclick: () => void): HTMLButtonElement {
  return h('button', { class: 'icon-button', type: 'button', title: label, 'aria-label': label, onclick }, icon(name));
}

/** A button with text that looks like a link. */
export function linkButton(label: string, onclick: () => void, title?: string): HTMLButtonElement {
  return h('button', { class: 'link', type: 'button', title, onclick }, label);
}
