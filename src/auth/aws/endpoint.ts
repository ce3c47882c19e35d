/** The service and region that an AWS host name stands for. */
export interface Endpoint {
  readonly service?: string;
  readonly region?: string;
}

/** The domains of the partitions: the world, China, the European sovereign cloud, and those of governments. */
const AWS_HOST =
  /^(.+?)\.(?:(?:vpce\.)?amazonaws\.(?:com(?:\.cn)?|eu)|(?:api|on)\.(?:aws|amazonwebservices\.(?:com\.cn|eu))|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)(?::\d+)?$/i;

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

/** Names in front of the region, or behind it, that only say how the endpoint is reached. */
const MANNER = new Set(['dualstack', 'fips', 'vpce', 'control', 'api-fips', 'global', 'us-gov']);

/** Services with one endpoint for a whole partition, signed for its home region whatever else is set. */
const GLOBAL = new Set([
  ...['iam', 'sts', 'cloudfront', 'route53', 'importexport', 'organizations', 'waf', 'shield'],
  ...['budgets', 'health', 'savingsplans', 'sdb'],
]);

/** Where the name that is signed differs from the one in the host name, which may be told from others by those before. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  aos: 'es',
  appconfigdata: 'appconfig',
  'appsync-api': 'appsync',
  appstream2: 'appstream',
  'bedrock-agent': 'bedrock',
  'bedrock-agent-runtime': 'bedrock',
  'bedrock-agentcore-control': 'bedrock-agentcore',
  'bedrock-data-automation': 'bedrock',
  'bedrock-data-automation-runtime': 'bedrock',
  'bedrock-runtime': 'bedrock',
  'cassandra-streams': 'cassandra',
  cloudhsmv2: 'cloudhsm',
  cloudsearchdomain: 'cloudsearch',
  'contact-lens': 'connect',
  'participant.connect': 'execute-api',
  'data-signer': 'signer',
  email: 'ses',
  'email-fips': 'ses',
  forecastquery: 'forecast',
  'git-codecommit': 'codecommit',
  '*.iot': 'iotdata',
  'data.jobs.iot': 'iot-jobs-data',
  'api.tunneling.iot': 'IoTSecuredTunneling',
  'iot-tunneling': 'IoTSecuredTunneling',
  'data.iotevents': 'ioteventsdata',
  ivsrealtime: 'ivs',
  'lambda-url': 'lambda',
  'models-v2-lex': 'lex',
  'runtime-v2-lex': 'lex',
  'mail-manager': 'ses',
  'memory-db': 'memorydb',
  'mturk-requester-sandbox': 'mturk-requester',
  'migrationhub-config': 'mgh',
  neptune: 'neptune-db',
  oidc: 'sso-oauth',
  'personalize-events': 'personalize',
  'personalize-runtime': 'personalize',
  pinpoint: 'mobiletargeting',
  'sms-voice.pinpoint': 'sms-voice',
  'portal.sso': 'awsssoportal',
  queue: 'sqs',
  's3-accelerate': 's3',
  's3-accesspoint': 's3',
  's3-control': 's3',
  's3-external-1': 's3',
  's3-fips': 's3',
  'servicecatalog-appregistry': 'servicecatalog',
  transcribestreaming: 'transcribe',
};

/** Families whose members are all signed alike: `metering-marketplace`, `meetings-chime`. */
const FAMILIES: Readonly<Record<string, string>> = { marketplace: 'aws-marketplace', chime: 'chime' };

/**
 * Reads service and region from the host name of an AWS endpoint; both are absent for any other host.
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
export function endpointOf(host: string): Endpoint {
  const front = AWS_HOST.exec(host)?.[1];
  if (!front) return {};
  const labels = front.toLowerCase().split('.');
  const legacy = /^s3-(?:fips-)?(.+)$/.exec(labels.at(-1) ?? '')?.[1];
  if (legacy && REGION.test(legacy)) return { service: 's3', region: legacy };
  const at = labels.findLastIndex(label => REGION.test(label));
  const region = at < 0 ? undefined : labels[at];
  const after = labels.slice(at + 1).filter(label => !MANNER.has(label));
  const before = labels.slice(0, Math.max(at, 0)).filter(label => !MANNER.has(label));
  const names = after.length > 0 ? after : before;
  const name = names.at(-1) ?? '';
  if (/^s3express-/.test(name)) return { service: 's3express', ...(region ? { region } : {}) };
  const service = signingName(names);
  if (!service) return {};
  if (region) return { service, region };
  return GLOBAL.has(service) ? { service, region: homeRegion(host, labels) } : { service };
}

/** @param names of the host, the last of which is the service's */
function signingName(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  const plain = last.replace(/-fips$/, '');
  for (const name of [last, plain]) {
    const told = [...names.slice(0, -1), name];
    for (let from = 0; from < told.length; from++) {
      const known = SIGNING_NAMES[told.slice(from).join('.')];
      if (known) return known;
    }
  }
  if (names.length > 1 && SIGNING_NAMES[`*.${plain}`]) return SIGNING_NAMES[`*.${plain}`] ?? plain;
  return FAMILIES[plain.slice(plain.lastIndexOf('-') + 1)] ?? plain;
}

const HOME_REGIONS: Readonly<Record<string, string>> = {
  '.cn': 'cn-northwest-1',
  '.c2s.ic.gov': 'us-iso-east-1',
  '.sc2s.sgov.gov': 'us-isob-east-1',
};

/** The region that a partition's global endpoints are signed for. */
function homeRegion(host: string, labels: readonly string[]): string {
  if (labels.includes('us-gov')) return 'us-gov-west-1';
  const partition = /(\.cn|\.c2s\.ic\.gov|\.sc2s\.sgov\.gov)(?::\d+)?$/i.exec(host)?.[1]?.toLowerCase() ?? '';
  return HOME_REGIONS[partition] ?? 'us-east-1';
}
