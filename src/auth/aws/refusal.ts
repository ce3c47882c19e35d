import type { AuthResponse, Outcome } from '../scheme.ts';
import { firstDifference, serverTextOf } from './signed-text.ts';

/** What only other credentials can cure. */
const CREDENTIALS_REFUSED = /InvalidAccessKeyId|UnrecognizedClient|InvalidClientTokenId|ExpiredToken/;

const CAUSES: readonly (readonly [RegExp, (signed: Signed) => string])[] = [
  [
    /RequestTimeTooSkewed|RequestExpired|Signature expired|Signature not yet current|Request has expired/,
    () => 'the clock of this machine and that of the server differ too much, or the signature has expired',
  ],
  [
    /AuthorizationHeaderMalformed|Credential should be scoped|credential scope/i,
    ({ region, service }) =>
      `the signature is for the region “${region}” and the service “${service}”, and the server expects others: correct “region” and “service”`,
  ],
  [
    /SignatureDoesNotMatch|InvalidSignature|signature we calculated does not match/i,
    ({ region, service }) =>
      `the signature does not match: the secret key is wrong, or the request was changed on the way (signed for the region “${region}” and the service “${service}”)`,
  ],
  [
    /InvalidAccessKeyId|UnrecognizedClient|InvalidClientTokenId/,
    () => 'the access key, or its session token, is not known',
  ],
  [/ExpiredToken/, () => 'the session token has expired'],
  [/MissingAuthenticationToken/, () => 'the server saw no signature, or there is nothing at this path and method'],
  [/XAmzContentSHA256Mismatch/, () => 'the body is not the one that was signed'],
  [
    /AccessDenied|not authorized/i,
    () => 'the signature may be right, but these credentials are not allowed to do this',
  ],
];

interface Signed {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly region: string;
  readonly service: string;
  /** The text whose hash was signed. */
  readonly canonicalRequest: string;
}

export interface AwsRefusal {
  readonly outcome: Outcome;
  /** The credentials themselves are unknown, or expired. */
  readonly credentialsRefused: boolean;
}

/** Why AWS refused a signed request, in words; undefined where it did not. */
export async function explainAwsRefusal(response: AuthResponse, signed: Signed): Promise<AwsRefusal | undefined> {
  if (response.status !== 400 && response.status !== 401 && response.status !== 403) return undefined;
  const header = (name: string): string => response.headers.find(([n]) => n.toLowerCase() === name)?.[1] ?? '';
  let said = header('x-amzn-errortype');
  try {
    said += ` ${new TextDecoder().decode(await response.bytes())}`;
  } catch {
    // What the body says only makes the words better.
  }
  const cause = CAUSES.find(([pattern]) => pattern.test(said))?.[1];
  const server = Date.parse(header('date'));
  const skew = Math.round((signed.time - server) / 1000);
  const clock =
    Math.abs(skew) > 300
      ? `the time signed is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} the server’s clock`
      : '';
  if (!cause && !clock && response.status === 400) return undefined;
  const causes = [cause?.(signed), compared(said, signed), clock].filter(Boolean);
  const explanation = `AWS refused the request: ${causes.length > 0 ? causes.join('; ') : `it answered ${response.status}`}.`;
  return { outcome: { verdict: 'refused', explanation }, credentialsRefused: CREDENTIALS_REFUSED.test(said) };
}

/** The canonical request that we signed beside the server’s, where it sends one. */
function compared(said: string, { canonicalRequest }: Signed): string | undefined {
  const theirs = serverTextOf(said).canonicalRequest;
  if (theirs === undefined) return undefined;
  const difference = firstDifference(canonicalRequest, theirs);
  return difference === undefined
    ? 'the server made the same canonical request of it, so that the secret key is wrong, not the request'
    : `the canonical request is not the server’s, ${difference}`;
}
