import { describe, expect, test } from 'vitest';
import { pattern, sameBytes } from '../../../protocol/test/support/pair.ts';
import { sealedSize } from '../../../protocol/records/layout.ts';
import type { TransportEvent } from '../../events.ts';
import { createFabricPool, type FabricPool, type FabricPoolOptions } from '../../fabric/index.ts';
import { loadFabric } from '../../fabric/open.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { bindOf, fabricProviders } from '../support/fabric-providers.ts';

const secret = PresharedSecret.generate();

/** An echoing server and a client; closed when `run` has ended. */
async function withPair(
  options: Omit<FabricPoolOptions, 'secret'>,
  run: (client: FabricPool, peer: number, server: FabricPool) => Promise<void>,
): Promise<void> {
  const server = await createFabricPool({ secret, ...options });
  server.pool.serve(({ body }) => ({ body }));
  const client = await createFabricPool({ secret, ...options });
  try {
    await run(client, await client.connect(server.address), server);
  } finally {
    await Promise.all([client.close(), server.close()]);
  }
}

describe.each(fabricProviders)('a pool over libfabric, %s', (provider) => {
  const options = { provider, ...bindOf(provider), fallback: false } as const;

  /** REQ EFA-3, EFA-4, EFA-5, EFA-8, BUF-5 */
  test('has bulk read by its receiver, and counts it', async () => {
    const body = pattern(1_000_000);
    const sealedBytes = sealedSize(body.length);
    let ends: FabricPool[] = [];
    await withPair(options, async (client, peer, server) => {
      ends = [client, server];
      const answer = await client.pool.unaryRpc(peer, body);
      expect(sameBytes(answer.body, body)).toBe(true);
      for (const end of ends) {
        const { fabric, endpoint } = end.stats();
        expect(fabric?.reader).toMatchObject({ readsDone: 16, readBytes: sealedBytes, readsFailed: 0 });
        expect([endpoint.readBytes, endpoint.dataOut, endpoint.pullsOut]).toEqual([sealedBytes, 0, 0]);
        expect(fabric?.memory.exposed).toBe(1);
        expect(end.exposition()).toContain(`dcquic_read_bytes_total ${sealedBytes}`);
      }
      while (server.stats().state.exposedBytes > 0) await new Promise(setImmediate);
    });
    for (const end of ends) {
      expect(end.stats().fabric?.registrations).toBe(0);
      expect(end.stats().state).toMatchObject({ exposedBytes: 0, reads: 0, recordBuffers: 0 });
    }
  });

  test('sends what it has no memory for that could be read', async () => {
    await withPair({ ...options, exposedBytesMax: 65_536 }, async (client, peer) => {
      const body = pattern(200_000);
      expect(sameBytes((await client.pool.unaryRpc(peer, body)).body, body)).toBe(true);
      expect(client.stats().endpoint.dataOut).toBeGreaterThan(10);
      expect(client.stats().fabric?.memory.exposed).toBe(0);
    });
  });

  /** REQ EFA-7 */
  test('ends calls to who is not there as over any network, and names what libfabric said', async () => {
    const endpoint = { peerTimeoutNs: 1_000_000_000 };
    const events: TransportEvent[] = [];
    const onEvent = (event: TransportEvent): void => void events.push(event);
    const client = await createFabricPool({ secret, ...options, endpoint, onEvent });
    const nobody = provider === 'shm' ? 'fi_shm://1:0:0' : '127.0.0.1:9';
    const peer = await client.connect(nobody);
    await expect(client.pool.unaryRpc(peer, pattern(10))).rejects.toMatchObject({ reason: 'peer-timeout' });
    expect(client.stats().fabric?.sender.messagesLost).toBeGreaterThan(0);
    expect(events.find(({ type }) => type === 'send-error')).toMatchObject({
      code: expect.stringMatching(/^(E|FI_)[A-Z]+$/),
    });
    await client.close();
  });

  test('refuses what is no address, before anything else', async () => {
    const client = await createFabricPool({ secret, ...options });
    await expect(client.connect('no address')).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    await client.close();
  });
});

/** REQ EFA-1, EFA-6, OPS-4, OPS-5 */
describe('where libfabric has no such provider', () => {
  test('a pool is over UDP, says so once, and works', async () => {
    const events: TransportEvent[] = [];
    const onEvent = (event: TransportEvent): void => void events.push(event);
    const options = { provider: 'no such', bind: '127.0.0.1:0', onEvent };
    await withPair(options, async (client, peer, server) => {
      expect([client.transport, server.transport]).toEqual(['udp', 'udp']);
      const told = events.filter(({ type }) => type === 'fabric-unavailable');
      expect(told).toMatchObject([{ provider: 'no such' }, { provider: 'no such' }]);
      expect((await client.pool.unaryRpc(peer, pattern(100_000))).body.length).toBe(100_000);
      expect(client.stats().fabric).toBeUndefined();
    });
  });

  test('or there is none, if that is what was asked for', async () => {
    const none = createFabricPool({ secret, provider: 'no such', fallback: false });
    await expect(none).rejects.toMatchObject({ code: 'NATIVE' });
  });

  test.skipIf(fabricProviders.length === 0)('it offers nothing', () => {
    const fabric = loadFabric(() => {});
    expect(fabric.offers({ provider: 'no such' })).toEqual([]);
    expect(fabric.version).toMatch(/^\d+\.\d+$/);
  });
});
