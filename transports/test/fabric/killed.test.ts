import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TransferError } from '../../../protocol/pool/transfer-error.ts';
import { createFabricPool, type FabricPool } from '../../fabric/index.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { bindOf, fabricProviders } from '../support/fabric-providers.ts';

const SERVER = fileURLToPath(new URL('../support/fabric-server.mjs', import.meta.url));
const PSK = '5'.repeat(64);
/** Both providers, twice each, with DEEP=1. */
const isDeep = process.env['DEEP'] === '1';
const ROUNDS = isDeep ? 2 : 1;
/** Takes a while to read. */
const BYTES = 32_000_000;

interface Server {
  process: ChildProcess;
  address: string;
}

async function startServer(provider: string): Promise<Server> {
  const process = spawn(globalThis.process.execPath, [SERVER, provider, bindOf(provider).bind ?? '', PSK], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(process.stdout, 'data')) as [Buffer];
  return { process, address: line.toString().trim() };
}

const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** What the provider leaves behind for a process that was killed. */
function sweep({ process }: Server): void {
  rmSync(`/dev/shm/${process.pid}:0:0`, { force: true });
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(setImmediate);
}

/** Reads from a server that is killed meanwhile; how the call ended. */
async function killedInMidRead(client: FabricPool, { process, address }: Server): Promise<TransferError> {
  const before = client.stats().fabric?.reader.readsDone ?? 0;
  const peer = await client.connect(address);
  const call = client.pool.unaryRpc(peer, new Uint8Array(0), { headers: { bytes: `${BYTES}` } });
  let isOver = false;
  const ended = call
    .then(
      () => undefined,
      (error: unknown) => error as TransferError,
    )
    .finally(() => {
      isOver = true;
    });
  await until(() => isOver || (client.stats().fabric?.reader.readsDone ?? 0) > before + 2);
  expect(isOver, 'before the server is killed').toBe(false);
  process.kill('SIGKILL');
  await once(process, 'exit');
  const error = await ended;
  if (error === undefined) throw new Error('the server was killed too late');
  return error;
}

/** REQ EFA-7, BUF-9, HEALTH-8 */
describe.skipIf(process.platform !== 'linux').each(isDeep ? fabricProviders : fabricProviders.slice(0, 1))(
  'a peer over %s that is killed while it is read',
  (provider) => {
    test('ends the call with a clear cause, leaves nothing behind, and others are served', async () => {
      const endpoint = { peerTimeoutNs: 2_000_000_000 };
      const secret = PresharedSecret.fromHex(PSK);
      const client = await createFabricPool({
        secret,
        provider,
        ...bindOf(provider),
        endpoint,
        fallback: false,
      });
      const seen: number[] = [];
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const server = await startServer(provider);
          const error = await killedInMidRead(client, server);
          sweep(server);
          expect(error).toMatchObject({ reason: 'peer-timeout' });
          await until(() => client.stats().state.reads === 0);
          const { state, fabric } = client.stats();
          expect(state).toMatchObject({ exchanges: 0, inbound: 0, memoryBytes: 0, recordBuffers: 0 });
          expect([state.transferTimers, state.exposedBytes, fabric?.registrations]).toEqual([0, 0, 0]);
          seen.push(descriptors());
        }
        expect(seen.at(-1), 'descriptors after the last, and after the first').toBeLessThanOrEqual(
          seen[0] as number,
        );
        const server = await startServer(provider);
        const peer = await client.connect(server.address);
        const { body } = await client.pool.unaryRpc(peer, new Uint8Array(0), {
          headers: { bytes: '100000' },
        });
        expect(body.length).toBe(100_000);
        server.process.kill('SIGKILL');
        await once(server.process, 'exit');
        sweep(server);
      } finally {
        await client.close();
      }
    });
  },
);
