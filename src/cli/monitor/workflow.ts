import { stringify } from 'yaml';

/** Where a monitor of another's machines runs. */
export const providers = ['github', 'gitlab', 'azure'] as const;
export type Provider = (typeof providers)[number];

/** What a workflow is made of. */
export interface MonitorPlan {
  /** Arguments behind `countersign run`, in order. */
  readonly args: readonly string[];
  /** Environment variables that hold the secrets of the files. */
  readonly secrets: readonly string[];
  readonly everyMinutes: number;
  /** What npm installs; undefined: what the repository's own package.json names. */
  readonly package: string | undefined;
}

export interface Workflow {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** What is left to do, one sentence each. */
  readonly next: readonly string[];
}

/** The workflow that sends the requests on a schedule, with reports as that provider shows them. */
export function workflowFor(provider: Provider, plan: MonitorPlan): Workflow {
  return { github, gitlab, azure }[provider](plan);
}

const report = 'countersign-report.html';
const junit = 'countersign-junit.xml';

const install = (plan: MonitorPlan): string =>
  plan.package === undefined ? 'npm ci' : `npm install --no-save ${quoted(plan.package)}`;

const run = (plan: MonitorPlan, ...reporters: readonly string[]): string =>
  ['npx --no-install countersign run', ...plan.args.map(quoted), ...reporters.map(each => `--reporter ${each}`)].join(
    ' ',
  );

/** @see https://docs.github.com/actions/reference/workflow-syntax-for-github-actions */
function github(plan: MonitorPlan): Workflow {
  const path = '.github/workflows/countersign-monitor.yml';
  const document = {
    name: 'API monitor',
    on: { schedule: [{ cron: cron(plan.everyMinutes) }], workflow_dispatch: {} },
    permissions: { contents: 'read' },
    concurrency: { group: 'countersign-monitor', 'cancel-in-progress': false },
    jobs: {
      monitor: {
        'runs-on': 'ubuntu-latest',
        'timeout-minutes': 15,
        steps: [
          { uses: 'actions/checkout@v4', with: { 'persist-credentials': false } },
          { uses: 'actions/setup-node@v4', with: { 'node-version': 24 } },
          { name: 'Install Countersign', run: install(plan) },
          {
            name: 'Send the requests',
            ...variables(plan, name => `\${{ secrets.${name} }}`),
            run: run(plan, 'github', `html=${report}`, 'markdown=countersign-summary.md'),
          },
          {
            name: 'Show the summary',
            if: 'always()',
            run: 'cat countersign-summary.md >> "$GITHUB_STEP_SUMMARY" || true',
          },
          {
            uses: 'actions/upload-artifact@v4',
            if: 'always()',
            with: { name: 'countersign-report', path: report, 'if-no-files-found': 'ignore' },
          },
        ],
      },
    },
  };
  const next = plan.secrets.length === 0 ? [] : [`Add to the repository’s secrets: ${plan.secrets.join(', ')}.`];
  return { path, text: written(document), next };
}

/** @see https://docs.gitlab.com/ci/yaml/ */
function gitlab(plan: MonitorPlan): Workflow {
  const path = '.gitlab/countersign-monitor.yml';
  const document = {
    'countersign-monitor': {
      image: 'node:24',
      rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }, { if: '$CI_PIPELINE_SOURCE == "web"', when: 'manual' }],
      timeout: '15 minutes',
      script: [install(plan), run(plan, `html=${report}`, `junit=${junit}`)],
      artifacts: { when: 'always', paths: [report], reports: { junit } },
    },
  };
  return {
    path,
    text: written(document),
    next: [
      `Include it in .gitlab-ci.yml: include: [{ local: ${path} }].`,
      `Make a pipeline schedule with the cron “${cron(plan.everyMinutes)}”.`,
      ...(plan.secrets.length === 0 ? [] : [`Add as masked CI/CD variables: ${plan.secrets.join(', ')}.`]),
    ],
  };
}

/** @see https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/ */
function azure(plan: MonitorPlan): Workflow {
  const path = 'azure-pipelines-monitor.yml';
  const document = {
    trigger: 'none',
    pr: 'none',
    schedules: [
      {
        cron: cron(plan.everyMinutes),
        displayName: 'API monitor',
        branches: { include: ['main'] },
        always: true,
      },
    ],
    pool: { vmImage: 'ubuntu-latest' },
    steps: [
      { checkout: 'self', persistCredentials: false },
      { task: 'UseNode@1', inputs: { version: '24.x' } },
      { script: install(plan), displayName: 'Install Countersign' },
      {
        script: run(plan, `html=${report}`, `junit=${junit}`),
        displayName: 'Send the requests',
        // Variables that are secret reach no script by themselves.
        ...variables(plan, name => `$(${name})`),
      },
      {
        task: 'PublishTestResults@2',
        condition: 'always()',
        inputs: { testResultsFormat: 'JUnit', testResultsFiles: junit },
      },
      { publish: report, artifact: 'countersign-report', condition: 'always()' },
    ],
  };
  return {
    path,
    text: written(document),
    next: [
      `Make a pipeline of ${path}; its schedule is that of the branch main.`,
      ...(plan.secrets.length === 0 ? [] : [`Add to the pipeline’s secret variables: ${plan.secrets.join(', ')}.`]),
    ],
  };
}

const variables = (plan: MonitorPlan, wired: (name: string) => string): { env?: Record<string, string> } =>
  plan.secrets.length === 0 ? {} : { env: Object.fromEntries(plan.secrets.map(name => [name, wired(name)])) };

const written = (document: unknown): string =>
  `# Made by “countersign monitor init”; edit it as you like.\n${stringify(document, { lineWidth: 0 })}`;

/** Minutes as a cron expression: of the hour, of the day, or once a day. */
export function cron(minutes: number): string {
  if (minutes < 60) return `*/${minutes} * * * *`;
  return minutes < 24 * 60 ? `0 */${Math.round(minutes / 60)} * * *` : '0 0 * * *';
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
