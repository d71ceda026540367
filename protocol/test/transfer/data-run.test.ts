import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../transports/crypto/node-crypto.ts';
import type { Net } from '../support/net.ts';
import type { Node } from '../support/node.ts';
import { expectClean, expectEchoed, makePair, pattern } from '../support/pair.ts';

const IS_DATA = 0x60;
const [FORGED, LENGTHENED, POISONED, DUPLICATED, LOST] = [3, 9, 17, 52, 66];

/** What becomes of the data packet number `index`. */
function changed(index: number, bytes: Uint8Array): Uint8Array[] {
  const copy = bytes.slice();
  if (index === FORGED) copy[12] = (copy[12] as number) ^ 1;
  // It says that it is longer than its datagram: what comes behind it is another one.
  if (index === LENGTHENED) copy[1] = (copy[1] as number) + 1;
  if (index === POISONED) copy[500] = (copy[500] as number) ^ 1;
  if (index === LOST) return [];
  return index === DUPLICATED ? [copy, copy] : [copy];
}

/** Datagrams to `node` that are sent at the same time arrive in pieces that `deliver` takes, as GRO joins them: all of a length but for the last. */
function joinTo(
  net: Net,
  node: Node,
  deliver: (from: number, bytes: Uint8Array, segmentBytes: number) => void,
) {
  let group: Uint8Array[] = [];
  let packets = 0;
  const flush = (from: number): void => {
    const all = group;
    group = [];
    while (all.length > 0) {
      const length = all[0]!.length;
      let count = all.findIndex((bytes) => bytes.length !== length);
      if (count < 0) count = all.length;
      else if (all[count]!.length < length) count += 1;
      deliver(from, Buffer.concat(all.splice(0, count)), length);
    }
  };
  net.hook = ({ to, from, bytes }) => {
    if (to !== node.address) return undefined;
    const isData = (bytes[0]! & 0xe0) === IS_DATA;
    if (group.length === 0) net.at(net.now + net.latencyNs, () => flush(from as number));
    group.push(...(isData ? changed((packets += 1), bytes) : [bytes.slice()]));
    return [];
  };
}

function echo(isJoined: boolean): Record<string, number> {
  let heard = 0;
  const pair = makePair({
    options: { burstSegments: 44 },
    server: { onHeard: () => (heard += 1) },
    crypto: nodeCrypto,
  });
  const { net, client, server, toServer } = pair;
  joinTo(net, server, (from, bytes, segmentBytes) => {
    const { endpoint } = server;
    if (isJoined) {
      endpoint.handleDatagram(net.now, from, bytes, undefined, 0, true, segmentBytes);
    } else {
      for (let at = 0; at < bytes.length; at += segmentBytes)
        endpoint.handleDatagram(net.now, from, bytes.subarray(at, at + segmentBytes), undefined, 0, true);
    }
    net.drain(server);
  });
  const body = pattern(200_000);
  const id = client.call(toServer, body);
  expect(net.run(10_000_000_000)).toBe('idle');
  expectEchoed(pair, id, body);
  expectClean(client, server);
  return { ...server.endpoint.counters, heard };
}

describe('datagrams that came together', () => {
  test('are counted and end as they do one by one: one forged, cut off, poisoned, twice, lost, and control among them. REQ UDP-3', () => {
    const apart = echo(false);
    expect(echo(true)).toEqual(apart);
    expect(apart['recordsPoisoned']).toBe(1);
    expect(apart['refusedForged']).toBe(1);
    expect(apart['refusedMalformed']).toBe(1);
    expect(apart['payloadBytesDuplicate']).toBeGreaterThan(1000);
    expect(apart['datagramsIn']).toBeGreaterThan(180);
  });
});
