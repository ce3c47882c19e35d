import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The public half of the key that the examples sign with. */
export const demoPublicKey = createPublicKey(
  readFileSync(join(import.meta.dirname, '../../examples/signing/demo-key.pem')),
);
