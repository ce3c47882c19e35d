import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CountersignEngine } from '../../src/cli/load/artillery-engine.ts';
import { countersign, folderWith, listeningServer } from './countersign.ts';

describe('load by Artillery', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  const { XDG_CONFIG_HOME } = process.env;

  before(async () => {
    server = await listeningServer(({ url }, response) => {
      response.writeHead(url === '/bad' ? 503 : 200, { 'Content-Type': 'application/json' });
      response.end(url === '/token' ? '{"access_token": "t-1", "token_type": "Bearer", "expires_in": 3600}' : '{}');
    });
    project = folderWith({
      'api.http': [
        `# @auth oauth2 grantType=client_credentials tokenUrl=${server.url}/token clientId=load-test clientSecret=s`,
        `### One\nGET ${server.url}/one\n\n?? status == 200\n`,
        `### Bad\nGET ${server.url}/bad\n\n?? status == 200\n`,
        `### Off\n# @disabled\nGET ${server.url}/off\n`,
      ].join('\n\n'),
    });
  });
  beforeEach(() => {
    server.seen.length = 0;
    // The engine runs in this process, and keeps its token here.
    process.env.XDG_CONFIG_HOME = join(project.folder, 'config');
  });
  afterEach(() => {
    if (XDG_CONFIG_HOME === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = XDG_CONFIG_HOME;
  });
  after(async () => {
    await server.close();
    project.remove();
  });

  it('sends all once for each virtual user, counts as Artillery does, and fetches a token once', async () => {
    const config = { engines: { countersign: { run: ['api.http'], folder: project.folder } } };
    const counted = new Map<string, number>();
    const events = new EventEmitter();
    const count = (name: string, value: number): void => void counted.set(name, (counted.get(name) ?? 0) + value);
    events.on('counter', count);
    events.on('started', () => count('started', 1));
    events.on('histogram', (name: string) => count(name, 1));
    events.on('error', (code: string) => count(`error ${code}`, 1));
    const scenario = new CountersignEngine({ config }).createScenario({}, events);
    await Promise.all(
      Array.from(
        { length: 20 },
        () => new Promise<void>((done, reject) => scenario({}, error => (error ? reject(error) : done()))),
      ),
    );
    const urls = server.seen.map(({ url }) => url);
    assert.deepEqual(
      ['/token', '/one', '/bad', '/off'].map(path => urls.filter(url => url === path).length),
      [1, 20, 20, 0],
    );
    assert.ok(server.seen.every(({ url, headers }) => url === '/token' || headers.authorization === 'Bearer t-1'));
    assert.deepEqual(Object.fromEntries([...counted].filter(([name]) => !/bytes/.test(name))), {
      ...{ started: 20, 'http.requests': 40, 'http.responses': 40, 'http.codes.200': 20, 'http.codes.503': 20 },
      ...{ 'http.response_time': 40, 'countersign.tests.passed': 20, 'countersign.tests.failed': 20 },
    });
  });

  /** A program of Artillery's name that tells how it was called. */
  function standIn(status: number): void {
    const bin = join(project.folder, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    const told = join(project.folder, 'told.json');
    writeFileSync(
      join(bin, 'artillery'),
      `#!${process.execPath}\nconst { readFileSync, writeFileSync } = require('node:fs');\nconst { NODE_PATH, COUNTERSIGN_SECRET_KEY } = process.env;\nwriteFileSync(${JSON.stringify(told)}, JSON.stringify({ args: process.argv.slice(2, 3), test: JSON.parse(readFileSync(process.argv[3], 'utf8')), NODE_PATH, COUNTERSIGN_SECRET_KEY }));\nprocess.exit(${status});\n`,
    );
    chmodSync(join(bin, 'artillery'), 0o755);
  }

  it('starts the Artillery of the project with a test, the engine in reach and secrets in no file', async function () {
    if (process.platform === 'win32') this.skip();
    standIn(21);
    const args = ['load', 'api.http', '--rate', '50', '--duration', '90s', '--secret', 'key=k3y', '--env', 'dev'];
    const { status, stderr } = await countersign(project.folder, args);
    assert.equal(status, 21, stderr);
    const told = JSON.parse(readFileSync(join(project.folder, 'told.json'), 'utf8'));
    assert.deepEqual(told.args, ['run']);
    assert.deepEqual(told.test.config.phases, [{ duration: 90, arrivalRate: 50 }]);
    assert.deepEqual(told.test.config.engines.countersign.run, ['api.http', '--env', 'dev']);
    assert.equal(told.COUNTERSIGN_SECRET_KEY, 'k3y');
    assert.ok(!JSON.stringify(told.test).includes('k3y'));
    assert.ok(readFileSync(join(told.NODE_PATH.split(':')[0], 'artillery-engine-countersign/package.json')).length > 0);
  });

  it('writes the test for another machine, and says what it lacks', async () => {
    const out = await countersign(project.folder, [
      'load',
      'api.http',
      '--rate',
      '5',
      '--duration',
      '10s',
      '--out',
      't.json',
    ]);
    assert.equal(out.status, 0, out.stderr);
    assert.equal(
      JSON.parse(readFileSync(join(project.folder, 't.json'), 'utf8')).config.engines.countersign.folder,
      undefined,
    );
    for (const [args, message] of [
      [['api.http', '--rate', '5'], /usage: countersign load/],
      [['gone.http', '--rate', '5', '--duration', '1s'], /no file or folder gone\.http/],
      [['api.http', '--rate', '0', '--duration', '1s'], /--rate takes a number from 1 on/],
      [['api.http', '--rate', '5', '--duration', '1s', '--out', 't.json', '--var', 'a=b'], /values stay out/],
    ] as const) {
      const { status, stderr } = await countersign(project.folder, ['load', ...args]);
      assert.equal(status, 2);
      assert.match(stderr, message);
    }
  });
});
