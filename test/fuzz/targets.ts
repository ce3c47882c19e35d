import { parseChallenges } from '../../src/auth/challenges.ts';
import { parseIni } from '../../src/auth/ini.ts';
import { parseChallengeMessage } from '../../src/auth/ntlm/messages.ts';
import { callbackParameters, pastedCallback } from '../../src/auth/oauth2/authorization-callback.ts';
import { maskedHeaders, maskedResponse, maskedUrl } from '../../src/auth/oauth2/exchange-record.ts';
import { readTokenResponse } from '../../src/auth/oauth2/token-response.ts';
import { parseTimestamp } from '../../src/auth/timestamp.ts';
import { parseDuration, parsePairs } from '../../src/auth/values.ts';
import { isCurl, parseCurl } from '../../src/convert/curl/curl-import.ts';
import { CookieStore } from '../../src/cookies/cookie-store.ts';
import { charsetOf } from '../../src/core/charset.ts';
import { maskedHeader, maskedUrls } from '../../src/core/credential-text.ts';
import { parseEnvironmentFile } from '../../src/core/environment-file.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { oneLine, sentenceOf } from '../../src/core/foreign-text.ts';
import { code, escaped } from '../../src/core/markdown.ts';
import { originPattern } from '../../src/core/origin-pattern.ts';
import { writtenParameters } from '../../src/core/query-parameters.ts';
import { Redactor } from '../../src/core/redaction.ts';
import { MASK, type Part } from '../../src/core/request.ts';
import { isCredentialHeader, isSecretName } from '../../src/core/secret-names.ts';
import { parseTemplate } from '../../src/core/template.ts';
import { parseSetCookie } from '../../src/features/presentation/set-cookie.ts';
import { fileBlocks } from '../../src/language/file-blocks.ts';
import { formatDocument } from '../../src/language/formatter.ts';
import { applyEdits } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { shorthandStatement } from '../../src/sending/auth-shorthand.ts';
import { graphqlBody } from '../../src/sending/graphql.ts';
import { redirect } from '../../src/sending/redirects.ts';
import { encodeIllegal, requestUrlOf } from '../../src/sending/request-url.ts';

/** Everything that reads text of strangers: files of a repository, servers, other tools, the clipboard. */
export interface FuzzTarget {
  readonly name: string;
  /** Reads the text. A CountersignError is an answer; everything else that is thrown is a fault. */
  read(text: string): unknown;
}

const place = { file: '/a.http', line: 1 };
const redactor = new Redactor();
for (const secret of ['hunter22', 'aaaaaaaa', '    ', '%20%20', '((((', '""""']) redactor.add(secret);

const body = (text: string): Part => ({ name: 'k', value: text, masked: MASK, origin: { by: 'file', ...place } });

const base = {
  method: 'POST',
  query: [],
  cookies: [],
  body: undefined,
  overridden: [],
} as const;

const token = (text: string, type: string) =>
  readTokenResponse({
    ...{ status: 200, statusText: '', text, url: 'https://login.example/token' },
    headers: new Headers({ 'content-type': type }),
  });

export const targets: readonly FuzzTarget[] = [
  {
    name: 'request files',
    read: text => parse(text).blocks.map(({ block }) => [block.request?.target.text, block.directives]),
  },
  { name: 'blocks that speak for a file', read: text => [...fileBlocks(parse(text))] },
  {
    name: 'formatting, twice',
    read(text) {
      const tree = parse(text);
      const once = applyEdits(tree.text, formatDocument(tree));
      const twice = applyEdits(once, formatDocument(parse(once)));
      if (once !== twice) throw new Error('formatting again changes the document');
    },
  },
  { name: 'a statement of @auth', read: text => parse(`# @auth basic ${text}\nGET http://h/`).blocks[0]?.block.auth },
  { name: 'templates', read: parseTemplate },
  { name: 'environment files', read: text => parseEnvironmentFile('/http-client.env.json', text, false) },
  { name: 'INI files', read: text => [...parseIni(text), ...parseIni(text, /\s*;.*$/)] },
  { name: 'durations and pairs', read: text => [parseDuration(text), parseTimestamp(text), parsePairs(text)] },
  { name: 'shorthands of Authorization', read: text => shorthandStatement(text, place) },
  { name: 'GraphQL bodies', read: text => graphqlBody(text, place) },
  { name: 'URLs', read: text => [encodeIllegal(text), requestUrlOf(`http://h/${text}`, undefined, place)] },
  { name: 'hosts of URLs', read: text => requestUrlOf(`http://${text}`, undefined, place) },
  { name: 'queries', read: text => writtenParameters(`http://h/?${text}`, 'a') },
  { name: 'origins', read: originPattern },
  { name: 'challenges', read: text => parseChallenges([['WWW-Authenticate', text]], 'www-authenticate') },
  { name: 'NTLM challenges', read: text => parseChallengeMessage(Buffer.from(text, 'latin1')) },
  {
    name: 'NTLM challenges of that beginning',
    read: text => parseChallengeMessage(Buffer.from(`NTLMSSP\0\x02\0\0\0${text}`, 'latin1')),
  },
  { name: 'token responses in JSON', read: text => token(text, 'application/json') },
  { name: 'token responses in forms', read: text => token(text, 'application/x-www-form-urlencoded') },
  {
    name: 'answers of a sign-in',
    read: text => [callbackParameters(text)].concat(pastedCallback(text) as never),
  },
  {
    name: 'records of exchanges',
    read: text => [maskedUrl(`http://h/?${text}`), maskedResponse(text, ['aaaa']), maskedHeaders([['Location', text]])],
  },
  {
    name: 'cookies of a server',
    read(text) {
      const store = new CookieStore();
      store.set('http://h.example/a/b', text);
      return [store.get('http://h.example/a/b'), parseSetCookie(text)];
    },
  },
  { name: 'content types', read: charsetOf },
  {
    name: 'redirects',
    read: text =>
      redirect({ ...base, url: `http://h/${'x'}`, headers: [body('hunter22')] }, 302, text, [body(text.slice(0, 40))]),
  },
  {
    name: 'redirects of masked URLs',
    read: text =>
      redirect(
        {
          ...base,
          method: 'GET',
          url: `http://h/?${encodeURIComponent(text.toWellFormed())}`,
          maskedUrl: `http://h/?${MASK}a${MASK}`,
          headers: [body(text)],
        },
        302,
        'http://g/?a=1',
        [],
      ),
  },
  { name: 'curl commands of a shell', read: text => [isCurl(text), parseCurl(`curl ${text}`, 'sh')] },
  { name: 'curl commands of cmd', read: text => parseCurl(`curl ${text}`, 'cmd') },
  {
    name: 'masking by name',
    read: text => [maskedUrls(text), maskedHeader('X', text), isSecretName(text), isCredentialHeader(text)],
  },
  { name: 'masking by value', read: text => redactor.redact(text) },
  { name: 'words of others', read: text => [oneLine(text), sentenceOf('{0}', [text]), code(text), escaped(text)] },
];

/** What a target says of a text; undefined where it read it or refused it in words. */
export function faultOf(target: FuzzTarget, text: string): unknown {
  try {
    target.read(text);
    return undefined;
  } catch (error) {
    return error instanceof CountersignError ? undefined : error;
  }
}
