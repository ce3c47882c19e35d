import type { HttpRequest, Part } from '../../core/request.ts';
import { isCredentialHeader, isSecretName } from '../../core/secret-names.ts';
import {
  authorizationOf,
  type Cause,
  credentialParts,
  credentialsOf,
  quoted,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** What is odd about the credential itself, as it was sent. Nothing here shows it. */
export const credentialCauses: readonly Rule[] = [oddValues, basicCauses, overridden, otherKey];

interface Oddity {
  readonly id: string;
  readonly text: (name: string) => string;
  readonly fix: string;
  /** @param ofScheme it follows the scheme in an Authorization header */
  readonly is: (credential: string, ofScheme: boolean) => boolean;
}

/** In order; of each credential the first that holds is told. */
const oddities: readonly Oddity[] = [
  {
    id: 'empty-credential',
    text: name => `The credential in ${name} is empty.`,
    fix: 'Look at the variable that it comes from: hover over it, or preview the request.',
    is: text => text === '',
  },
  {
    id: 'unresolved-variable',
    text: name => `The credential in ${name} is not a value but what a script or a program makes of a missing one.`,
    fix: 'Look at the variable that it comes from.',
    is: text => /\{\{|%7B%7B/i.test(text) || /^(?:undefined|null|NaN|\[object Object\])$/.test(text),
  },
  {
    id: 'placeholder',
    text: name => `The credential in ${name} is a placeholder.`,
    fix: 'Put the credential in its place, best as {{$secret name}}.',
    is: text =>
      /^(?:<[^<>]+>|\[[^[\]]+\]|\.{3}|x{4,}|\*{3,}|changeme|(?:your|my)[-_ ]?(?:\w+[-_ ])?(?:api[-_ ]?)?(?:key|token|secret|password)(?:[-_ ]?here)?)$/i.test(
        text,
      ),
  },
  {
    id: 'doubled-prefix',
    text: name => `${name} says its scheme twice.`,
    fix: 'Take it out of the value: the authorization adds it.',
    is: (text, ofScheme) => ofScheme && /^(?:bearer|basic|token|digest)\s/i.test(text),
  },
  {
    id: 'quoted-credential',
    text: name => `The credential in ${name} stands in quotation marks.`,
    fix: 'Take them away.',
    is: text => /^(["'`“]).*["'`”]$/s.test(text),
  },
  {
    id: 'blank-in-credential',
    text: name => `The credential in ${name} has a blank in it.`,
    fix: 'Copy it again: it may have been broken into lines.',
    is: text => /^[\w.~+/=-]+\s+[\w.~+/=\s-]+$/.test(text),
  },
];

/** Schemes whose credential is one value. */
const ofOneValue = /^(?:bearer|token|apikey|dpop)$/i;

function oddValues(refusal: Refusal): Cause[] {
  const header = authorizationOf(refusal);
  return credentialParts(refusal.request).flatMap((part): Cause[] => {
    const isHeader = part === header;
    const stated = isHeader ? credentialsOf(refusal) : undefined;
    if (isHeader && stated && !ofOneValue.test(stated.scheme)) return [];
    const credential = isHeader ? (stated?.credential ?? '') : part.value.trim();
    if (/^(?:set-)?cookie$/i.test(part.name)) return [];
    const odd = oddities.find(({ is }) => is(credential, isHeader));
    return odd ? [{ id: odd.id, text: odd.text(part.name), evidence: whence(part), fix: odd.fix }] : [];
  });
}

/** Credentials of a request that are empty, before it is sent: `Authorization: Bearer` with nothing after it. */
export function emptyCredentials({ headers, query }: HttpRequest): readonly Part[] {
  const isEmpty = ({ value }: Part): boolean => /^\s*(?:(?:bearer|basic|token|apikey|digest)\s*)?$/i.test(value);
  return [
    ...headers.filter(part => isCredentialHeader(part.name) && isEmpty(part)),
    ...query.filter(part => isSecretName(part.name) && isEmpty(part)),
  ];
}

/** Where a part comes from. */
function whence({ name, origin }: Part): string {
  if (origin.by === 'file') return `${name} in line ${origin.line}.`;
  if (origin.by === 'auth' && origin.line !== undefined) return `“@auth ${origin.scheme}” in line ${origin.line}.`;
  return `${name} of the request.`;
}

/** @see RFC 7617 §2 */
function basicCauses(refusal: Refusal): Cause | undefined {
  const header = authorizationOf(refusal);
  const stated = credentialsOf(refusal);
  if (!header || !stated) return undefined;
  const evidence = whence(header);
  const { scheme, credential } = stated;
  if (/^bearer$/i.test(scheme)) {
    const decoded = fromBase64(credential);
    if (decoded === undefined || !/^[\w.@+-]{1,64}:[ -~]+$/.test(decoded)) return undefined;
    return {
      id: 'basic-as-bearer',
      text: 'What is sent as a Bearer token is a user name and a password in Base64.',
      evidence,
      fix: 'State “@auth basic”.',
    };
  }
  if (!/^basic$/i.test(scheme)) return undefined;
  const cause = (id: string, text: string, fix: string): Cause => ({ id, text, evidence, fix });
  const decoded = fromBase64(credential);
  if (decoded === undefined) {
    return cause('basic-not-base64', 'What is sent as Basic is not Base64.', 'State “@auth basic”, which encodes it.');
  }
  const colon = decoded.indexOf(':');
  const twice = fromBase64(decoded.trim());
  if (colon < 0 && twice?.includes(':')) {
    return cause(
      'base64-twice',
      'User name and password are encoded twice.',
      'Give them as they are: they are encoded when they are sent.',
    );
  }
  if (colon < 0)
    return cause(
      'basic-no-colon',
      'What is sent as Basic holds no colon between user name and password.',
      'State “@auth basic” with both.',
    );
  const [username, password] = [decoded.slice(0, colon), decoded.slice(colon + 1)];
  if (username === '' && password === '')
    return cause('empty-credential', 'User name and password are empty.', 'Look at the variables that they come from.');
  if (/^eyJ[\w-]+\.[\w-]+\./.test(password) || /^eyJ[\w-]+\.[\w-]+\./.test(username)) {
    return cause('token-in-basic', 'The user name or the password is a token (a JWT).', 'State “@auth bearer”.');
  }
  if (password === '')
    return cause('empty-password', 'The password is empty.', 'Look at the variable that it comes from.');
  if (username !== username.trim() || password !== password.trim()) {
    return cause(
      'blank-around-credential',
      'The user name or the password begins or ends with a blank or a line break.',
      'Take it away.',
    );
  }
  if (/[^\x00-\x7f]/.test(decoded)) {
    return cause(
      'not-ascii',
      'User name or password hold characters beyond ASCII, which are sent in UTF-8; the server may expect another encoding.',
      'Try a password in ASCII.',
    );
  }
  return undefined;
}

/** Undefined where it is no Base64 of text. */
function fromBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (
    bytes.toString('base64').replace(/=+$/, '') !== text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  ) {
    return undefined;
  }
  const decoded = bytes.toString('utf8');
  return decoded.includes('\ufffd') ? undefined : decoded;
}

function overridden({ request }: Refusal): Cause | undefined {
  const part = request.overridden.find(({ origin }) => origin.by === 'file');
  if (part?.origin.by !== 'file') return undefined;
  return {
    id: 'overridden',
    text: `The ${part.name} that is written was not sent: the authorization sets it.`,
    evidence: `${part.name} in line ${part.origin.line}.`,
    fix: 'Remove the line, or the “@auth” that is in force.',
  };
}

/** The server names a header for its key that the request does not have. */
function otherKey(refusal: Refusal): Cause | undefined {
  const { body, request } = refusal;
  const asks =
    /\b(?:missing|required|requires|provide|must (?:include|contain|have)|not (?:found|present|provided))\b/i;
  for (const sentence of body.split(/[.!?\n\r<>{}]/).slice(0, 200)) {
    if (sentence.length > 400 || !asks.test(sentence)) continue;
    const [, name] =
      /['"`“ :(]((?:x-)?(?:api|auth|access|app|subscription)[-_](?:api[-_])?(?:key|token|id)|ocp-apim-subscription-key|x-functions-key)\b/i.exec(
        ` ${sentence}`,
      ) ?? [];
    if (name === undefined) continue;
    const parts = [...request.headers, ...request.query, ...request.cookies];
    const same = (text: string): string => text.toLowerCase().replaceAll('_', '-');
    const inUrl = [...(URL.parse(request.url)?.searchParams.keys() ?? [])];
    if (parts.some(part => same(part.name) === same(name)) || inUrl.some(key => same(key) === same(name))) continue;
    return {
      id: 'other-key',
      text: `The server asks for ${quoted(name)}, which the request does not have.`,
      evidence: `Its answer: ${quoted(sentence.replace(/^.*":\s*"/, ''))}`,
      fix: `State “@auth apikey key=${name} value=…”.`,
    };
  }
  return undefined;
}
