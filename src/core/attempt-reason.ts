/** Why an attempt was made. */
export type AttemptReason = 'request' | 'challenge' | 'redirect' | 'token' | 'script';
