import { type Edit, MASK } from '../core/request.ts';

/**
 * The Authorization header that carries a token after its prefix, one blank between them; blanks around either, which
 * come along when they are pasted, are not sent.
 * @see RFC 6750 §2.1
 */
export function tokenHeader(prefix: string, token: string): Edit {
  const word = prefix.trim();
  const lead = word === '' ? '' : `${word} `;
  return { in: 'header', name: 'Authorization', value: `${lead}${token.trim()}`, masked: `${lead}${MASK}` };
}
