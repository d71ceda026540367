import { describe, expect, test } from 'vitest';
import { Coalescer } from '../../host/coalescer.ts';
import { hostAddress } from '../../net/address.ts';
import { Ecn } from '../../net/ecn.ts';
import { Rig } from '../net/rig.ts';

interface Arrival {
  from?: number;
  nic?: number;
  ecn?: Ecn;
  bytes: number;
}

/** Lengths of the packets of each run, when these arrived in this order. */
function runs(bytesMax: number, arrivals: readonly Arrival[]): number[][] {
  const { packets } = new Rig().network;
  const coalescer = new Coalescer(bytesMax);
  arrivals.forEach(({ from = 1, nic = 0, ecn = Ecn.ECT_0, bytes }, index) => {
    const packet = packets.take();
    packet.fill(new Uint8Array(bytes).fill(index));
    packet.source = hostAddress(from);
    packet.destination = hostAddress(0, nic);
    packet.ecn = ecn;
    coalescer.add(packet);
  });
  expect(coalescer.packets).toBe(arrivals.length);
  const taken = coalescer.take();
  expect(coalescer.packets).toBe(0);
  for (const run of taken) {
    const whole = run.packets.flatMap((packet) => [...packet.datagram()]);
    expect([...coalescer.datagram(run)]).toEqual(whole);
  }
  return taken.map((run) => run.packets.map(({ lengthBytes }) => lengthBytes));
}

const of = (...lengths: number[]): Arrival[] => lengths.map((bytes) => ({ bytes }));

describe('coalescing of what one source sent, as Linux does it', () => {
  test('segments are of one length, but for the last', () => {
    expect(runs(65_536, of(1000, 1000, 400, 1000, 1000))).toEqual([
      [1000, 1000, 400],
      [1000, 1000],
    ]);
    expect(runs(65_536, of(400, 1000, 1000))).toEqual([[400], [1000, 1000]]);
  });

  test('a run has no more bytes, and no more segments, than it may', () => {
    expect(runs(2500, of(1000, 1000, 1000))).toEqual([[1000, 1000], [1000]]);
    expect(runs(65_536, of(...Array<number>(65).fill(100))).map(({ length }) => length)).toEqual([64, 1]);
  });

  test('a longer packet than a run may be is received by itself', () => {
    expect(runs(1024, of(1400, 1400))).toEqual([[1400], [1400]]);
  });

  test('other sources in between do not end a run; another NIC and another mark do', () => {
    const bytes = 500;
    expect(runs(65_536, [{ bytes }, { from: 2, bytes: 600 }, { bytes }])).toEqual([[500, 500], [600]]);
    expect(runs(65_536, [{ bytes }, { nic: 1, bytes }])).toEqual([[500], [500]]);
    expect(runs(65_536, [{ bytes }, { ecn: Ecn.CE, bytes }])).toEqual([[500], [500]]);
  });
});
