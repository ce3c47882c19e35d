import { CountersignError } from '../../core/errors.ts';
import type { Credential } from '../../core/permission.ts';
import { type Ini, parseIni } from '../ini.ts';
import type { AuthContext, AuthMemory } from '../scheme.ts';

export interface AwsCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string | undefined;
  /** Milliseconds since the epoch; undefined where they do not expire. */
  readonly expiresAt?: number | undefined;
  /** The region that the profile or the environment prefers. */
  readonly region?: string | undefined;
  /** Whose they are: they stand in no file of the workspace. */
  readonly source: Credential;
}

/** What a profile will do once something is sent. */
export interface PendingCredentials {
  readonly pending: string;
}

type Sources = Pick<AuthContext, 'files' | 'env' | 'memory' | 'clock' | 'run' | 'preview' | 'signal'>;

/**
 * Credentials of the named profile; without a name, those of the environment, then of the default profile.
 * A preview runs no command: it says so instead.
 * @throws CountersignError `missing-field`, `invalid-value`, `auth-failed`
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function ambientCredentials(
  profile: string | undefined,
  context: Sources,
): Promise<AwsCredentials | PendingCredentials> {
  const { env } = context;
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined;
  if (!profile && env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    // What “aws configure export-credentials” sets beside them.
    if (Date.parse(env.AWS_CREDENTIAL_EXPIRATION ?? '') <= context.clock.now()) {
      throw new CountersignError('auth-failed', 'The AWS credentials in the environment have expired.', {
        hint: 'Sign in again (“aws sso login”), set them anew, and start this program with them.',
      });
    }
    return {
      accessKey: env.AWS_ACCESS_KEY_ID,
      secretKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN || undefined,
      region,
      source: { id: 'aws:', name: 'aws:environment', label: 'AWS credentials of the environment' },
    };
  }
  const name = profile || env.AWS_PROFILE || 'default';
  const settings = await readProfile(name, context);
  if (!settings) {
    throw profile
      ? new CountersignError('invalid-value', `There is no AWS profile named “${profile}”.`, {
          hint: 'Look at ~/.aws/config and ~/.aws/credentials, or correct the field “profile”.',
        })
      : new CountersignError('missing-field', 'AWS Signature has no access key.', {
          hint: 'Give “accessKey” and “secretKey”, or a “profile”, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
        });
  }
  const found = await profileCredentials(name, settings, context);
  return 'pending' in found ? found : { ...found, region: settings.get('region') || region };
}

async function readProfile(name: string, context: Sources): Promise<ReadonlyMap<string, string> | undefined> {
  const { env } = context;
  const home = env.HOME || env.USERPROFILE || '';
  const credentials = await readIni(env.AWS_SHARED_CREDENTIALS_FILE || `${home}/.aws/credentials`, context);
  const config = await readIni(env.AWS_CONFIG_FILE || `${home}/.aws/config`, context);
  const fromConfig = config.get(`profile ${name}`) ?? (name === 'default' ? config.get('default') : undefined);
  const fromCredentials = credentials.get(name);
  if (!fromConfig && !fromCredentials) return undefined;
  return new Map([...(fromConfig ?? []), ...(fromCredentials ?? [])]);
}

async function readIni(path: string, { files }: Sources): Promise<Ini> {
  try {
    return parseIni(new TextDecoder().decode(await files.read(path)));
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'missing-file') return new Map();
    throw error;
  }
}

async function profileCredentials(
  name: string,
  settings: ReadonlyMap<string, string>,
  context: Sources,
): Promise<AwsCredentials | PendingCredentials> {
  const accessKey = settings.get('aws_access_key_id');
  const secretKey = settings.get('aws_secret_access_key');
  const exchange = ['role_arn', 'sso_session', 'sso_start_url', 'web_identity_token_file', 'login_session'].find(key =>
    settings.get(key),
  );
  if (accessKey && secretKey && exchange !== 'role_arn') {
    return {
      ...{ accessKey, secretKey, source: profileSource(name) },
      sessionToken: settings.get('aws_session_token') || undefined,
    };
  }
  const command = settings.get('credential_process');
  if (command) return processCredentials(name, command, context);
  throw new CountersignError(
    'invalid-value',
    exchange
      ? `The AWS profile “${name}” takes its credentials from ${exchange}, which needs the AWS command line.`
      : `The AWS profile “${name}” holds no credentials.`,
    {
      hint: `Add a profile with “credential_process = aws configure export-credentials --profile ${name}” and name that one${exchange?.startsWith('sso') ? `; sign in with “aws sso login --profile ${name}”` : ''}.`,
    },
  );
}

const profileSource = (name: string): Credential => ({
  id: `aws:${name}`,
  name: `aws:${name}`,
  label: `AWS profile “${name}”`,
});

const KEPT = 'credential_process';

/** Forgets what a `credential_process` gave: AWS refused it, and the next request has it run anew. */
export function forgetCredentials(memory: AuthMemory): void {
  memory.delete(KEPT);
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
async function processCredentials(
  name: string,
  command: string,
  { memory, clock, run, preview, signal }: Sources,
): Promise<AwsCredentials | PendingCredentials> {
  const remembered = memory.get<{ readonly command: string; readonly credentials: AwsCredentials }>(KEPT);
  const kept = remembered?.command === command ? remembered.credentials : undefined;
  if (kept && (kept.expiresAt === undefined || kept.expiresAt - clock.now() > 60_000)) return kept;
  if (preview) return { pending: `the credential_process of the AWS profile “${name}” will be run and its keys used` };
  if (!run) {
    throw new CountersignError(
      'untrusted-workspace',
      `The AWS profile “${name}” runs a command, which is not allowed here.`,
      {
        hint: 'Trust the workspace, or give “accessKey” and “secretKey”.',
      },
    );
  }
  const answer = parseAnswer(await run(command, signal));
  const expiresAt = typeof answer?.Expiration === 'string' ? Date.parse(answer.Expiration) : undefined;
  if (
    answer?.Version !== 1 ||
    typeof answer.AccessKeyId !== 'string' ||
    typeof answer.SecretAccessKey !== 'string' ||
    Number.isNaN(expiresAt)
  ) {
    throw new CountersignError(
      'auth-failed',
      `The credential_process of the AWS profile “${name}” did not print credentials.`,
      {
        hint: 'It must print JSON with Version 1, AccessKeyId and SecretAccessKey.',
      },
    );
  }
  if (expiresAt !== undefined && expiresAt <= clock.now()) {
    throw new CountersignError(
      'auth-failed',
      `The credential_process of the AWS profile “${name}” gave credentials that have expired.`,
    );
  }
  const credentials: AwsCredentials = {
    accessKey: answer.AccessKeyId,
    secretKey: answer.SecretAccessKey,
    source: profileSource(name),
    sessionToken: typeof answer.SessionToken === 'string' ? answer.SessionToken : undefined,
    expiresAt,
  };
  memory.set(KEPT, { command, credentials });
  return credentials;
}

function parseAnswer(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
