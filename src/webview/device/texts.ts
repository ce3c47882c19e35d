/** The page's words in English. The host hands them over translated, in this shape. `{0}` is filled in. */
export const english = {
  heading: 'Enter this code to sign in',
  at: 'at {0}',
  open: 'Copy Code and Open Page',
  copy: 'Copy Code',
  copied: 'Copied',
  cancel: 'Cancel',
  scan: 'Or scan this with another device.',
  qrCode: 'QR code of {0}',
  remaining: 'The code is good for another {0}.',
  over: 'The code has run out. Start again for a new one.',
  waiting: 'This page closes by itself when you have signed in.',
} as const;
