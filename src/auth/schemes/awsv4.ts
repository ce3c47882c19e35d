import { CountersignError } from '../../core/errors.ts';
import { type HttpRequest, headerValue, type Part, requestUrl } from '../../core/request.ts';
import { ambientCredentials, forgetCredentials } from '../aws/credentials.ts';
import { endpointOf } from '../aws/endpoint.ts';
import { explainAwsRefusal } from '../aws/refusal.ts';
import { signAws } from '../aws/sign.ts';
import { hashBody } from '../body-hash.ts';
import { controlCharacterProblems } from '../control-character.ts';
import { requireOwnHost } from '../own-host.ts';
import { defineScheme } from '../scheme.ts';
import { basicTimestamp, parseTimestamp, requireTimestamp } from '../timestamp.ts';

const SPECIFICATION = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html';
const PRESIGN =
  'https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html#query-string-auth-v4-signing';

/** Services that see keys where others see paths, and want the hash of the body in a header. */
const S3 = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts']);
const WANT_PAYLOAD_HASH = new Set([...S3, 'aoss', 'glacier']);
const LONGEST_EXPIRY = 604_800;

/** AWS Signature Version 4. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
export const awsv4 = defineScheme({
  id: 'awsv4',
  label: 'AWS Signature',
  summary: 'Signs the request with an AWS access key, in a header or as a presigned URL.',
  specification: SPECIFICATION,
  fields: [
    {
      name: 'accessKey',
      label: 'Access key',
      kind: 'text',
      placeholder: 'AKIA…',
      help: 'Access key ID; without it, the profile or the environment (AWS_ACCESS_KEY_ID) gives the credentials.',
    },
    {
      name: 'secretKey',
      label: 'Secret key',
      kind: 'secret',
      help: 'The secret access key that belongs to the access key.',
    },
    {
      name: 'region',
      label: 'AWS region',
      kind: 'text',
      placeholder: 'us-east-1',
      help: 'Region of the service; without it, that of the host name, the profile or the environment, otherwise us-east-1.',
    },
    {
      name: 'service',
      label: 'Service name',
      kind: 'text',
      placeholder: 'execute-api',
      help: 'Name that the service is signed with; read from the host name of AWS endpoints where it is not given.',
    },
    {
      name: 'sessionToken',
      snippet: false,
      label: 'Session token',
      kind: 'secret',
      help: 'Only needed with temporary credentials.',
    },
    {
      name: 'profile',
      snippet: false,
      label: 'Profile',
      kind: 'text',
      placeholder: 'default',
      help: 'Profile in ~/.aws/config and ~/.aws/credentials that gives the credentials, by its credential_process too.',
      specification: 'https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html',
    },
    {
      name: 'addTo',
      label: 'Add to',
      kind: 'choice',
      default: 'header',
      choices: [
        { value: 'header', label: 'Request headers' },
        { value: 'query', label: 'Request URL', help: 'A presigned URL.' },
      ],
      help: 'Where the signature is sent.',
    },
    {
      name: 'expires',
      label: 'Expires in',
      kind: 'duration',
      default: '1 h',
      advanced: true,
      when: { field: 'addTo', is: ['query'] },
      help: 'How long the presigned URL is good for; at most 7 days.',
      specification: PRESIGN,
    },
    {
      name: 'timestamp',
      label: 'Timestamp',
      kind: 'text',
      advanced: true,
      placeholder: '20150830T123600Z',
      help: 'Time of the signature; now where it is not given.',
    },
    {
      name: 'unsignedPayload',
      label: 'Leave the body unsigned',
      kind: 'flag',
      default: 'false',
      advanced: true,
      help: 'Sends UNSIGNED-PAYLOAD in place of the hash of the body, which S3 and few others accept.',
    },
  ],
  check({ accessKey, secretKey, profile, expires, timestamp, sessionToken, region, service }) {
    const problems = controlCharacterProblems({ accessKey, secretKey, sessionToken, region, service });
    if (accessKey && !secretKey) problems.push({ field: 'secretKey', message: 'The secret key is missing.' });
    if (secretKey && !accessKey) problems.push({ field: 'accessKey', message: 'The access key is missing.' });
    if (profile && accessKey) {
      problems.push({
        field: 'profile',
        message: 'The profile is not used, since an access key is given.',
        severity: 'warning',
      });
    }
    if (sessionToken && !accessKey) {
      problems.push({
        field: 'sessionToken',
        message: 'The session token is not used without an access key.',
        severity: 'warning',
      });
    }
    if (expires !== undefined && (expires < 1 || expires > LONGEST_EXPIRY)) {
      problems.push({ field: 'expires', message: 'A presigned URL is good for 1 second to 7 days.' });
    }
    if (timestamp && parseTimestamp(timestamp) === undefined) {
      problems.push({ field: 'timestamp', message: 'This is not a time such as 20150830T123600Z.' });
    }
    return problems;
  },
  headers({ addTo, sessionToken }) {
    if (addTo !== 'header') return [];
    return ['Authorization', 'X-Amz-Date', ...(sessionToken ? ['X-Amz-Security-Token'] : [])];
  },
  async *authorize(values, context) {
    const { accessKey, secretKey, sessionToken } = values;
    if (Boolean(accessKey) !== Boolean(secretKey)) {
      throw new CountersignError(
        'missing-field',
        `AWS Signature lacks “${accessKey ? 'secretKey' : 'accessKey'}”: both keys belong together.`,
      );
    }
    const credentials =
      accessKey && secretKey
        ? { accessKey, secretKey, sessionToken: sessionToken || undefined }
        : await ambientCredentials(values.profile || undefined, context);
    if ('pending' in credentials) {
      yield { edits: [], pending: credentials.pending };
      return undefined;
    }

    const { request } = context;
    const url = requestUrl(request);
    const host = headerValue(request, 'host') ?? new URL(url).host;
    const used = 'source' in credentials ? [credentials.source] : [];
    for (const source of used) requireOwnHost(source, host, url);
    const endpoint = endpointOf(host);
    const service = values.service || endpoint.service;
    if (!service) {
      throw new CountersignError('missing-field', `The AWS service cannot be read from the host “${host}”.`, {
        hint: 'Give it in the field “service”, for instance service=execute-api.',
      });
    }
    const region =
      values.region || endpoint.region || ('region' in credentials ? credentials.region : '') || 'us-east-1';
    if (values.addTo === 'query' && !(values.expires >= 1 && values.expires <= LONGEST_EXPIRY)) {
      throw new CountersignError('invalid-value', 'A presigned URL is good for 1 second to 7 days: correct “expires”.');
    }

    const s3 = S3.has(service);
    const stated = headerValue(request, 'x-amz-content-sha256');
    const unsigned = values.unsignedPayload || (s3 && values.addTo === 'query');
    const payloadHash = unsigned ? 'UNSIGNED-PAYLOAD' : (stated ?? (await hashBody(request.body, 'sha256', 'hex')));
    const time = values.timestamp ? requireTimestamp(values.timestamp) : context.clock.now();
    const { edits, canonicalRequest } = signAws({
      method: request.method,
      url,
      headers: signable(request, host),
      payloadHash,
      sendPayloadHash: values.unsignedPayload || stated !== undefined || WANT_PAYLOAD_HASH.has(service),
      ...credentials,
      omitSessionToken: service === 'iotdevicegateway',
      region,
      service,
      timestamp: basicTimestamp(time),
      placement: values.addTo,
      expires: Math.round(values.expires),
      normalizePath: !s3,
      encodePathAgain: !s3,
    });
    const response = yield { edits, credentials: used };
    const refusal = await explainAwsRefusal(response, { time, region, service, canonicalRequest });
    if (refusal?.credentialsRefused) forgetCredentials(context.memory);
    return refusal?.outcome;
  },
});

/**
 * What may be signed: what the document states, and the host. What a client adds by itself is not: whoever opens a
 * presigned URL sends other ones, and proxies change them.
 */
function signable({ headers }: HttpRequest, host: string): readonly Pick<Part, 'name' | 'value'>[] {
  const kept = headers.filter(({ name, origin }) => origin.by !== 'client' || name.toLowerCase() === 'host');
  return kept.some(({ name }) => name.toLowerCase() === 'host') ? kept : [...kept, { name: 'Host', value: host }];
}
