import { type Check, headerOf } from '../check.ts';
import { credentials } from '../credentials.ts';
import { arrived } from '../verifiers/arrived.ts';
import { recomputeAws } from '../verifiers/awsv4.ts';

const { accessKey, secretKey } = credentials.aws;
const recompute = recomputeAws(secretKey);
const recomputeS3 = recomputeAws(secretKey, { s3: true });

/** In the codes that AWS uses. */
export const check: Check = async request => {
  const presigned = request.url.searchParams.get('X-Amz-Credential');
  const scope = presigned ?? /Credential=([^,]+)/.exec(headerOf(request, 'authorization') ?? '')?.[1];
  const refuse = (code: string, detail: string) => ({
    ok: false,
    status: 403,
    detail,
    headers: [['x-amzn-ErrorType', code]] as const,
  });
  if (!scope) return refuse('MissingAuthenticationToken', 'no signature');
  if (scope.split('/')[0] !== accessKey) return refuse('UnrecognizedClientException', 'an unknown access key');
  const wrong = await (scope.includes('/s3/') ? recomputeS3 : recompute)(arrived(request));
  if (wrong === 'clock') return refuse('RequestTimeTooSkewed', 'the time is too far off');
  if (wrong === 'body') return refuse('XAmzContentSHA256Mismatch', 'another body was signed');
  if (wrong) return refuse('SignatureDoesNotMatch', wrong === 'replay' ? 'a used signature' : 'a wrong signature');
  return { ok: true, user: credentials.user, detail: presigned ? 'a presigned URL' : 'a signature in the header' };
};
