import { CompactEncrypt, compactDecrypt } from 'jose';
import { CountersignError } from '../../core/errors.ts';
import { asTokenRecord, type TokenRecord } from './token-record.ts';

/** What OWASP asks of PBKDF2 with HMAC-SHA-512. */
const rounds = 210_000;
const shortestPassphrase = 12;

/**
 * A token for a team-mate: a JWE under a passphrase, without what is only of interest here.
 * @throws CountersignError `invalid-value` where the passphrase has fewer than 12 characters
 * @see RFC 7516, RFC 7518 §4.8
 */
export async function shareToken(record: TokenRecord, passphrase: string): Promise<string> {
  if (passphrase.length < shortestPassphrase) {
    throw new CountersignError('invalid-value', `A passphrase needs at least ${shortestPassphrase} characters.`);
  }
  const plain = new TextEncoder().encode(JSON.stringify({ ...record, usedBy: [] }));
  return new CompactEncrypt(plain)
    .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', typ: 'countersign-token' })
    .setKeyManagementParameters({ p2c: rounds })
    .encrypt(new TextEncoder().encode(passphrase));
}

/** The token that a team-mate shared. @throws CountersignError `invalid-value` */
export async function openSharedToken(shared: string, passphrase: string): Promise<TokenRecord> {
  let text: string;
  try {
    const { plaintext } = await compactDecrypt(shared.trim(), new TextEncoder().encode(passphrase), {
      keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
      maxPBES2Count: rounds * 10,
    });
    text = new TextDecoder().decode(plaintext);
  } catch {
    throw new CountersignError('invalid-value', 'This token cannot be opened with that passphrase.', {
      hint: 'Ask for the passphrase again, and copy the whole text.',
    });
  }
  const record = recordOf(text);
  if (!record) throw new CountersignError('invalid-value', 'This text holds no token of Countersign.');
  return record;
}

function recordOf(text: string): TokenRecord | undefined {
  try {
    return asTokenRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}
