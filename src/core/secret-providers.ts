/** A program that keeps secrets, and how it is asked for one. */
export interface SecretProvider {
  readonly id: string;
  readonly label: string;
  /** What `reference` means to it; absent where it takes none. */
  readonly reference?: string;
  /** The program and its arguments. */
  readonly command: (reference: string) => readonly string[];
  /** Where in its JSON the value stands; absent: its whole output is the value. */
  readonly value?: string;
  /** Where in its JSON the value's end stands. */
  readonly expires?: string;
  /** Only the first line of its output is the value. */
  readonly firstLine?: true;
}

/** Vault and name, or path and field: what stands before and after the last `#` or `/`. */
function parts(reference: string, mark: string): readonly [string, string] {
  const at = reference.lastIndexOf(mark);
  return at < 0 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)];
}

/** The programs that are known by name, as their documentation says that they are called. */
export const secretProviders: readonly SecretProvider[] = [
  {
    ...{ id: '1password', label: '1Password', reference: 'op://VAULT/ITEM/FIELD' },
    command: reference => ['op', 'read', '--no-newline', reference],
  },
  {
    ...{ id: 'bitwarden', label: 'Bitwarden', reference: 'name or id of the item' },
    command: reference => ['bw', 'get', 'password', reference],
  },
  {
    ...{ id: 'pass', label: 'pass', reference: 'path in the password store', firstLine: true },
    command: reference => ['pass', 'show', reference],
  },
  {
    ...{ id: 'vault', label: 'HashiCorp Vault', reference: 'PATH#FIELD' },
    command(reference) {
      const [path, field] = parts(reference, '#');
      return ['vault', 'kv', 'get', `-field=${field || 'value'}`, path];
    },
  },
  {
    ...{ id: 'aws-secrets-manager', label: 'AWS Secrets Manager', reference: 'name or ARN of the secret' },
    command: reference => [
      ...['aws', 'secretsmanager', 'get-secret-value', '--secret-id', reference],
      ...['--query', 'SecretString', '--output', 'text'],
    ],
  },
  {
    ...{ id: 'aws-ssm', label: 'AWS Systems Manager', reference: 'name of the parameter' },
    command: reference => [
      ...['aws', 'ssm', 'get-parameter', '--name', reference, '--with-decryption'],
      ...['--query', 'Parameter.Value', '--output', 'text'],
    ],
  },
  {
    ...{ id: 'azure-key-vault', label: 'Azure Key Vault', reference: 'VAULT/NAME' },
    command(reference) {
      const [vault, name] = parts(reference, '/');
      return [
        ...['az', 'keyvault', 'secret', 'show', '--vault-name', vault, '--name', name],
        ...['--query', 'value', '--output', 'tsv'],
      ];
    },
  },
  {
    ...{ id: 'azure-token', label: 'Azure access token', reference: 'resource, such as https://management.azure.com' },
    command: reference => ['az', 'account', 'get-access-token', '--resource', reference, '--output', 'json'],
    ...{ value: 'accessToken', expires: 'expires_on' },
  },
  {
    ...{ id: 'google-secret-manager', label: 'Google Secret Manager', reference: 'name of the secret' },
    command: reference => ['gcloud', 'secrets', 'versions', 'access', 'latest', `--secret=${reference}`],
  },
  {
    ...{ id: 'google-token', label: 'Google access token' },
    command: () => ['gcloud', 'auth', 'print-access-token'],
  },
];
