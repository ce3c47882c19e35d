import type { Frame } from 'playwright-core';

/** What in a webview is cut off, sticks out at a side or lies over something else; empty where all is well. */
export async function layoutProblems(panel: Frame): Promise<string[]> {
  return await panel.evaluate(() => {
    const problems: string[] = [];
    const name = (element: Element): string => {
      const { tagName, className, id } = element;
      const text = element.getAttribute('aria-label') ?? element.textContent ?? '';
      return `${tagName.toLowerCase()}${id && `#${id}`}.${String(className).replaceAll(' ', '.')} “${text.slice(0, 40)}”`;
    };
    const visible = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      element.closest('.visually-hidden, [aria-hidden=true]') === null;
    const scrolls = (element: Element, axis: 'overflowX' | 'overflowY'): boolean => {
      for (let at: Element | null = element.parentElement; at; at = at.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(at)[axis]) && at !== document.body) return true;
      }
      return false;
    };
    const { documentElement: page } = document;
    if (page.scrollWidth > innerWidth) problems.push(`the page is ${page.scrollWidth} wide, of ${innerWidth}`);
    const all = [...document.querySelectorAll('body *')].filter(visible);
    for (const element of all) {
      const style = getComputedStyle(element);
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && !scrolls(element, 'overflowX') && (left < -0.5 || right > innerWidth + 0.5)) {
        problems.push(`sticks out (${Math.round(left)}–${Math.round(right)} of ${innerWidth}): ${name(element)}`);
      }
      const field = element.matches('input, textarea, select, pre, code');
      const hides = ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
      if (hides && !field && element.scrollWidth > element.clientWidth + 1 && element !== document.body) {
        problems.push(`cut off: ${name(element)}`);
      }
    }
    const controls = all.filter(element =>
      element.matches('button, input, select, textarea, a[href], [role=tab], summary'),
    );
    for (const [index, one] of controls.entries()) {
      const a = one.getBoundingClientRect();
      for (const other of controls.slice(index + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        const b = other.getBoundingClientRect();
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 1 && scrolls(one, 'overflowY') === scrolls(other, 'overflowY')) {
          problems.push(`overlap: ${name(one)} and ${name(other)}`);
        }
      }
    }
    // Something of what scrolls is to be seen.
    const body = document.querySelector('.panels')?.clientHeight ?? innerHeight;
    if (body < 160) problems.push(`only ${body} px are left for the content`);
    return problems;
  });
}
