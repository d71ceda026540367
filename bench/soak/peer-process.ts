/**
 * One process of the soak, a pool with worker threads and, where there is libfabric, another one over it. It echoes what it is sent. What it is to call it reads
 * from stdin, a line of JSON for each peer; `stop` ends the calls. It prints where it is found, then a report each second, and the last one when its calls have ended.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createFabricPool, createPool, PresharedSecret, type FabricPool } from '../../transports/index.ts';
import { callOn, newTally, type Tally } from './load.ts';
import { sample, type Sample } from './samples.ts';

const PSK = '0a'.repeat(32);
const PROVIDER = 'tcp;ofi_rxm';
const EVERY_MS = 1000;
const CALLERS = 3;
/** Longer than a process waits for a core on a busy machine: nobody is taken for dead who lives. */
const ENDPOINT = { peerTimeoutNs: 5e9 };

/** Where a process is found. */
export interface Whereabouts {
  workers: string[];
  fabric: string | undefined;
}

export interface PeerReport {
  sample: Sample;
  tally: Tally;
  /** Of all endpoints. */
  exchanges: number;
  peers: number;
  /** Of memory with libfabric, those for messages. */
  registrations: number;
  isLast: boolean;
}

async function fabricPool(secret: PresharedSecret, bind: string): Promise<FabricPool | undefined> {
  try {
    return await createFabricPool({ secret, provider: PROVIDER, bind, fallback: false, endpoint: ENDPOINT });
  } catch {
    return undefined;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { bind: { type: 'string', default: '127.0.0.1:0' }, cores: { type: 'string', default: '1' } },
  });
  const secret = PresharedSecret.fromHex(PSK);
  const cores = Number(values.cores);
  const pool = await createPool({ secret, bind: values.bind, cores, endpoint: ENDPOINT });
  const fabric = await fabricPool(secret, '127.0.0.1:0');
  pool.serve(({ body }) => body);
  fabric?.pool.serve(({ body }) => body);

  const tally = newTally();
  let isStopped = false;
  const goesOn = (): boolean => !isStopped;
  const calls: Promise<void>[] = [];
  const call = async (far: Whereabouts): Promise<void> => {
    const peer = await pool.connect(far.workers);
    for (let i = 0; i < CALLERS; i += 1) {
      calls.push(callOn((body) => pool.unaryRpc(peer, body), tally, goesOn));
    }
    if (fabric === undefined || far.fabric === undefined) return;
    const other = await fabric.connect(far.fabric);
    calls.push(callOn((body) => fabric.pool.unaryRpc(other, body), tally, goesOn));
  };
  const report = async (isLast: boolean): Promise<void> => {
    const stats = [...(await pool.stats()), fabric?.stats()].filter((one) => one !== undefined);
    const sum = (of: (state: (typeof stats)[0]['state']) => number): number =>
      stats.reduce((total, { state }) => total + of(state), 0);
    const registrations = fabric?.stats().fabric?.registrations ?? 0;
    const figures: PeerReport = {
      sample: sample(),
      tally,
      exchanges: sum(({ exchanges }) => exchanges),
      peers: sum(({ peers }) => peers),
      registrations,
      isLast,
    };
    console.log(JSON.stringify(figures));
  };
  const timer = setInterval(() => void report(false), EVERY_MS);
  const stop = async (): Promise<void> => {
    isStopped = true;
    await Promise.all(calls);
    clearInterval(timer);
    // Peers have acknowledged what they were sent, or are gone, by then.
    setTimeout(() => void report(true), 2 * EVERY_MS);
  };
  createInterface(process.stdin)
    .on('line', (line) => void (line === 'stop' ? stop() : call(JSON.parse(line) as Whereabouts)))
    .on('close', () => process.exit());
  const whereabouts: Whereabouts = { workers: pool.addresses, fabric: fabric?.address };
  console.log(JSON.stringify(whereabouts));
}

await main();
