import type { FormField } from '../../features/form/form-fields.ts';

/** A control by the kind of a field. */
export interface FieldControl {
  readonly element: HTMLElement;
  /** What belongs to it and goes below the field's help. */
  readonly below?: HTMLElement;
  set(field: FormField): void;
  focus(): void;
}
