const common = `Options that hold everywhere
  --env NAME              environment of http-client.env.json
  --env-file FILE         another environment file (repeatable)
  --var name=value        a variable (repeatable)
  --secret name=value     a secret for {{$secret name}} (repeatable);
                          also the environment variable COUNTERSIGN_SECRET_<NAME>
  --json                  results as JSON
  --no-color              no colours
  --help, --version`;

const tls = `  --cert [HOST=]FILE      a client certificate: PEM, DER or PKCS #12 (repeatable); its passphrase is
                          the secret certificate-passphrase
  --key [HOST=]FILE       the key of --cert, where it has a file of its own
  --cacert FILE           trusts the authorities in a PEM file, too (repeatable)`;

const cookies = `  --cookie-jar FILE       cookies of that file are sent, and those of the answers are kept in it, in
                          the format of curl and browsers (Netscape)`;

const allowed = `  --allow-secret NAME=ORIGIN
                          a kept secret, token:NAME, aws:PROFILE or edgegrid:SECTION may go to
                          https://api.acme.com or *.acme.com (repeatable)
  --allow-files DIR       bodies and values may be read from that folder, too (repeatable)
  --strict-origins        binds what the call gives by --secret, too, and reads no file outside the
                          repository and no environment variable that is not allowed`;

const general = `countersign: sends HTTP requests that need authorization

Usage
  countersign run PATH…                         sends every request of files, folders or collections
  countersign preview FILE [--name N|--line N]  prints a request as it would go out; sends nothing
  countersign explain FILE [--name N|--line N]  sends a request, and says why it is refused
  countersign monitor PATH… --every DURATION    sends every request again and again, and tells what changed
  countersign monitor init [PROVIDER] PATH…     writes a scheduled workflow for GitHub, GitLab or Azure
  countersign load PATH… --rate N --duration T  sends them under load, by Artillery
  countersign parse PATH…                       prints what the files hold
  countersign import [FORMAT] FILE              makes files of what another tool exported
  countersign export postman PATH               makes a Postman collection of a folder of requests
  countersign auth list|show SCHEME             the schemes and their fields
  countersign token list|get|refresh|revoke|delete …
                                                the OAuth tokens that are kept
  countersign secret set|list|delete NAME       secrets for {{$secret NAME}}
  countersign permission list|allow|revoke …    where kept secrets and tokens may go
  countersign completion bash|zsh|fish|powershell
                                                completes commands and options in a shell

${common}

“countersign COMMAND --help” tells more.

Exit status: 0 all went well; 1 a request failed; 2 the call or a file could not be understood; 130 interrupted.
`;

const commands: Readonly<Record<string, string>> = {
  run: `countersign run PATH… [options]
Sends every request of the files, folders or collections, in order.

  --name NAME             only the request of that name or title
  --line N                only the request around that line of the one file
  --no-deps               not what it needs: requests that # @ref names, or whose response it reads
  --include TAG, --exclude TAG
                          only requests with that # @tag, or without it (repeatable)
  -n, --iterations N      sends all N times
  -d, --data FILE         once for each row of a CSV or JSON file, whose columns are variables
  --retry N               sends a request that failed up to N times more
  --shard I/N             the I-th of N shares of the files, for machines that work side by side
  --rerun-failed FILE     only what failed in the JSON report of an earlier run
  --strict                sends nothing unless everything can be understood
  --order files|name|random[:SEED]
                          as the Collections view has them, by name, or by chance: the same for a seed
  --delay DURATION        waits that long between requests
  --verbose               prints requests and responses as they went, secrets masked
  --show body|headers|all prints that of each response
  --with-response         responses are in the JSON: headers, and the body as text or Base64
  --output DIR            writes the bodies of responses into that folder
  --trace FILE            writes every exchange into an HTTP Archive (HAR): token requests, redirects
                          and each attempt, secrets masked
  --quiet                 prints only what failed
  --bail                  stops at the first failure
  --fail                  an HTTP status of 400 or more is a failure
  --timeout DURATION      for each request: 10s, 500ms, 2m
  --insecure              does not verify certificates
  --interactive           may open a browser to obtain tokens
  --yes                   sends requests with # @note without asking
  --parallel N            sends up to N requests at a time
  --show-secrets          prints secrets instead of •••
  --reporter NAME[=FILE]  text, json, junit, tap, html (one file for a browser), markdown (a
                          summary for a job) or github (annotations) (repeatable)
${cookies}
${tls}
${allowed}

${common}
`,
  preview: `countersign preview FILE [--name NAME | --line N] [options]
Prints the request as it would go out, generated headers included. Sends nothing.

  --name NAME             the request of that name or title
  --line N                the request around that line
  --show-secrets          prints secrets instead of •••
${cookies}
${tls}
${allowed}

${common}
`,
  explain: `countersign explain FILE [--name NAME | --line N] [options]
Sends a request, and says why the server refuses it: each cause with what it is known from, and what
to do. Exit status 1 where it refuses, 0 where it does not.

  --name NAME             the request of that name or title
  --line N                the request around that line
  --timeout DURATION      10s, 500ms, 2m
  --insecure              does not verify certificates
  --interactive           may open a browser to obtain tokens
  --yes                   sends a request with # @note without asking
  --show-secrets          prints secrets instead of •••
  --trace FILE            writes every exchange into an HTTP Archive (HAR), secrets masked
${cookies}
${tls}
${allowed}

${common}
`,
  monitor: `countersign monitor PATH… --every DURATION [options]
countersign monitor init [github|gitlab|azure] PATH… [options]
The first sends every request again and again, until Ctrl-C, and prints a line for each turn. Files are
read anew each time.

  --every DURATION        from the beginning of one turn to that of the next: 30s, 5m, 1h
  -n, --iterations N      ends after N turns; exit status 1 where the last one failed
  --history FILE          adds each turn to a file, a line of JSON
  --webhook URL           is told by POST when requests begin to fail, and when they are well again: JSON
                          with “text”, as Slack, Mattermost and Teams show it
  --otlp URL              OpenTelemetry metrics go to that collector (http://localhost:4318); also by the
                          environment variables OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS
  --name, --include, --exclude, --no-deps, --strict, --retry, --parallel, --delay, --fail, --timeout,
  --insecure, --yes, --show-secrets
                          as with “run”
${tls}
${allowed}

“monitor init” writes the workflow that runs them on a schedule elsewhere, with reports and with the
secrets that the files name as COUNTERSIGN_SECRET_<NAME>. No value stands in it.

  --every DURATION        5m, 15m (without it), 6h: what cron can say
  --package SPEC          what npm installs there, where package.json does not name countersign
  --force                 replaces a workflow that is there
  --dry-run               only prints it
  --env, --env-file, --name, --include, --exclude, --timeout, --fail
                          go into the workflow’s call

${common}
`,
  load: `countersign load PATH… --rate N --duration DURATION [options]
Sends requests under load, with their authorization: makes a test of Artillery’s, and starts it with the
Artillery that is installed (npm install -D artillery). Each virtual user sends all requests
once, in order; a worker fetches a token once. The exit status is Artillery’s.

  --rate N                virtual users that arrive each second
  --duration DURATION     for how long they arrive: 60s, 5m
  --out FILE              only writes the test, for Artillery’s own and distributed runners
  --env, --env-file, --var, --secret, --name, --include, --exclude, --no-deps, --timeout, --insecure, --yes
                          as with “run”

${common}
`,
  parse: `countersign parse PATH… [options]
Prints what the files hold, and what is wrong with them. With --json one object per file, one per line.

  --secrets               secrets that stand in the files as they are, instead; status 1 where there
                          is one. None of a line with “gitleaks:allow” or “pragma: allowlist secret”
  --reporter sarif[=FILE] the secrets for code scanning

${common}
`,
  import: `countersign import [FORMAT] FILE [options]
Makes files of what another tool exported: Postman collections (2.0, 2.1), environments, globals and
data dumps; Insomnia’s exports (4, 5); OpenAPI descriptions (2.0, 3.x; JSON or YAML); HTTP archives (HAR);
folders of Bruno (.bru). FILE may be a folder or a zip archive with any of these, or “-”, standard input.
The format is told by the content; FORMAT is postman, insomnia, bruno, openapi or har.

  --out DIR               the folder to write to; without it, the current one
  --secrets-to file|store secrets go to http-client.private.env.json, which git ignores (file), or
                          are kept for {{$secret NAME}} (store); the other files only name them
  --file-per-request      a file for each request, not one for a folder’s
  --dry-run               only says what would be written, and what can’t be carried over
  --force                 replaces files that are there with another content

${common}
`,
  export: `countersign export postman PATH [options]
Makes a Postman collection (2.1) of a folder of requests, with authorization, variables, scripts and
examples. Secrets are left out: they are variables without a value.

  --out FILE              the file to write; without it, standard output
  --show-secrets          secrets that stand in the files are in the collection, too

${common}
`,
  auth: `countersign auth list
countersign auth show SCHEME
The schemes and their fields.

${common}
`,
  token: `countersign token list
countersign token get FILE [--name NAME | --line N]
countersign token refresh NAME
countersign token revoke NAME
countersign token delete NAME
The OAuth tokens that are kept for the command line, by their names or keys.

  get       prints the access token for a request: kept, refreshed, or fetched anew
  refresh   refreshes a token, or fetches it anew
  revoke    revokes a token at its server, and deletes it here
  delete    deletes a token here; at its server it stays good until it expires

  --name NAME, --line N   the request whose authorization asks for the token
  --interactive           may open a browser (BROWSER), or show a code for another
                          device, where somebody has to sign in
  --trace FILE            writes every exchange into an HTTP Archive (HAR), secrets masked
${tls}
${allowed}

${common}
`,
  permission: `countersign permission list
countersign permission allow NAME=ORIGIN
countersign permission revoke NAME[=ORIGIN]
Where kept secrets, tokens and other credentials of this machine may go without a question. NAME is
a secret’s name, token:NAME, aws:PROFILE or edgegrid:SECTION; ORIGIN is https://api.acme.com, or
*.acme.com for all hosts below that. It holds for the repository (or folder) that the call is made in.

  --everywhere            for every folder

${common}
`,
  completion: `countersign completion bash
countersign completion zsh
countersign completion fish
countersign completion powershell
Prints a script that completes commands and options: for bash “source <(countersign completion bash)”
in ~/.bashrc; for zsh the same in ~/.zshrc, after compinit.

${common}
`,
  secret: `countersign secret set NAME
countersign secret list
countersign secret delete NAME
What {{$secret NAME}} reads where neither --secret nor the environment has it. “set” asks for
the value, or reads it from standard input. Kept for you alone, encrypted where there is a keychain.

${common}
`,
};

export const commandNames: readonly string[] = Object.keys(commands);

/** What `--help` prints for a command, or without one. */
export function helpText(command: string | undefined): string {
  return (command === undefined ? undefined : commands[command]) ?? general;
}
