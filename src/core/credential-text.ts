import { MASK } from './request.ts';
import { isCredentialHeader, isSecretName } from './secret-names.ts';

/** What may hold a credential in requests and responses, masked by its name: for logs, where nobody asked to see it. */

/** Query and fragment parameters that are credentials under names which say something else elsewhere. */
const credentialParameters = new Set(['code', 'key', 'sig', 'signature', 'assertion', 'samlresponse', 'sid', 'ticket']);

/** URLs in a text with their user information, and what of their query and fragment is a credential by its name, masked. */
export function maskedUrls(text: string): string {
  return text
    .replace(/(\/\/)[^/?#@\s]*@/g, `$1${MASK}@`)
    .replace(/([?&#;])([^=&#;?\s]*)=([^&#;\s>"]*)/g, (whole, lead: string, name: string, value: string) =>
      value !== '' && isCredentialParameter(decoded(name)) ? `${lead}${name}=${MASK}` : whole,
    );
}

function isCredentialParameter(name: string): boolean {
  return isSecretName(name) || isCredentialHeader(name) || credentialParameters.has(name.toLowerCase());
}

/** The value of a header without what is a credential in it. A cookie keeps name and attributes, an Authorization its scheme. */
export function maskedHeader(name: string, value: string): string {
  if (/^set-cookie2?$/i.test(name)) return value.replace(/=[^;]*/, `=${MASK}`);
  if (/^(location|content-location|refresh|link|referer|sourcemap)$/i.test(name)) return maskedUrls(value);
  if (!isCredentialHeader(name) || value === '' || value.includes(MASK)) return value;
  const scheme = /^(?:proxy-)?authorization$/i.test(name) ? /^[A-Za-z][\w-]{0,30} (?=.)/.exec(value)?.[0] : undefined;
  return `${scheme ?? ''}${MASK}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
