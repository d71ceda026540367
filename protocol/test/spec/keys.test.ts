import { createDecipheriv, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../transports/crypto/node-crypto.ts';
import { ControlPacket } from '../../wire/index.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { Net } from '../support/net.ts';
import type { Datagram } from '../support/net.ts';
import { readFrames } from '../support/frames.ts';
import { makePair, pathSecret, pattern, resultOf, sameBytes } from '../support/pair.ts';
import type { Pair } from '../support/pair.ts';
import { HandPeer, frame } from './hand-peer.ts';

/** The first 16 bytes of HKDF-Expand, RFC 5869 section 2.3. */
function expand16(secret: Uint8Array, label: string, context: Uint8Array): Uint8Array {
  const hmac = createHmac('sha256', secret).update(label, 'ascii').update(context);
  return hmac.update(Uint8Array.of(1)).digest().subarray(0, 16);
}

function controlPackets(sent: Datagram[], from: number): ReturnType<ControlPacket['toRecord']>[] {
  const packet = new ControlPacket();
  return sent
    .filter((datagram) => datagram.from === from && datagram.bytes[0]! >>> 6 === 0)
    .map(({ bytes }) => {
      packet.parse(bytes, 0, bytes.length);
      return packet.toRecord();
    });
}

function notifies({ net }: Pair): TransferNotifyRecord[] {
  return net.sent
    .flatMap(({ bytes }) => readFrames(net.crypto, bytes))
    .filter(({ name }) => name === 'TransferNotify')
    .map(({ record }) => record as TransferNotifyRecord);
}

/** MUST KEY-1, KEY-3: by node:crypto alone, from the text of the specification. */
test('a control packet opens with the key, nonce and additional data of the specification', () => {
  const pair = makePair({ crypto: nodeCrypto, options: { keyPacketsMax: 1, worker: 200 } });
  const { net, client, toServer } = pair;
  client.call(toServer, pattern(50));
  client.call(toServer, pattern(60));
  net.run(500_000);
  for (const { from, bytes } of net.sent) {
    const view = Buffer.from(bytes);
    expect([view[0], view[27]]).toEqual([0x20, 200]);
    // Role, epoch, worker, phase as u64; one-byte varints of key phase and packet number are at 32 and 33, behind the receiver's tag.
    const context = Buffer.alloc(18);
    context[0] = from === client.address ? 0 : 1;
    view.copy(context, 1, 19, 28);
    context[17] = view[32]!;
    const nonce = Buffer.alloc(12);
    nonce[11] = view[33]!;
    const { secret } = pathSecret();
    const key = expand16(secret, 'dcquic control key', context);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAAD(view.subarray(0, 34));
    decipher.setAuthTag(view.subarray(view.length - 16));
    const plain = decipher.update(view.subarray(34, view.length - 16));
    expect(() => decipher.final(), 'the tag').not.toThrow();
    expect(plain.length).toBeGreaterThan(0);
  }
  expect(net.sent.length).toBeGreaterThan(2);
});

/** MUST KEY-2, KEY-3. */
test('a key seals keyPacketsMax packets, and no packet number comes twice', () => {
  const { net, client, toServer } = makePair({ options: { keyPacketsMax: 3 } });
  for (let i = 0; i < 20; i += 1) client.call(toServer, pattern(900, i));
  net.run(10_000_000);
  const packets = controlPackets(net.sent, 1);
  const perPhase = new Map<number, number>();
  for (const { keyPhase } of packets) perPhase.set(keyPhase, (perPhase.get(keyPhase) ?? 0) + 1);
  expect(perPhase.size).toBeGreaterThan(4);
  expect(Math.max(...perPhase.values())).toBe(3);
  expect(new Set(packets.map(({ packetNumber }) => packetNumber)).size).toBe(packets.length);
});

/** MUST KEY-4. */
test('an endpoint that comes back draws a new epoch and begins its numbers again', () => {
  const { net, client, server, toServer } = makePair();
  client.call(toServer, pattern(10));
  net.run(1_000_000);
  const before = net.sent.length;
  client.restart();
  const peer = { address: server.address, secret: pathSecret(), role: 'client' as const };
  client.call(client.endpoint.addPeer(net.now, peer), pattern(10));
  net.run(2_000_000);
  const [first] = controlPackets(net.sent, 1);
  const [again] = controlPackets(net.sent.slice(before), 1);
  expect(again!.epoch).not.toEqual(first!.epoch);
  expect([again!.packetNumber, again!.keyPhase]).toEqual([0, 0]);
});

/** MUST KEY-5. */
describe('key phases at the receiver', () => {
  function opened(...phases: number[]): boolean[] {
    const net = new Net();
    const hand = new HandPeer(net, net.addNode());
    const probe = frame('Probe', { nonce: { hi: 1, lo: 1 } });
    return phases.map((keyPhase) => {
      hand.deliver(hand.seal(probe, { keyPhase }));
      return hand.only('ProbeResponse').length === 1;
    });
  }

  test('the newest, the one before and all after it open, older ones do not', () => {
    expect(opened(0, 1, 0, 1)).toEqual([true, true, true, true]);
    expect(opened(0, 2, 1, 0)).toEqual([true, true, true, false]);
    expect(opened(0, 3, 2, 1)).toEqual([true, true, true, false]);
    expect(opened(0, 2 ** 40, 1)).toEqual([true, true, false]);
    // The first may have overtaken one of the phase before.
    expect(opened(5, 4, 3, 7, 6)).toEqual([true, true, false, true, true]);
  });

  test('a phase counts only when a packet of it has authenticated', () => {
    const net = new Net();
    const hand = new HandPeer(net, net.addNode());
    const probe = frame('Probe', { nonce: { hi: 1, lo: 1 } });
    hand.deliver(hand.seal(probe));
    const forged = hand.seal(probe, { keyPhase: 2 });
    forged[forged.length - 1]! ^= 1;
    hand.deliver(forged);
    hand.received();
    hand.deliver(hand.seal(probe));
    expect(hand.only('ProbeResponse').length).toBe(1);
  });
});

/** MUST KEY-6. */
test('each buffer has an id and a key of its own', () => {
  const pair = makePair();
  const { net, client, toServer } = pair;
  const ids = [1, 2, 3].map((i) => client.call(toServer, pattern(5000, i)));
  net.run(10_000_000);
  ids.forEach((id, i) => expect(sameBytes(resultOf(client, id).body, pattern(5000, i + 1))).toBe(true));
  const found = notifies(pair).filter(({ flags }) => !flags.inline && !flags.response);
  expect(found.length).toBe(3);
  expect(
    new Set(found.map(({ bufferSlot, bufferGeneration }) => `${bufferSlot}/${bufferGeneration}`)).size,
  ).toBe(3);
  expect(new Set(found.map(({ dataKey }) => Buffer.from(dataKey!).toString('hex'))).size).toBe(3);
});
