import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { TransferError } from '../../../protocol/pool/transfer-error.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { createPool } from '../../workers/create-pool.ts';
import type { WorkerPool } from '../../workers/worker-pool.ts';

const SERVER = fileURLToPath(new URL('../support/worker-server.mjs', import.meta.url));
const entry = new URL('../support/faulty-worker.mjs', import.meta.url);
const PSK = '6'.repeat(64);
/** Worker k is at the port k farther, also when it is back. */
const HOME = `127.0.0.1:${20_000 + (process.pid % 10_000) * 2}`;
const children: ChildProcess[] = [];
let client: WorkerPool | undefined;

afterEach(async () => {
  for (const child of children.splice(0)) {
    const isGone = child.exitCode !== null || child.signalCode !== null;
    const gone = isGone ? undefined : once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  }
  await client?.close();
});

async function start(bind = '127.0.0.1:0'): Promise<{ process: ChildProcess; addresses: string[] }> {
  const child = spawn(process.execPath, [SERVER, PSK, bind], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, addresses: JSON.parse(line.toString()) as string[] };
}

const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error as TransferError).reason,
  );

/** REQ HEALTH-8, HEALTH-10, BUF-9, OPS-5 */
test.skipIf(process.env['DEEP'] !== '1')(
  'a process of workers that is killed ends what is under way with it, for a reason; others are served meanwhile, and it is when it is back',
  async () => {
    const [mortal, other] = await Promise.all([start(HOME), start()]);
    const secret = PresharedSecret.fromHex(PSK);
    const endpoint = { peerTimeoutNs: 500_000_000 };
    client = await createPool({ secret, bind: '127.0.0.1:0', cores: 2, endpoint }, { entry });
    const pool = client;
    const [victim, peer] = [await pool.connect(mortal.addresses), await pool.connect(other.addresses)];
    const body = new Uint8Array(100_000).fill(5);
    await Promise.all([pool.unaryRpc(victim, body), pool.unaryRpc(peer, body)]);

    const held = Array.from({ length: 8 }, () =>
      outcome(pool.unaryRpc(victim, body, { headers: { hold: 'yes' } })),
    );
    mortal.process.kill('SIGKILL');
    await once(mortal.process, 'exit');
    let isOver = false;
    const ends = Promise.all(held).finally(() => (isOver = true));
    let served = 0;
    for (; !isOver; served += 1) {
      const { body: echoed } = await pool.unaryRpc(peer, body);
      expect(Buffer.compare(echoed, body)).toBe(0);
    }
    expect(new Set(await ends)).toEqual(new Set(['peer-timeout']));
    expect(served).toBeGreaterThan(10);

    await start(HOME);
    let last = '';
    for (let i = 0; i < 100 && last !== 'ok'; i += 1) last = await outcome(pool.unaryRpc(victim, body));
    expect(last, 'the same peer, when it is back').toBe('ok');
    const states = (await pool.stats()).map((stats) => stats?.state);
    for (const state of states) {
      expect(state).toMatchObject({ exchanges: 0, recordBuffers: 0, bufferBytes: 0, memoryBytes: 0 });
    }
  },
);
