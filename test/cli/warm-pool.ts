import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface CallMessage {
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
export interface ResultMessage {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes that have the command line in memory, at most two of a kind: so many calls run at once. */
interface Pool {
  readonly idle: ChildProcess[];
  readonly waiting: ((child: ChildProcess | undefined) => void)[];
  count: number;
}
const most = 2;
/** By the variables that Node reads when it starts. */
const pools = new Map<string, Pool>();

function poolOf(early: Readonly<Record<string, string>>): Pool {
  const key = JSON.stringify(early);
  const known = pools.get(key);
  if (known) return known;
  const pool: Pool = { idle: [], waiting: [], count: 0 };
  pools.set(key, pool);
  return pool;
}

async function start(early: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./warm-process.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...early },
  });
  await once(child, 'message');
  return child;
}

/** Runs a call in a process that has the command line in memory already. */
export async function warmCall(call: CallMessage): Promise<ResultMessage> {
  const early = Object.fromEntries(Object.entries(call.env).filter(([name]) => name.startsWith('NODE_')));
  const pool = poolOf(early);
  let child = pool.idle.pop();
  if (!child && pool.count >= most) child = await new Promise(resolve => pool.waiting.push(resolve));
  if (!child) {
    pool.count++;
    child = await start(early);
  }
  // What waits for a call doesn't hold up the end of the tests; what runs one does.
  child.ref();
  child.channel?.ref();
  const settled = new AbortController();
  const { signal } = settled;
  let alive = false;
  try {
    child.send(call);
    const [result] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([status]) => {
        throw new Error(`the command line ended its process (${status})`);
      }),
    ]);
    alive = true;
    return result as ResultMessage;
  } finally {
    settled.abort();
    child.unref();
    child.channel?.unref();
    const next = pool.waiting.shift();
    if (!alive) pool.count--;
    if (next) next(alive ? child : undefined);
    else if (alive) pool.idle.push(child);
  }
}
