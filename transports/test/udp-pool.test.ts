import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import type { Handler } from '../../protocol/pool/pool.ts';
import type { TransportEvent } from '../events.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import { parseAddress, portOf } from '../udp/address.ts';
import { createUdpPool, type UdpPool, type UdpPoolOptions } from '../udp/pool.ts';

const secret = PresharedSecret.generate();
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const open: UdpPool[] = [];
const events: TransportEvent[] = [];

async function udpPool(options: Partial<UdpPoolOptions> = {}): Promise<UdpPool> {
  const pool = await createUdpPool({
    secret,
    bind: '127.0.0.1:0',
    onEvent: (event) => events.push(event),
    ...options,
  });
  open.push(pool);
  return pool;
}

async function server(handler: Handler, options: Partial<UdpPoolOptions> = {}): Promise<UdpPool> {
  const pool = await udpPool(options);
  pool.pool.serve(handler);
  return pool;
}

const echo: Handler = ({ body, headers }) => ({ body, headers });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ everywhere, so that a misplaced range shows. */
function message(sizeBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let x = seed | 1;
  for (let i = 0; i < sizeBytes; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** Turns of the event loop until `done`; the peer timeout is the bound in practice. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200_000 && !done(); turn++) await new Promise(setImmediate);
  expect(done()).toBe(true);
}

afterEach(async () => {
  events.length = 0;
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

// What all pools promise is in conformance/.
describe.skipIf(!hasIpv6)('two pools on IPv6', () => {
  const bind = '[::1]:0';
  it.each([0, 1300, 1500, 70_000])(
    'exchange messages of %i bytes and headers, unchanged. REQ TRN-2, PAT-1, PAT-6, POOL-3',
    async (sizeBytes) => {
      const { address, stats } = await server(echo, { bind });
      const client = await udpPool({ bind });
      const peer = await client.connect(address);
      const body = message(sizeBytes, 7);
      const headers = { method: 'echo', größe: `${sizeBytes}` };
      const response = await client.pool.unaryRpc(peer, body, { headers });
      expect(sha256(response.body)).toBe(sha256(body));
      expect({ ...response.headers }).toEqual(headers);
      await until(() => stats().state.exchanges === 0);
      expect(client.stats().state).toMatchObject({ exchanges: 0, outbound: 0, inbound: 0, recordBuffers: 0 });
      expect([stats().sendErrors, client.stats().sendErrors]).toEqual([{}, {}]);
    },
  );
});

describe('a pool over UDP', () => {
  it('packs many calls of one turn, and their answers, into few datagrams. REQ POOL-2', async () => {
    const { address } = await server(echo);
    const client = await udpPool();
    const peer = await client.connect(address);
    await client.pool.unaryRpc(peer, message(1, 1));
    const before = client.stats().driver;
    const bodies = Array.from({ length: 500 }, (_, i) => message(20, i));
    const responses = await Promise.all(bodies.map((body) => client.pool.unaryRpc(peer, body)));
    expect(responses.map(({ body }) => body)).toEqual(bodies);
    const after = client.stats().driver;
    // 500 calls of about 45 bytes on the wire each; one datagram per call would be 500.
    expect(after.datagramsSent - before.datagramsSent).toBeLessThan(120);
    expect(after.datagramsReceived - before.datagramsReceived).toBeLessThan(250);
  });

  it('works in spite of datagrams from strangers', async () => {
    const { address, stats } = await server(echo);
    const client = await udpPool();
    const peer = await client.connect(address);
    const stranger = createSocket('udp4');
    const to = portOf(parseAddress(address));
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      stranger.send(message(1 + ((i * 37) % 1400), i), to, '127.0.0.1');
      calls.push(client.pool.unaryRpc(peer, message(100, i)));
      if (i % 20 === 0) await new Promise(setImmediate);
    }
    await Promise.all(calls);
    await new Promise<void>((closed) => stranger.close(closed));
    expect(stats().state.peers).toBe(1);
  });

  it('pulls no more than the kernel can hold. REQ UDP-2', async () => {
    // Nothing counts as lost before two seconds, so a slow machine repeats nothing, and a real loss shows.
    const endpoint = { lossDelayMinNs: 2_000_000_000, budgetRatio: 64 };
    const { address, stats } = await server(({ body }) => message(8, body.length), {
      endpoint,
      receiveBufferBytes: 65_536, // Linux does not go below its default of 212,992
    });
    const client = await udpPool({ endpoint });
    const peer = await client.connect(address);
    for (let i = 0; i < 3; i++) await client.pool.unaryRpc(peer, message(1_000_000, 3));
    expect(stats().socketBuffers.receiveBytes).toBeLessThan(500_000);
    expect(stats().endpoint.repulledBytes).toBe(0);
    expect(stats().driver.datagramsReceived).toBe(client.stats().driver.datagramsSent);
  });
});

describe('a peer that is not there', () => {
  it('ends the call with its cause within the peer timeout', async () => {
    const client = await udpPool({ endpoint: { peerTimeoutNs: 150_000_000 } });
    const gone = await udpPool();
    await gone.close();
    const peer = await client.connect(gone.address);
    await expect(client.pool.unaryRpc(peer, message(10, 1))).rejects.toMatchObject({
      reason: 'peer-timeout',
    });
    expect(client.stats().state).toMatchObject({ exchanges: 0, outbound: 0 });
  });

  it('is what a server with another secret looks like. REQ SEC-1', async () => {
    const { address, stats } = await server(echo, { secret: PresharedSecret.generate() });
    const client = await udpPool({ endpoint: { peerTimeoutNs: 150_000_000 } });
    const peer = await client.connect(address);
    await expect(client.pool.unaryRpc(peer, message(10, 1))).rejects.toMatchObject({
      reason: 'peer-timeout',
    });
    expect(stats().endpoint.refusedForged).toBeGreaterThan(0);
    expect(stats().state.peers).toBe(0);
  });
});

describe('close', () => {
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
  const loopTurns = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
  };

  it('ends pending calls, can be repeated, and leaves nothing that keeps the process alive', async () => {
    await loopTurns();
    const before = [sockets(), process.getActiveResourcesInfo().length];
    const { address, close } = await server(() => new Promise(() => {}));
    const client = await udpPool();
    const call = client.pool.unaryRpc(await client.connect(address), message(10, 1));
    const ended = call.catch((error: unknown) => error);
    await Promise.all([client.close(), client.close(), close()]);
    expect(await ended).toMatchObject({ reason: 'closed' });
    await client.close();
    await loopTurns();
    expect([sockets(), process.getActiveResourcesInfo().length]).toEqual(before);
    expect(() => client.pool.call(0, message(1, 1), {}, {} as never)).toThrow(
      expect.objectContaining({ code: 'ERR_DCQUIC_CLOSED' }),
    );
  });

  it('acknowledges the last response, so that the server can forget it', async () => {
    const endpoint = { ackDelayNs: 20_000_000 };
    const { address, stats } = await server(({ body }) => body, { endpoint });
    const client = await udpPool({ endpoint });
    const response = await client.pool.unaryRpc(await client.connect(address), message(100, 1));
    expect(response.body).toHaveLength(100);
    await client.close();
    await until(() => stats().state.exchanges === 0);
    expect(stats().endpoint.peerTimeouts).toBe(0);
  });

  it('is not needed for the process to end if the pool keeps it alive only for calls', async () => {
    await loopTurns();
    const before = sockets();
    let answer: ((body: Uint8Array) => void) | undefined;
    // Only sockets of node:dgram are listed; `native/keep-alive.test.ts` is about the others.
    const options = { keepAlive: false, without: ['native'] } as const;
    const { address } = await server(() => new Promise((resolve) => (answer = resolve)), options);
    const client = await udpPool(options);
    expect(sockets()).toBe(before);
    let isPending = true;
    const call = client.pool.unaryRpc(await client.connect(address), message(10, 1)).finally(() => {
      isPending = false;
    });
    await until(() => answer !== undefined);
    expect([isPending, sockets()]).toEqual([true, before + 1]);
    answer?.(message(1, 1));
    await call;
    await loopTurns();
    expect(sockets()).toBe(before);
  });

  it('frees the port when the options of the endpoint are refused', async () => {
    const taken = await udpPool();
    const { address } = taken;
    await taken.close();
    await expect(udpPool({ bind: address, endpoint: { mtuBytes: 1 } })).rejects.toMatchObject({
      code: 'ERR_DCQUIC_OPTION',
    });
    expect((await udpPool({ bind: address })).address).toBe(address);
  });
});
