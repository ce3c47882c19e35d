import { CountersignError } from '../../core/errors.ts';
import type { ServerSession } from './server-session.ts';

/** Variables in which CI systems leave a job's identity token; GitLab's has the name its `id_tokens` gives it. */
const wellKnownVariables = [
  'COUNTERSIGN_ID_TOKEN',
  'CIRCLE_OIDC_TOKEN_V2',
  'CIRCLE_OIDC_TOKEN',
  'BITBUCKET_STEP_OIDC_TOKEN',
  'GITLAB_OIDC_TOKEN',
  'ID_TOKEN',
];

/**
 * The identity token of the CI job that runs this: asked of GitHub Actions for that audience, or read from the
 * environment variable of that name or of a well-known one.
 * @throws CountersignError `token-failed` where there is none
 * @see https://docs.github.com/actions/reference/security/oidc, https://docs.gitlab.com/ci/secrets/id_token_authentication
 */
export async function ciIdentityToken(
  audience: string,
  variable: string | undefined,
  session: ServerSession,
): Promise<string> {
  const { env, permitEnvironment } = session.ports;
  if (variable !== undefined) {
    await permitEnvironment?.(variable);
    const token = env[variable];
    if (token) return token;
    throw new CountersignError('token-failed', `The environment variable “${variable}” holds no identity token.`, {
      hint: 'State the token in the job’s id_tokens, and its name in ciVariable.',
    });
  }
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const bearer = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (url && bearer) return gitHubToken(url, bearer, audience, session);
  for (const name of wellKnownVariables) {
    const token = env[name];
    if (token) return token;
  }
  throw new CountersignError('token-failed', 'There is no identity token of a CI job in the environment.', {
    hint: 'On GitHub, give the job “permissions: id-token: write”; on GitLab, state id_tokens and name the variable in ciVariable.',
  });
}

async function gitHubToken(
  requestUrl: string,
  bearer: string,
  audience: string,
  session: ServerSession,
): Promise<string> {
  const url = new URL(requestUrl);
  url.searchParams.set('audience', audience);
  const response = await session.exchange({
    purpose: 'ci-token',
    method: 'GET',
    url: url.href,
    headers: [
      ['Authorization', `Bearer ${bearer}`],
      ['Accept', 'application/json'],
    ],
  });
  const token = response.status === 200 ? tokenValue(response.text) : undefined;
  if (token === undefined) {
    throw new CountersignError('token-failed', `GitHub gave no identity token for this job (${response.status}).`, {
      hint: 'Give the job “permissions: id-token: write”.',
    });
  }
  return token;
}

function tokenValue(text: string): string | undefined {
  try {
    const { value } = JSON.parse(text) as { value?: unknown };
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
