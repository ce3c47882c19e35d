/** Milliseconds of each phase of one exchange; a phase that did not happen is absent. */
export interface Timing {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  /** From the last byte of the request to the first of the response. */
  readonly wait?: number;
  readonly download?: number;
  readonly total: number;
}
