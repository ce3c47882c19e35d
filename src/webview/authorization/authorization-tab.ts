import type { FormModel, FormParent, FormType } from '../../features/form/form-model.ts';
import { fill, h, icon, iconButton, linkButton } from '../shared/dom.ts';
import { filled } from '../shared/words.ts';
import { AddedParts } from './added-parts.ts';
import { FieldRow, option } from './field-row.ts';
import { change, post } from './host.ts';
import { SecretReveals } from './secret-reveals.ts';
import type { Texts } from './texts.ts';

type DrawnPart = 'choices' | 'scheme' | 'unknown' | 'parent' | 'about' | 'remarks' | 'problems';

/** The type, the fields of its scheme, and what it does to the request. */
export class AuthorizationTab {
  readonly reveals = new SecretReveals();
  readonly #texts: Texts;
  readonly #type: HTMLSelectElement;
  readonly #parent = h('div', { class: 'parent' });
  readonly #problems = h('div', { class: 'problems', role: 'status' });
  readonly #fields = h('div', { class: 'fields' });
  readonly #advanced = h('div', { class: 'fields' });
  readonly #fold: HTMLDetailsElement;
  readonly #summary = h('span', {});
  readonly #unknown = h('div', { class: 'not-understood' });
  readonly #token: HTMLElement;
  readonly #about = h('div', { class: 'about' });
  readonly #parts: AddedParts;
  readonly #remarks = h('div', { class: 'remarks', role: 'status' });
  #rows = new Map<string, FieldRow>();
  readonly #drawn: Partial<Record<DrawnPart, string>> = {};

  constructor(panel: HTMLElement, texts: Texts) {
    this.#texts = texts;
    this.#type = h('select', { 'aria-label': texts.type, class: 'type' });
    this.#type.addEventListener('change', () => change({ type: 'scheme', scheme: this.#type.value }));
    const label = h('div', { class: 'field-label' }, texts.type);
    const select = h('div', { class: 'select' }, this.#type, icon('chevron-down'));
    const type = h('div', { class: 'field type-row' }, label, h('div', { class: 'field-body' }, select, this.#parent));
    this.#fold = h('details', { class: 'advanced' }, h('summary', {}, this.#summary), this.#advanced);
    this.#token = h(
      'div',
      { class: 'field' },
      h(
        'button',
        { class: 'primary', type: 'button', onclick: () => post({ type: 'get-token' }) },
        icon('key'),
        texts.getToken,
      ),
    );
    this.#parts = new AddedParts(texts.addedToRequest, texts);
    const choice = h('div', { class: 'choice' }, type, this.#problems);
    const form = h('div', { class: 'form' }, this.#fields, this.#token, this.#fold, this.#unknown);
    const aside = h('aside', { 'aria-label': texts.whatItDoes }, this.#about, this.#parts.element, this.#remarks);
    fill(panel, h('div', { class: 'columns' }, choice, aside, form));
  }

  set(model: FormModel): void {
    this.#setType(model.type);
    this.#setFields(model);
    this.#setUnknown(model);
    this.#setEffect(model);
    this.#once('problems', model.problems, () =>
      fill(
        this.#problems,
        ...model.problems.map(({ severity, message }) =>
          h('p', { class: `problem ${severity}` }, icon(severity === 'information' ? 'info' : severity), message),
        ),
      ),
    );
  }

  focus(): void {
    this.#type.focus();
  }

  #setType({ selected, choices, parent, scheme }: FormType): void {
    this.#once('choices', choices, () => {
      const special = choices.filter(({ value }) => value === 'inherit' || value === 'none');
      const others = choices.filter(choice => !special.includes(choice));
      const options = (of: typeof choices): HTMLElement[] =>
        of.map(({ value, label, help }) => option(value, label ?? value, help));
      fill(this.#type, ...options(special), h('hr'), ...options(others));
    });
    this.#type.value = selected;
    const shown = selected === 'inherit' ? parent : undefined;
    this.#parent.hidden = shown === undefined;
    this.#once('parent', shown, () => shown && fill(this.#parent, ...this.#parentLine(shown)));
    this.#token.hidden = scheme?.obtainsTokens !== true;
  }

  #parentLine({ label, where }: FormParent): (HTMLElement | string)[] {
    if (where === undefined) return [h('span', {}, this.#texts.inheritsNothing)];
    const link = linkButton(where, () => post({ type: 'open-parent' }), filled(this.#texts.openParent, where));
    return [icon('type-hierarchy-super'), h('span', {}, filled(this.#texts.inheritsFrom, label)), link];
  }

  #setFields({ fields, type }: FormModel): void {
    const same = fields.every(field => this.#rows.get(field.name)?.fits(field)) && this.#rows.size === fields.length;
    if (!same || this.#drawn.scheme !== type.selected) {
      this.#drawn.scheme = type.selected;
      this.#rows = new Map(fields.map(field => [field.name, new FieldRow(field, this.#texts)]));
      const rows = (advanced: boolean): HTMLElement[] =>
        fields.filter(field => field.advanced === advanced).flatMap(({ name }) => this.#rows.get(name)?.element ?? []);
      fill(this.#fields, ...rows(false));
      fill(this.#advanced, ...rows(true));
      this.#fold.open = fields.some(({ advanced, stated, problem }) => advanced && (stated || problem !== undefined));
    } else for (const field of fields) this.#rows.get(field.name)?.update(field);
    this.reveals.rows = this.#rows;
    const advanced = fields.filter(field => field.advanced && field.visible);
    this.#fold.hidden = advanced.length === 0;
    const stated = advanced.filter(field => field.stated).length;
    this.#summary.textContent = stated === 0 ? this.#texts.advanced : `${this.#texts.advanced} · ${stated}`;
  }

  #setUnknown({ unknown }: FormModel): void {
    this.#unknown.hidden = unknown.length === 0;
    this.#once('unknown', unknown, () =>
      fill(
        this.#unknown,
        h('h2', {}, this.#texts.notUnderstood),
        h('p', { class: 'help' }, this.#texts.notUnderstoodHelp),
        ...unknown.map(({ index, name, problem }) =>
          h(
            'div',
            { class: 'unknown-row' },
            h('code', {}, name),
            h('span', { class: 'problem error' }, icon('error'), problem),
            iconButton('close', filled(this.#texts.remove, name), () => change({ type: 'remove-field', index })),
          ),
        ),
      ),
    );
  }

  #setEffect({ effect, type }: FormModel): void {
    const { scheme } = type;
    this.#once('about', [scheme, effect.sentence], () =>
      fill(
        this.#about,
        scheme && h('h2', { class: 'extra' }, scheme.label),
        scheme && h('p', { class: 'extra' }, scheme.summary),
        h('p', { class: 'sentence' }, effect.sentence),
        scheme && h('p', {}, h('a', { href: scheme.specification }, scheme.specificationLabel)),
      ),
    );
    this.#parts.set(effect.parts);
    const { error, note, pending } = effect;
    this.#once('remarks', [error, note, pending], () =>
      fill(
        this.#remarks,
        ...pending.map(clause => h('p', { class: 'remark' }, icon('clock'), filled(this.#texts.pending, clause))),
        note !== undefined && h('p', { class: 'remark' }, icon('info'), note),
        error && errorBox(error, this.#texts),
      ),
    );
  }

  /** Draws a part of the tab only where it is another than before, so that nothing flickers and the focus stays. */
  #once(part: DrawnPart, what: unknown, draw: () => void): void {
    const text = JSON.stringify(what) ?? '';
    if (this.#drawn[part] === text) return;
    this.#drawn[part] = text;
    draw();
  }
}

/** Why the request can't be sent, with where. */
export function errorBox(
  { message, hint, file, line }: NonNullable<FormModel['effect']['error']>,
  texts: Texts,
): HTMLElement {
  const name = file?.split(/[\\/]/).at(-1) ?? '';
  return h(
    'div',
    { class: 'notice' },
    icon('warning'),
    h(
      'div',
      {},
      h('strong', {}, texts.cantSend),
      h('p', {}, message),
      hint !== undefined && h('p', { class: 'help' }, hint),
      file !== undefined &&
        line !== undefined &&
        linkButton(filled(texts.goTo, `${name}:${line}`), () => post({ type: 'goto', file, line })),
    ),
  );
}
