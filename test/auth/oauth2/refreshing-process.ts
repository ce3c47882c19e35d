import { FileTokenStore } from '../../../src/cli/token-store.ts';
import { engine } from './engine.ts';

/** A process of its own that wants the token of a store: `node refreshing-process.ts DIRECTORY VALUES`. */
const [directory = '', values = '{}'] = process.argv.slice(2);
const { get, close } = engine({}, { store: new FileTokenStore(directory) });
process.stdout.write('ready\n');
await new Promise(resolve => process.stdin.once('data', resolve));
const token = await get(JSON.parse(values) as Record<string, unknown>);
process.stdout.write(`${token.accessToken}\n`);
await close();
process.stdin.destroy();
