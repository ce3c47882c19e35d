import { fill, h } from '../shared/dom.ts';

/** The one tooltip of the page, in the workbench's hover style. Pointer only: what it says is also described to readers. */
const element = h('div', { class: 'tooltip', 'aria-hidden': 'true' });
element.hidden = true;

export function tooltipElement(): HTMLElement {
  return element;
}

/** Shows lines below a place of the page; the first line is set in code. */
export function showTooltip(at: DOMRect, title: string, lines: readonly string[]): void {
  fill(element, h('code', {}, title), ...lines.map(line => h('div', {}, line)));
  element.hidden = false;
  const { width, height } = element.getBoundingClientRect();
  const left = Math.max(4, Math.min(at.left, innerWidth - width - 4));
  const below = at.bottom + 4;
  element.style.left = `${left}px`;
  element.style.top = `${below + height > innerHeight ? at.top - height - 4 : below}px`;
}

export function hideTooltip(): void {
  element.hidden = true;
}

/** Shows lines while the pointer is over an element, or it has the focus. */
export function hover(target: HTMLElement, title: () => string, lines: () => readonly string[]): void {
  const show = (): void => showTooltip(target.getBoundingClientRect(), title(), lines());
  target.addEventListener('mouseenter', show);
  target.addEventListener('focus', show);
  target.addEventListener('mouseleave', hideTooltip);
  target.addEventListener('blur', hideTooltip);
}
