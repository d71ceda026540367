import { afterEach, describe, expect, test } from 'vitest';
import { Recorder } from '../../../protocol/record/recorder.ts';
import { Replayer } from '../../../protocol/record/replayer.ts';
import { RecordError } from '../../../protocol/record/values.ts';
import { Endpoint } from '../../../protocol/endpoint/endpoint.ts';
import { RecordedHost } from '../../../sim/host/recorded-host.ts';
import { Kernel } from '../../../sim/kernel/kernel.ts';
import { nodeCrypto } from '../../crypto/node-crypto.ts';
import { cryptoRandom } from '../../crypto/random.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { parseAddress, portOf } from '../../udp/address.ts';
import { createUdpPool, type UdpPool, type UdpPoolOptions } from '../../udp/pool.ts';
import { Relay } from '../conformance/relay.ts';
import { largeDatagramAt } from '../support/large-datagram.ts';

const secret = PresharedSecret.generate();
const open: { close(): Promise<void> }[] = [];

/** The bytes of a record as they come. */
class Tape {
  readonly #parts: Uint8Array[] = [];

  readonly write = (bytes: Uint8Array): void => void this.#parts.push(bytes.slice());

  get bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

async function pool(tape: Tape, options: Partial<UdpPoolOptions> = {}): Promise<UdpPool> {
  const made = await createUdpPool({ secret, bind: '127.0.0.1:0', record: tape.write, ...options });
  open.push(made);
  return made;
}

async function replayed(record: Uint8Array): Promise<Replayer> {
  const replayer = new Replayer(record, nodeCrypto);
  await new RecordedHost(new Kernel(), replayer).run();
  return replayer;
}

/** Calls, streams, deadlines and failures, with each 15th datagram lost. */
async function run(server: UdpPool, client: UdpPool): Promise<Relay> {
  server.pool.serve({
    unary: ({ body, headers }) => {
      if (headers['fail'] !== undefined) throw new Error('as asked');
      return { body, headers };
    },
    async *stream(call) {
      for await (const message of call) yield message;
    },
  });
  const relay = await Relay.to(portOf(parseAddress(server.address)));
  open.push(relay);
  relay.lossEvery = 15;
  const peer = await client.connect(relay.address);
  const body = new Uint8Array(200_000).map((_, i) => (i * 7) ^ (i >> 8));
  const deadlineNs = performance.now() * 1e6 + 60e9;
  const answers = await Promise.allSettled([
    client.pool.unaryRpc(peer, body, { headers: { a: 'ü' }, priority: 1, deadlineNs }),
    client.pool.unaryRpc(peer, body.subarray(0, 100)),
    client.pool.unaryRpc(peer, body, { headers: { fail: 'yes' } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  const { body: echoed } = (answers[0] as PromiseFulfilledResult<{ body: Uint8Array }>).value;
  expect(Buffer.compare(echoed, body)).toBe(0);
  let bytes = 0;
  const stream = client.pool.bidirectional(peer);
  await stream.write(body);
  await stream.write(body.subarray(0, 5000));
  stream.end();
  for await (const message of stream) bytes += message.length;
  expect(bytes).toBe(205_000);
  return relay;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** REQ SIM-1, SIM-5, DST-2 */
describe('the record of a real run', () => {
  test('comes to the same in virtual time, on both sides, with datagrams lost; a change shows where it first tells', async () => {
    const [ofServer, ofClient] = [new Tape(), new Tape()];
    const [server, client] = [await pool(ofServer), await pool(ofClient)];
    const relay = await run(server, client);
    expect(relay.lost).toBeGreaterThan(10);
    await Promise.all(open.splice(0).map((one) => one.close()));
    const counters = [client.stats().endpoint, server.stats().endpoint];
    for (const [i, tape] of [ofClient, ofServer].entries()) {
      const { difference, endReason, endpoint, datagramsIn, events, nextNs } = await replayed(tape.bytes);
      expect([difference, endReason, nextNs]).toEqual([undefined, undefined, undefined]);
      expect(datagramsIn).toBeGreaterThan(300);
      expect(events).toBeGreaterThan(3);
      expect(endpoint.counters).toEqual(counters[i]);
    }
    // A bit of a datagram: what comes of it is no longer the same.
    const { bytes } = ofServer;
    const middle = largeDatagramAt(bytes, bytes.length / 2);
    const changed = Uint8Array.from(bytes);
    changed[middle + 800]! ^= 1;
    const { difference, calls } = await replayed(changed);
    expect(difference?.at).toBeGreaterThan(middle - 100);
    expect(difference?.call).toBe(calls - 1);
    expect(difference?.recorded).not.toEqual(difference?.now);
    // What was cut, as by kill -9, is the same as far as it goes.
    const cut = await replayed(bytes.subarray(0, middle));
    expect(cut.difference).toBeUndefined();
    expect(cut.calls).toBeGreaterThan(100);
    // No record, and a damaged one.
    await expect(replayed(bytes.subarray(1))).rejects.toThrow(RecordError);
    const damaged = Uint8Array.from(bytes);
    damaged[middle - 9 - 5] = 99;
    await expect(replayed(damaged)).rejects.toThrow(/kind 99/);
  });

  test('says where it ends when something is done that cannot be done again', async () => {
    const tape = new Tape();
    const client = await pool(tape);
    const server = await pool(new Tape());
    server.pool.serve(({ body }) => body);
    const peer = await client.connect(server.address);
    await client.pool.unaryRpc(peer, new Uint8Array(3));
    client.pool.buffers.release(await client.pool.buffers.allocate(1000));
    await client.pool.unaryRpc(peer, new Uint8Array(3));
    await Promise.all(open.splice(0).map((one) => one.close()));
    const { difference, endReason } = await replayed(tape.bytes);
    expect([difference, endReason]).toEqual([undefined, 'a buffer was allocated']);
  });

  test('has what was thrown, and differs where it is not', async () => {
    const tape = new Tape();
    const config = { crypto: nodeCrypto, random: cryptoRandom };
    const endpoint = new Recorder(tape.write).endpoint(config);
    expect(() => endpoint.cancel(5, 77, 'aborted')).not.toThrow();
    expect(() => endpoint.sendDatagram(6, 1, undefined as never)).toThrow(/no peer/);
    expect((await replayed(tape.bytes)).difference).toBeUndefined();
    const { sendDatagram } = Endpoint.prototype;
    Endpoint.prototype.sendDatagram = () => true;
    try {
      const { difference } = await replayed(tape.bytes);
      expect(difference).toMatchObject({ call: 1, name: 'sendDatagram', now: [true], nowNs: 6 });
    } finally {
      Endpoint.prototype.sendDatagram = sendDatagram;
    }
  });
});
