import { describe, expect, test } from 'vitest';
import type { RangeAckRecord, RegionRecord, TransferNotifyRecord } from '../../wire/index.ts';
import { RECORD_SEALED_BYTES, sealedSize } from '../../records/layout.ts';
import { readFrames } from '../support/frames.ts';
import { Net } from '../support/net.ts';
import { expectClean, expectEchoed, makePair, pattern, resultOf, sameBytes } from '../support/pair.ts';
import type { Pair } from '../support/pair.ts';
import { ReadNic } from '../support/read-nic.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';

const BYTES = 300_000;
const RECORDS = 5;

interface Reading extends Pair {
  own: ReadNic;
  far: ReadNic;
}

/** A client and a server, each with a NIC that reads. */
function reading(): Reading {
  const own = new ReadNic();
  const far = new ReadNic();
  return { ...makePair({ client: { memory: own }, server: { memory: far } }), own, far };
}

function echoed(pair: Pair): void {
  const body = pattern(BYTES);
  const id = pair.client.call(pair.toServer, body);
  expect(pair.net.run(pair.net.now + 10e9)).toBe('idle');
  expectEchoed(pair, id, body);
  expectClean(pair.client, pair.server);
}

/** REQ EFA-4, EFA-5, BUF-5, TRN-1 · MUST READ-1, READ-2 */
describe('a message between NICs that read', () => {
  test('is read record by record, and not a byte of it is sent', () => {
    const pair = reading();
    echoed(pair);
    const { counters } = pair.server.endpoint;
    expect([counters.dataOut, counters.pullsOut, counters.readBytes]).toEqual([0, 0, sealedSize(BYTES)]);
    expect([counters.regionsOut, counters.readsBegun, counters.readsFailed]).toEqual([1, RECORDS, 0]);
    expect(pair.far.asked.map(([, offset]) => offset)).toEqual([0, 1, 2, 3, 4].map((i) => i * 65_536));
    for (const [, , length] of pair.far.asked) expect(length).toBeLessThanOrEqual(RECORD_SEALED_BYTES);
  });

  test('can be read no more when it is over', () => {
    const pair = reading();
    const seen: number[] = [];
    pair.server.handler = (node, request) => {
      seen.push(pair.own.regions.size);
      node.reply(request.exchange, request.body);
    };
    echoed(pair);
    expect(seen, 'while it was not acknowledged').toEqual([1]);
    expect([pair.own.regions.size, pair.far.regions.size]).toEqual([0, 0]);
  });

  test('is pulled by a receiver that cannot read', () => {
    const own = new ReadNic();
    const pair = makePair({ client: { memory: own } });
    echoed(pair);
    expect(pair.client.endpoint.counters.dataOut).toBeGreaterThan(200);
    expect(own.regions.size).toBe(0);
  });

  test('is sent if its sender has no memory for it that can be read', () => {
    const pair = reading();
    pair.own.bytesMin = BYTES * 2;
    echoed(pair);
    const { client, server } = pair;
    expect(client.endpoint.counters.dataOut).toBeGreaterThan(200);
    expect([client.endpoint.counters.readsBegun, server.endpoint.counters.readsBegun]).toEqual([RECORDS, 0]);
  });

  test('is announced with where it is each time', () => {
    const net = new Net({ peerTimeoutNs: 10e9 });
    const node = net.addNode({ memory: new ReadNic() });
    const hand = new HandPeer(net, node, 'server');
    node.call(hand.id, pattern(BYTES));
    net.run(net.now + 1e6);
    const frames = hand.received();
    const notices = frames.filter(({ name }) => name === 'TransferNotify');
    expect(notices.length).toBeGreaterThan(1);
    for (const [at, { name, record }] of frames.entries()) {
      if (name !== 'TransferNotify') continue;
      expect(frames[at + 1]?.name).toBe('Region');
      const { transferSlot, transferGeneration } = record as TransferNotifyRecord;
      expect(frames[at + 1]?.record as RegionRecord).toMatchObject({ transferSlot, transferGeneration });
    }
  });

  test('is read once also if what was read first comes last', () => {
    const pair = reading();
    pair.far.delayNs = (read) => 1_000_000 * (RECORDS - read);
    echoed(pair);
    const { readsBegun, pullsOut, repulledBytes } = pair.server.endpoint.counters;
    expect([readsBegun, pullsOut, repulledBytes]).toEqual([RECORDS, 0, 0]);
  });

  /** MUST RACK-4 */
  test('is acknowledged every four records while it is read', () => {
    const pair = reading();
    const frames: unknown[] = [];
    pair.net.hook = ({ bytes, to }) => {
      for (const { name, record } of readFrames(pair.net.crypto, bytes))
        if (name === 'RangeAck' && to === pair.client.address) frames.push((record as RangeAckRecord).ranges);
      return undefined;
    };
    pair.server.handler = (node, request) => node.reply(request.exchange, pattern(1));
    const id = pair.client.call(pair.toServer, pattern(12 * 65_520));
    pair.net.run(10e9);
    expect(resultOf(pair.client, id).reason).toBeUndefined();
    const told = frames.filter((ranges) => (ranges as unknown[]).length > 0);
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(3);
  });

  test('is one of several: each has a region of its own', () => {
    const pair = reading();
    const body = pattern(BYTES);
    const ids = [0, 1, 2].map(() => pair.client.call(pair.toServer, body));
    expect(pair.net.run(10e9)).toBe('idle');
    for (const id of ids) expect(sameBytes(resultOf(pair.client, id).body, body)).toBe(true);
    expect(new Set(pair.far.asked.map(([key]) => key)).size).toBe(3);
    expectClean(pair.client, pair.server);
  });
});

/** REQ EFA-6, EFA-7 · MUST READ-3 */
describe('a read that does not succeed', () => {
  test('leaves the rest of its message to be pulled', () => {
    const pair = reading();
    pair.far.fate = (read) => (read === 2 ? 'failed' : 'done');
    echoed(pair);
    const { readsBegun, readsFailed, pullsOut } = pair.server.endpoint.counters;
    expect([readsFailed, pullsOut > 0, readsBegun <= RECORDS]).toEqual([1, true, true]);
    expect(pair.client.endpoint.counters.dataBytesOut).toBeGreaterThanOrEqual(RECORD_SEALED_BYTES);
  });

  test('and does so also if all of them fail', () => {
    const pair = reading();
    pair.far.fate = pair.own.fate = () => 'failed';
    echoed(pair);
  });

  test('or if it never ends', () => {
    const pair = reading();
    pair.far.fate = () => 'hang';
    const body = pattern(BYTES);
    const id = pair.client.call(pair.toServer, body);
    pair.net.run(10e9);
    expectEchoed(pair, id, body);
    expect(pair.server.endpoint.state.reads).toBeGreaterThan(0);
    pair.far.release();
    expectClean(pair.client, pair.server);
  });

  test('is repeated when what it brought is not what was sealed', () => {
    const pair = reading();
    pair.far.fate = (read) => (read === 1 ? 'corrupt' : 'done');
    echoed(pair);
    expect(pair.server.endpoint.counters).toMatchObject({ recordsPoisoned: 1, readsBegun: RECORDS + 1 });
  });

  test('of a peer that has died ends its message with the peer', () => {
    const pair = reading();
    const { net, client, server } = pair;
    const id = client.call(pair.toServer, pattern(BYTES));
    pair.far.fate = (read) => {
      if (read === 1) client.crash();
      return 'done';
    };
    net.run(1e9);
    expect(client.results.has(id)).toBe(false);
    expect(server.endpoint.counters.readsFailed).toBeGreaterThan(0);
    expect(server.endpoint.counters.peerTimeouts).toBe(1);
    expectClean(server);
  });
});

/** REQ BUF-5 · MUST READ-4 */
test('what is given up while it is read can be read no more, and what comes of it counts for nothing', () => {
  const pair = reading();
  const { net, client, server } = pair;
  const id = client.call(pair.toServer, pattern(BYTES));
  pair.far.fate = (read) => {
    if (read === 1)
      net.at(net.now, () => {
        client.endpoint.cancel(net.now, id, 'aborted');
        net.drain(client);
      });
    return 'done';
  };
  net.run(1e9);
  expect(pair.own.regions.size).toBe(0);
  expect(resultOf(client, id).reason).toBe('aborted');
  expect(server.requests).toEqual([]);
  expectClean(client, server);
});

/** MUST READ-2 */
test('a region is ignored of a transfer that is not known, or of which something was pulled', () => {
  const net = new Net({ peerTimeoutNs: 10e9 });
  const nic = new ReadNic();
  const node = net.addNode({ memory: nic });
  node.endpoint.serve();
  const hand = new HandPeer(net, node, 'client');
  const { transferSlot, transferGeneration } = handTransfer(net, pattern(BYTES)).notify;
  const region = { key: { hi: 0xabcd, lo: 1 }, address: { hi: 6, lo: 0 } };
  hand.send(frame('Region', { transferSlot: 77, transferGeneration: 5, ...region }));
  hand.send(frame('TransferNotify', handTransfer(net, pattern(BYTES)).notify));
  hand.send(frame('Region', { transferSlot, transferGeneration, ...region }));
  net.run(net.now + 1e6);
  expect([node.endpoint.counters.violations, nic.asked]).toEqual([0, []]);
  expect(hand.only('PullRequest').length).toBeGreaterThan(0);
});
