import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type CallResult, countersign, folderWith, listeningServer } from './countersign.ts';

describe('a monitor', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  /** Statuses of the requests to /api, in order; the last one stays. */
  let statuses: number[];
  let metricsStatus: number;

  before(async () => {
    server = await listeningServer(({ url }, response) => {
      const status = url.startsWith('/api') ? (statuses.length > 1 ? statuses.shift() : statuses[0]) : 200;
      response.writeHead(url.startsWith('/v1') ? metricsStatus : (status ?? 200), {
        'Content-Type': 'application/json',
      });
      response.end('{}');
    });
    project = folderWith({
      'api.http': `### Health\n# @auth bearer token={{$secret api-token}}\nGET ${server.url}/api/health?key=1\n\n?? status == 200\n`,
    });
  });
  beforeEach(() => {
    server.seen.length = 0;
    statuses = [200];
    metricsStatus = 200;
  });
  after(async () => {
    await server.close();
    project.remove();
  });

  const monitor = (...args: readonly string[]): Promise<CallResult> =>
    countersign(project.folder, [
      'monitor',
      'api.http',
      '--every',
      '10ms',
      '--secret',
      'api-token=s3cret-value',
      ...args,
    ]);
  const posted = (path: string) => server.seen.filter(({ url }) => url === path).map(({ body }) => JSON.parse(body));

  it('sends again and again, says how each turn went, and ends with what the last one came to', async () => {
    statuses = [200, 500, 200];
    const { status, stdout, stderr } = await monitor('-n', '3');
    assert.equal(stderr, '');
    const lines = stdout.trim().split('\n');
    assert.match(lines[0] ?? '', /^20\d\d-\d\d-\d\dT[\d:.]+Z ✓ 1 request, [\d.]+ s$/);
    assert.match(lines[1] ?? '', /✗ 1 of 1 failed, [\d.]+ s: Health \(status == 200: It is 500\.\)$/);
    assert.match(lines[2] ?? '', /✓ 1 request/);
    assert.equal(lines.length, 3);
    assert.equal(status, 0);
    statuses = [500];
    assert.equal((await monitor('-n', '1')).status, 1);
  });

  it('reads the files anew for each turn', async () => {
    const file = join(project.folder, 'changing.http');
    writeFileSync(file, `GET ${server.url}/first\n`);
    const { status } = await countersign(project.folder, ['monitor', 'changing.http', '--every', '1s', '-n', '2'], {
      onStdout: () => writeFileSync(file, `GET ${server.url}/second\n`),
    });
    assert.equal(status, 0);
    assert.deepEqual(
      server.seen.map(({ url }) => url),
      ['/first', '/second'],
    );
  });

  it('keeps a history, in which no secret stands', async () => {
    statuses = [200, 500];
    await monitor('-n', '2', '--history', 'history.ndjson');
    await monitor('-n', '1', '--history', 'history.ndjson');
    const text = readFileSync(join(project.folder, 'history.ndjson'), 'utf8');
    const turns = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.deepEqual(
      turns.map(({ ok, requests, failed }) => [ok, requests, failed]),
      [
        [true, 1, 0],
        [false, 1, 1],
        [false, 1, 1],
      ],
    );
    assert.deepEqual(turns[1].failures, [
      { file: 'api.http', line: 3, name: 'Health', status: 500, message: 'status == 200: It is 500.' },
    ]);
    assert.ok(!text.includes('s3cret-value'));
  });

  it('tells a webhook once when it begins to fail, and once when it is well again', async () => {
    statuses = [200, 500, 500, 200, 200];
    const { stderr } = await monitor('-n', '5', '--webhook', `${server.url}/hook/k3y`);
    assert.equal(stderr, '');
    const told = posted('/hook/k3y');
    assert.deepEqual(
      told.map(({ state, text }) => [state, text]),
      [
        ['failing', 'Countersign: 1 of 1 failed: Health (status == 200: It is 500.)'],
        ['recovered', 'Countersign: recovered, 1 request passed'],
      ],
    );
    assert.equal(told[0].failures[0].name, 'Health');
  });

  it('goes on where the webhook cannot be told, and does not print its address', async () => {
    statuses = [500];
    const { stderr, stdout } = await monitor('-n', '2', '--webhook', 'http://127.0.0.1:1/hook/k3y');
    assert.match(stderr, /the webhook could not be told/);
    assert.ok(!(stderr + stdout).includes('k3y'));
    assert.equal(stdout.trim().split('\n').length, 2);
  });

  it('delivers metrics over OTLP after each turn, by the semantic conventions', async () => {
    statuses = [200, 500];
    const { stderr } = await monitor('-n', '2', '--otlp', server.url);
    assert.equal(stderr, '');
    const deliveries = posted('/v1/metrics');
    assert.ok(deliveries.length >= 2);
    const { resource, scopeMetrics } = deliveries.at(-1).resourceMetrics[0];
    assert.deepEqual(resource.attributes.find(({ key }: { key: string }) => key === 'service.name').value, {
      stringValue: 'countersign',
    });
    const metric = (name: string) => scopeMetrics[0].metrics.find((found: { name: string }) => found.name === name);
    const points = metric('http.client.request.duration').histogram.dataPoints;
    const attributes = points.map((point: { attributes: { key: string; value: Record<string, unknown> }[] }) =>
      Object.fromEntries(point.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    );
    const port = Number(new URL(server.url).port);
    assert.deepEqual(attributes, [
      {
        ...{ 'http.request.method': 'GET', 'server.address': '127.0.0.1', 'server.port': port },
        ...{ 'http.response.status_code': 200, 'countersign.request.name': 'Health' },
      },
      {
        ...{ 'http.request.method': 'GET', 'server.address': '127.0.0.1', 'server.port': port },
        ...{ 'http.response.status_code': 500, 'error.type': '500', 'countersign.request.name': 'Health' },
      },
    ]);
    assert.equal(metric('http.client.request.duration').unit, 's');
    assert.deepEqual(metric('countersign.monitor.up').gauge.dataPoints[0].asDouble, 0);
    assert.ok(!JSON.stringify(deliveries).includes('s3cret-value'));
  });

  it('says what the call lacks', async () => {
    for (const args of [['monitor'], ['monitor', 'api.http'], ['monitor', '--every', '5m']]) {
      const { status, stderr } = await countersign(project.folder, args);
      assert.equal(status, 2);
      assert.match(stderr, /usage: countersign monitor PATH… --every DURATION/);
    }
  });

  describe('on a schedule of others', () => {
    let repository: ReturnType<typeof folderWith>;
    beforeEach(() => {
      repository = folderWith({
        'api/a.http': '### A\n# @auth bearer token={{$secret api-token}}\nGET https://x.test/a\n',
        'api/collection.http': '# @auth basic username=ada password={{$secret shop.password}}\n',
        'api/http-client.env.json': '{"staging": {"key": "{{$secret env-key}}"}}',
        'other/b.http': '### B\n# @auth bearer token={{$secret other}}\nGET https://x.test/b\n',
      });
      mkdirSync(join(repository.folder, '.git'));
    });
    afterEach(() => repository.remove());
    const init = (...args: readonly string[]): Promise<CallResult> =>
      countersign(repository.folder, ['monitor', 'init', ...args]);
    const secrets = ['API_TOKEN', 'ENV_KEY', 'SHOP_PASSWORD'].map(name => `COUNTERSIGN_SECRET_${name}`);
    const written = (path: string) => parse(readFileSync(join(repository.folder, path), 'utf8'));

    it('writes a workflow of GitHub Actions, with the secrets that these files name and no others', async () => {
      const { status, stdout, stderr } = await init(
        'api',
        '--env',
        'staging',
        '--every',
        '5m',
        '--fail',
        '--package',
        './c.tgz',
      );
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        /wrote \.github\/workflows\/countersign-monitor\.yml\nAdd to the repository’s secrets: COUNTERSIGN_SECRET_API_TOKEN/,
      );
      const workflow = written('.github/workflows/countersign-monitor.yml');
      assert.deepEqual(workflow.on.schedule, [{ cron: '*/5 * * * *' }]);
      assert.deepEqual(workflow.permissions, { contents: 'read' });
      const { steps } = workflow.jobs.monitor;
      assert.equal(steps[2].run, 'npm install --no-save ./c.tgz');
      assert.deepEqual(steps[3].env, Object.fromEntries(secrets.map(name => [name, `\${{ secrets.${name} }}`])));
      assert.equal(
        steps[3].run,
        'npx --no-install countersign run api --env staging --fail --reporter github --reporter html=countersign-report.html --reporter markdown=countersign-summary.md',
      );
      // The same again changes nothing; another one is not written over it.
      assert.equal(
        (await init('api', '--env', 'staging', '--every', '5m', '--fail', '--package', './c.tgz')).status,
        0,
      );
      const other = await init('api', '--package', './c.tgz');
      assert.equal(other.status, 2);
      assert.match(other.stderr, /is there already; --force replaces it/);
    });

    it('writes those of GitLab and Azure, and says what is left to do', async () => {
      writeFileSync(join(repository.folder, 'package.json'), '{"devDependencies": {"countersign": "*"}}');
      const gitlab = await init('gitlab', 'api', '--every', '6h');
      assert.match(gitlab.stdout, /cron “0 \*\/6 \* \* \*”/);
      assert.match(gitlab.stdout, /masked CI\/CD variables: COUNTERSIGN_SECRET_API_TOKEN, /);
      const job = written('.gitlab/countersign-monitor.yml')['countersign-monitor'];
      assert.deepEqual(job.script[0], 'npm ci');
      assert.match(job.script[1], /^npx --no-install countersign run api --reporter html=/);
      const azure = await init('azure', 'api', "it's here", '--every', '15m').then(() => init('azure', 'api'));
      assert.equal(azure.status, 0, azure.stderr);
      const pipeline = written('azure-pipelines-monitor.yml');
      assert.deepEqual(pipeline.steps[3].env, Object.fromEntries(secrets.map(name => [name, `$(${name})`])));
    });

    it('installs nothing that nobody named, takes no values, and no interval that cron lacks', async () => {
      for (const [args, message] of [
        [['api'], /say what the workflow installs/],
        [['api', '--package', 'x', '--secret', 'api-token=v'], /values stay out of the file/],
        [['api', '--package', 'x', '--every', '7m'], /divide an hour/],
        [['--package', 'x'], /usage: countersign monitor init/],
      ] as const) {
        const { status, stderr } = await init(...args);
        assert.equal(status, 2);
        assert.match(stderr, message);
      }
    });
  });
});
