/** What the demo API accepts. Public, and of no use anywhere else. */
export const credentials = {
  user: 'ada',
  password: 'difference-engine',
  apiKey: 'demo-key-1843',
  token: 'demo-token-1815',
  aws: { accessKey: 'AKIDDEMO', secretKey: 'demo-aws-secret-1852' },
  oauth1: {
    consumerKey: 'demo-consumer',
    consumerSecret: 'demo-consumer-secret',
    token: 'demo-oauth1-token',
    tokenSecret: 'demo-oauth1-token-secret',
  },
  oauth2: { clientId: 'demo-client', clientSecret: 'demo-client-secret', publicClientId: 'demo-editor' },
  hawk: { id: 'demo-hawk', key: 'demo-hawk-key' },
  jwtSecret: 'demo-jwt-secret-of-at-least-32-bytes',
  edgegrid: { accessToken: 'akab-demo-access', clientToken: 'akab-demo-client', clientSecret: 'demo-edgegrid-secret' },
} as const;

/** The `--secret` values that `examples/` refer to. */
export const exampleSecrets: Readonly<Record<string, string>> = {
  'demo-password': credentials.password,
  'demo-api-key': credentials.apiKey,
  'demo-token': credentials.token,
  'demo-aws-secret': credentials.aws.secretKey,
  'demo-consumer-secret': credentials.oauth1.consumerSecret,
  'demo-oauth1-token-secret': credentials.oauth1.tokenSecret,
  'demo-client-secret': credentials.oauth2.clientSecret,
  'demo-hawk-key': credentials.hawk.key,
  'demo-jwt-secret': credentials.jwtSecret,
  'demo-edgegrid-secret': credentials.edgegrid.clientSecret,
};
