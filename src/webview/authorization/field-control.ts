import type { FormField } from '../../features/form-fields.ts';

/** A control by the kind of a field. */
export interface FieldControl {
  readonly element: HTMLElement;
  set(field: FormField): void;
  focus(): void;
}
