import { isCredentialHeader, isSecretName } from '../../core/secret-names.ts';

/** What a server says should have been signed, as far as it says it. */
export interface ServerText {
  readonly canonicalRequest?: string;
  readonly stringToSign?: string;
}

/**
 * The texts in a refusal: the elements of S3’s XML, and the message of the others in JSON or XML.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export function serverTextOf(body: string): ServerText {
  const text = unescaped(body);
  const canonicalRequest =
    /<CanonicalRequest>([^<]*)<\/CanonicalRequest>/.exec(body)?.[1] ??
    /The Canonical String for this request should have been\s*'([^']*)'/.exec(text)?.[1];
  const stringToSign =
    /<StringToSign>([^<]*)<\/StringToSign>/.exec(body)?.[1] ??
    /The String-to-Sign should have been\s*'([^']*)'/.exec(text)?.[1];
  return {
    ...(canonicalRequest === undefined ? {} : { canonicalRequest: entities(canonicalRequest) }),
    ...(stringToSign === undefined ? {} : { stringToSign: entities(stringToSign) }),
  };
}

/** Where the text that we signed and that of the server part: one clause with both; undefined where they are the same. */
export function firstDifference(ours: string, theirs: string): string | undefined {
  const [own, other] = [ours.split('\n'), theirs.replace(/\r\n/g, '\n').trimEnd().split('\n')];
  const at = own.findIndex((line, index) => line.trimEnd() !== other[index]?.trimEnd());
  if (at < 0) {
    return own.length === other.length ? undefined : `the server’s text has more lines: ${shown(other[own.length])}`;
  }
  const [mine, its] = narrowed(own[at], other[at]);
  return `line ${at + 1} of it differs: we signed ${shown(mine)}, the server expects ${shown(its)}`;
}

/** Of two lines of query parameters, the first pair that differs. */
function narrowed(own: string | undefined, other: string | undefined): readonly (string | undefined)[] {
  if (own === undefined || other === undefined || !/^[^:]*=/.test(own) || !/^[^:]*=/.test(other)) return [own, other];
  const [mine, its] = [own.split('&'), other.split('&')];
  const at = mine.findIndex((pair, index) => pair !== its[index]);
  return at < 0 ? [undefined, its[mine.length]] : [mine[at], its[at]];
}

function shown(line: string | undefined): string {
  if (line === undefined || line === '') return 'nothing';
  const [, name = '', mark = '', value = line] = /^([^:=]*)([:=])(.*)$/s.exec(line) ?? [];
  const secret = isCredentialHeader(name) || isSecretName(name) || /security-token|^cookie$/i.test(name);
  const text = `${name}${mark}${secret ? '•••' : value}`;
  return `“${text.length > 120 ? `${text.slice(0, 119)}…` : text}”`;
}

/** JSON’s escapes of line ends and quotes, where there are any. */
function unescaped(text: string): string {
  return text.replace(/\\(n|"|\\|u0027)/g, (_, which: string) =>
    which === 'n' ? '\n' : which === 'u0027' ? "'" : which,
  );
}

function entities(text: string): string {
  return text
    .replace(/&#10;|&#xA;/gi, '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
