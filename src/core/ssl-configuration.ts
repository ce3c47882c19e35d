import type { Node } from 'jsonc-parser';
import { CountersignError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import type { Place } from './place.ts';

/** A text at its place; may hold variables. */
export interface StatedText {
  readonly text: string;
  readonly place?: Place;
}

/**
 * What is stated about TLS: by an environment's `SSLConfiguration` (JetBrains' format), or on the command line.
 * @see https://www.jetbrains.com/help/idea/http-client-in-product-code-editor.html#ssl-certificate
 */
export interface SslConfiguration {
  /** Where it is stated, as a person says it: `the environment “dev”`. */
  readonly source: string;
  readonly place?: Place;
  /** Host patterns; without any, the origins that requests name, and none that only a server names in a redirect. */
  readonly hosts: readonly string[];
  /** Paths of files, relative to that in which they are stated. */
  readonly certificate?: StatedText;
  readonly key?: StatedText;
  /** Read only where the key turns out to be encrypted. */
  readonly passphrase?: StatedText;
  /** False: the server's certificate is not verified. */
  readonly verify: boolean;
}

const MEMBERS = [
  'clientCertificate',
  'clientCertificateKey',
  'hasCertificatePassphrase',
  'certificatePassphrase',
  'verifyHostCertificate',
  'hosts',
] as const;

const FORMATS = ['PEM', 'DER', 'PFX', 'P12', 'PKCS12'];

/** Name of the secret that holds the passphrase where none is named: `dev-certificate-passphrase`. */
export function passphraseSecret(environment: string): string {
  const prefix = environment === '$shared' ? '' : `${environment.replace(/[^\w.-]+/g, '-')}-`;
  return `${prefix}certificate-passphrase`;
}

/**
 * Reads an `SSLConfiguration`. Besides JetBrains' members it takes `certificatePassphrase` (which secret holds the
 * passphrase) and `hosts` (whom the certificate is for).
 * @throws CountersignError `invalid-value` at the place of what cannot be understood
 */
export function readSslConfiguration(
  node: Node,
  environment: string,
  placeAt: (offset: number) => Place,
): SslConfiguration {
  const place = placeAt(node.offset);
  const wrong = (message: string, at: Node, hint: string): CountersignError =>
    new CountersignError('invalid-value', message, { place: placeAt(at.offset), hint });
  if (node.type !== 'object') throw wrong('“SSLConfiguration” is not a JSON object.', node, 'Write { … }.');
  const members = membersOf(node);
  for (const name of members.keys()) {
    if ((MEMBERS as readonly string[]).includes(name)) continue;
    const near = nearestName(name, MEMBERS);
    const at = members.get(name) ?? node;
    if (near) throw wrong(`“SSLConfiguration” has no “${name}”.`, at, `Did you mean “${near}”?`);
  }

  const text = (name: string, at: Node): StatedText => {
    if (at.type === 'string' && at.value !== '') return { text: String(at.value), place: placeAt(at.offset) };
    throw wrong(`“${name}” is not a text.`, at, 'Write it in double quotes.');
  };
  const flag = (name: (typeof MEMBERS)[number], fallback: boolean): boolean => {
    const at = members.get(name);
    if (!at) return fallback;
    if (at.type === 'boolean') return at.value === true;
    throw wrong(`“${name}” is neither true nor false.`, at, 'Write true or false, without quotes.');
  };
  const file = (name: (typeof MEMBERS)[number]): StatedText | undefined => {
    const at = members.get(name);
    if (at?.type !== 'object') return at && text(name, at);
    const inner = membersOf(at);
    const [path, format] = [inner.get('path'), inner.get('format')];
    if (format && !FORMATS.includes(String(format.value).toUpperCase())) {
      throw wrong(`“${name}” has a format that is not known.`, format, `Formats are ${FORMATS.join(', ')}.`);
    }
    if (path) return text(`${name}.path`, path);
    throw wrong(`“${name}” has no “path”.`, at, 'Write { "path": "client.pem", "format": "PEM" }.');
  };

  const certificate = file('clientCertificate');
  const key = file('clientCertificateKey');
  if (key && !certificate) {
    throw wrong('There is a key without a certificate.', node, 'Add “clientCertificate”.');
  }
  const stated = members.get('certificatePassphrase');
  if (stated && !/\{\{.*\}\}/s.test(String(stated.value))) {
    throw wrong(
      'A passphrase is not written into a file.',
      stated,
      `Keep it in a secret and write “{{$secret ${passphraseSecret(environment)}}}”.`,
    );
  }
  const asked = flag('hasCertificatePassphrase', false);
  const passphrase = stated
    ? text('certificatePassphrase', stated)
    : asked
      ? {
          text: `{{$secret ${passphraseSecret(environment)}}}`,
          place: placeOf(members.get('hasCertificatePassphrase')),
        }
      : undefined;
  return {
    source: environment === '$shared' ? 'every environment' : `the environment “${environment}”`,
    place,
    hosts: hosts(members.get('hosts')),
    ...(certificate ? { certificate } : {}),
    ...(key ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
    verify: flag('verifyHostCertificate', true),
  };

  function placeOf(at: Node | undefined): Place {
    return at ? placeAt(at.offset) : place;
  }

  function hosts(at: Node | undefined): readonly string[] {
    if (!at) return [];
    const items = at.type === 'array' ? (at.children ?? []) : [at];
    // An empty list would widen what it seems to narrow.
    if (items.length === 0) throw wrong('“hosts” names no host.', at, 'Write "*.example.com", or leave it out.');
    return items.map(item => text('hosts', item).text);
  }
}

function membersOf(node: Node): ReadonlyMap<string, Node> {
  const members = new Map<string, Node>();
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key && value) members.set(String(key.value), value);
  }
  return members;
}
