/** One challenge of a WWW-Authenticate or Proxy-Authenticate list. */
export interface Challenge {
  /** As the server wrote it; compare without regard to case. */
  readonly scheme: string;
  /** The bare base64-like value in place of parameters (NTLM, Negotiate). */
  readonly token68?: string;
  /** By lower-case name, unquoted; of a parameter given twice the first counts. */
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Every challenge in the fields of that name, in order: several fields, several challenges in one, unquoted values, stray
 * commas. Never throws; what cannot be read is skipped.
 * @see RFC 9110 §11.6.1
 */
export function parseChallenges(
  headers: readonly (readonly [name: string, value: string])[],
  name = 'www-authenticate',
): readonly Challenge[] {
  return headers.filter(header => header[0].toLowerCase() === name).flatMap(header => parseList(header[1]));
}

/** The parameters of a list without a scheme, as in Authentication-Info. @see RFC 9110 §11.6.3 */
export function parseAuthParams(text: string): ReadonlyMap<string, string> {
  return parseList(`x ${text}`)[0]?.params ?? new Map();
}

/** The challenge of that scheme, without regard to case. */
export function findChallenge(challenges: readonly Challenge[], scheme: string): Challenge | undefined {
  return challenges.find(challenge => challenge.scheme.toLowerCase() === scheme.toLowerCase());
}

/** The schemes for a sentence: `Basic, Digest`. */
export function schemeNames(challenges: readonly Challenge[]): string {
  return [...new Set(challenges.map(challenge => challenge.scheme))].join(', ');
}

interface Draft {
  scheme: string;
  token68?: string;
  params: Map<string, string>;
}

const space = /[ \t\r\n]*/y;
const separator = /[ \t\r\n,]*/y;
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const assignment = /[ \t]*=[ \t]*/y;
const token68 = /[ \t]+([A-Za-z0-9\-._~+/]+=*)[ \t]*(?=,|$)/y;
const bare = /[^ \t\r\n,"]*/y;
/** An unquoted `qop=auth,auth-int` would otherwise read as a challenge called auth-int. */
const moreQop = /[ \t]*,[ \t]*(auth-int|auth)[ \t]*(?=,|$)/y;

function parseList(text: string): Draft[] {
  const challenges: Draft[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  const value = (): string => {
    if (text[at] !== '"') return take(bare)?.[0] ?? '';
    let unquoted = '';
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\' && at + 1 < text.length) at++;
      unquoted += text[at];
    }
    at++;
    return unquoted;
  };

  while (true) {
    take(separator);
    if (at >= text.length) return challenges;
    const word = take(token)?.[0];
    if (word === undefined) {
      if (text[at] === '"') value();
      else at++;
      continue;
    }
    if (take(assignment)) {
      const params = challenges.at(-1)?.params;
      let read = value();
      const name = word.toLowerCase();
      if (name === 'qop') for (let more = take(moreQop); more; more = take(moreQop)) read += `,${more[1]}`;
      if (params && !params.has(name)) params.set(name, read);
      continue;
    }
    const draft: Draft = { scheme: word, params: new Map() };
    challenges.push(draft);
    const bareToken = take(token68)?.[1];
    if (bareToken !== undefined) draft.token68 = bareToken;
    take(space);
  }
}
