import { afterEach, expect, it } from 'vitest';
import type { Service } from '../../protocol/pool/pool.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import { createUdpPool, type UdpPool } from '../udp/pool.ts';

const secret = PresharedSecret.generate();
const open: UdpPool[] = [];

async function udpPool(service?: Service): Promise<UdpPool> {
  const pool = await createUdpPool({ secret, bind: '127.0.0.1:0' });
  open.push(pool);
  if (service !== undefined) pool.pool.serve(service);
  return pool;
}

/** Turns of the event loop until `done`; the peer timeout is the bound in practice. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200_000 && !done(); turn++) await new Promise(setImmediate);
  expect(done()).toBe(true);
}

const bytes = (size: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed * 7) & 255);

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

it('streams both ways over real sockets, and leaves nothing. REQ TRN-2, PAT-4', async () => {
  const server = await udpPool({
    stream: async function* (call) {
      for await (const body of call) yield body;
    },
  });
  const client = await udpPool();
  const stream = client.pool.bidirectional(await client.connect(server.address));
  const bodies = Array.from({ length: 50 }, (_, i) => bytes((i * 1999) % 70_000, i));
  const writing = (async () => {
    for (const body of bodies) await stream.write(body);
    stream.end();
  })();
  const got: Uint8Array[] = [];
  for await (const body of stream) got.push(body);
  await writing;
  expect(got.length).toBe(50);
  expect(got.every((body, i) => Buffer.compare(body, bodies[i]!) === 0)).toBe(true);
  const left = { exchanges: 0, outbound: 0, inbound: 0, recordBuffers: 0, creditsHeld: 0 };
  await until(() => server.stats().state.exchanges === 0 && client.stats().state.exchanges === 0);
  expect([client.stats().state, server.stats().state]).toMatchObject([left, left]);
});

it('broadcasts over real sockets. REQ TRN-2, PAT-13', async () => {
  const body = bytes(200_000, 1);
  const servers = await Promise.all(
    [0, 1, 2].map((i) =>
      udpPool({ unary: (request) => Uint8Array.of(i, Buffer.compare(request.body, body)) }),
    ),
  );
  const client = await udpPool();
  const peers = await Promise.all(servers.map(({ address }) => client.connect(address)));
  const outcomes = await client.pool.broadcast(peers, body);
  expect(outcomes.map(({ response }) => [...response!.body])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
  await until(() => client.stats().state.recordBuffers === 0);
});

it('sends datagrams over real sockets, to a peer that has proven itself. REQ TRN-2, PAT-16', async () => {
  const got: number[] = [];
  const server = await udpPool({
    unary: () => new Uint8Array(0),
    datagram: ({ body }) => got.push(body.length),
  });
  const client = await udpPool();
  const peer = await client.connect(server.address);
  await client.pool.unaryRpc(peer, new Uint8Array(0));
  expect(client.pool.datagram(peer, bytes(900, 1))).toBe(true);
  await until(() => got.length === 1);
  expect(got).toEqual([900]);
});
