import type { Check } from '../check.ts';

/** Refuses whoever brings a credential: `@auth none` must send none. */
export const check: Check = request => {
  const { authorization, cookie } = request.headers;
  const key = request.headers['x-api-key'];
  if (authorization !== undefined || cookie !== undefined || key !== undefined) {
    return { ok: false, status: 400, detail: 'a credential came where none was wanted' };
  }
  return { ok: true, detail: 'no credential' };
};
