import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Other tools that send the same requests, installed in a cache folder when they are asked for. */
export interface Peer {
  readonly name: string;
  readonly folder: string;
}

const packages = { httpYac: 'httpyac@6', Newman: 'newman@6', Bruno: '@usebruno/cli@4' } as const;

export function installPeers(): readonly Peer[] {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/countersign/peers', import.meta.url));
  return Object.entries(packages).map(([name, spec]) => {
    const folder = join(cache, name);
    if (!existsSync(join(folder, 'node_modules'))) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{"private":true}');
      console.error(`installing ${spec}`);
      execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', spec], {
        cwd: folder,
        stdio: 'ignore',
      });
    }
    return { name, folder };
  });
}

export interface PeerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** Writes the requests in each peer's format and gives the command that sends them. */
export function peerCommands(
  peers: readonly Peer[],
  scratch: string,
  url: string,
  count: number,
): readonly PeerCommand[] {
  const target = (index: number): string => `${url}/users/${index}?page=2`;
  return peers.map(({ name, folder }) => {
    const bin = (file: string): string => join(folder, 'node_modules', '.bin', file);
    if (name === 'httpYac') {
      const file = join(scratch, `${count}.http`);
      const text = Array.from(
        { length: count },
        (_, index) => `### r${index}\nGET ${target(index)}\nAccept: application/json\n`,
      );
      writeFileSync(file, text.join('\n'));
      return { name, command: bin('httpyac'), args: ['send', file, '--all', '--output', 'none'], cwd: scratch };
    }
    if (name === 'Newman') {
      const file = join(scratch, `${count}.json`);
      const item = Array.from({ length: count }, (_, index) => ({
        name: `r${index}`,
        request: { method: 'GET', url: target(index), header: [{ key: 'Accept', value: 'application/json' }] },
      }));
      const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
      writeFileSync(file, JSON.stringify({ info: { name: 'bench', schema }, item }));
      return { name, command: bin('newman'), args: ['run', file, '--silent'], cwd: scratch };
    }
    const collection = join(scratch, `bruno-${count}`);
    mkdirSync(collection, { recursive: true });
    writeFileSync(join(collection, 'bruno.json'), JSON.stringify({ version: '1', name: 'bench', type: 'collection' }));
    for (let index = 0; index < count; index++) {
      writeFileSync(
        join(collection, `r${index}.bru`),
        `meta {\n  name: r${index}\n  type: http\n  seq: ${index + 1}\n}\n\nget {\n  url: ${target(index)}\n  body: none\n  auth: none\n}\n\nheaders {\n  Accept: application/json\n}\n`,
      );
    }
    return { name, command: bin('bru'), args: ['run'], cwd: collection };
  });
}
