/** A call that cannot be understood: exit status 2, nothing sent. */
export class UsageError extends Error {}
