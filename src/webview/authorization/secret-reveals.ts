import type { FieldRow } from './field-row.ts';

/** Brings values that were asked for to their fields. */
export class SecretReveals {
  rows: ReadonlyMap<string, FieldRow> = new Map();

  show(field: string, value: string): void {
    this.rows.get(field)?.reveal(value);
  }
}
