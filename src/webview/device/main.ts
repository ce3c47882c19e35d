import '@vscode/codicons/dist/codicon.css';
import './style.css';
import qrcode from 'qrcode-generator';
import { h, icon } from '../shared/dom.ts';
import { post } from '../shared/page.ts';
import { filled, readWords } from '../shared/words.ts';
import { type ToDevicePage, toDevicePage } from './messages.ts';
import { english } from './texts.ts';

const texts = readWords(english);
const main = h('main');
document.body.append(main);
let timer: ReturnType<typeof setInterval> | undefined;

window.addEventListener('message', ({ data }) => {
  const message = toDevicePage(data);
  if (message) show(message);
});
post({ type: 'ready' });

function show({ userCode, verificationUri, address, expiresAt }: ToDevicePage): void {
  const said = h('span', { role: 'status', class: 'said' });
  const copy = (): void => {
    post({ type: 'copy' });
    said.textContent = texts.copied;
  };
  const rest = h('p', { class: 'calm' });
  main.replaceChildren(
    h('h1', {}, texts.heading),
    h('p', { class: 'address' }, filled(texts.at, verificationUri)),
    h('p', { class: 'code', 'aria-label': userCode.split('').join(' ') }, userCode),
    h(
      'div',
      { class: 'actions' },
      h(
        'button',
        { type: 'button', class: 'primary', onclick: () => post({ type: 'open' }) },
        icon('link-external'),
        texts.open,
      ),
      h('button', { type: 'button', class: 'secondary', onclick: copy }, texts.copy),
      h('button', { type: 'button', class: 'secondary', onclick: () => post({ type: 'cancel' }) }, texts.cancel),
      said,
    ),
    h('figure', {}, picture(address), h('figcaption', { class: 'calm' }, texts.scan)),
    rest,
    h('p', { class: 'calm' }, texts.waiting),
  );
  main.querySelector('button')?.focus();
  const tick = (): void => {
    const seconds = Math.floor((expiresAt - Date.now()) / 1000);
    if (seconds <= 0) clearInterval(timer);
    rest.textContent =
      seconds <= 0
        ? texts.over
        : filled(texts.remaining, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
  };
  clearInterval(timer);
  timer = setInterval(tick, 1000);
  tick();
}

/** Dark on light whatever the theme, as readers want it. */
function picture(text: string): SVGSVGElement {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  }
  const create = <T extends 'svg' | 'path' | 'rect'>(name: T, attributes: Record<string, string>) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const size = `${count + 8}`;
  const svg = create('svg', {
    viewBox: `-4 -4 ${size} ${size}`,
    role: 'img',
    'aria-label': filled(texts.qrCode, text),
  });
  svg.append(
    create('rect', { x: '-4', y: '-4', width: size, height: size, fill: '#fff' }),
    create('path', { d: path, fill: '#000' }),
  );
  return svg;
}
