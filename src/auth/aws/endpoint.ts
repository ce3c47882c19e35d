/** The service and region that an AWS host name stands for. */
export interface Endpoint {
  readonly service?: string;
  readonly region?: string;
}

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

/** Names in front of the region, or behind it, that only say how the endpoint is reached. */
const MANNER = new Set(['dualstack', 'fips', 'vpce', 'control', 'api-fips']);

/** Services with one endpoint for a whole partition, signed for its home region whatever else is set. */
const GLOBAL = new Set(['iam', 'sts', 'cloudfront', 'route53', 'importexport', 'organizations', 'waf', 'shield']);

/** Where the name that is signed differs from the one in the host name. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  'appsync-api': 'appsync',
  'bedrock-agent': 'bedrock',
  'bedrock-agent-runtime': 'bedrock',
  'bedrock-runtime': 'bedrock',
  email: 'ses',
  'email-fips': 'ses',
  'git-codecommit': 'codecommit',
  iot: 'iotdata',
  'lambda-url': 'lambda',
  neptune: 'neptune-db',
  queue: 'sqs',
  's3-accelerate': 's3',
  's3-accesspoint': 's3',
  's3-control': 's3',
  's3-fips': 's3',
  transcribestreaming: 'transcribe',
};

/**
 * Reads service and region from the host name of an AWS endpoint; both are absent for any other host.
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
export function endpointOf(host: string): Endpoint {
  const match =
    /^(.+?)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|on\.aws|vpce\.amazonaws\.com)(?::\d+)?$/i.exec(host);
  if (!match?.[1]) return {};
  const labels = match[1].toLowerCase().split('.');
  const legacy = labels.find(label => /^s3-/.test(label) && REGION.test(label.slice(3)));
  if (legacy) return { service: 's3', region: legacy.slice(3) };
  const at = labels.findLastIndex(label => REGION.test(label));
  const region = at < 0 ? undefined : labels[at];
  const after = labels.slice(at + 1).filter(label => !MANNER.has(label));
  const before = labels.slice(0, Math.max(at, 0)).filter(label => !MANNER.has(label));
  const name = (after.length > 0 ? after.at(-1) : before.at(-1)) ?? '';
  if (/^s3express-/.test(name)) return { service: 's3express', ...(region ? { region } : {}) };
  const plain = name.replace(/-fips$/, '');
  const service = SIGNING_NAMES[name] ?? SIGNING_NAMES[plain] ?? plain;
  if (!service) return {};
  if (region) return { service, region };
  return GLOBAL.has(service) ? { service, region: host.endsWith('.cn') ? 'cn-north-1' : 'us-east-1' } : { service };
}
