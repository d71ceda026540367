import { describe, expect, test } from 'vitest';
import { giveFlips } from '../../net/bit-flips.ts';
import { NetworkConfigError } from '../../net/config-error.ts';
import type { PacketFaultSpec } from '../../net/faults/fault-spec.ts';
import { Rig, numberOf, numbered } from './rig.ts';

type LossHits = { kind: 'loss'; atNs: number } & ({ packets: number[] } | { rate: typeof NEVER_HITS });

const NEVER_HITS = { numerator: 0, denominator: 1 };

/** Eight numbered datagrams from host 0 to host 1 and back, one each microsecond in turn. */
function sendBothWays(rig: Rig): void {
  for (let n = 0; n < 8; n++) rig.sendAt(n * 1000, { from: n % 2, to: 1 - (n % 2), data: numbered(n, 100) });
}

describe('listed packets: REQ DST-3, DST-5', () => {
  test('are counted from 1, over all lines of the fault, while it lasts', async () => {
    const rig = new Rig();
    const { up, down } = rig.network.link(0);
    // The first packet that it sees is number 2, which leaves host 0 at 2 us; number 3 gets there from host 1 in the meantime.
    rig.faults.add({ kind: 'loss', packets: [1, 4], atNs: 1500, on: [up, down] });
    sendBothWays(rig);
    await rig.run();
    const lost = [0, 1, 2, 3, 4, 5, 6, 7].filter(
      (n) => !rig.received.some(({ bytes }) => numberOf(bytes) === n),
    );
    expect(lost).toHaveLength(2);
    expect(lost.some((n) => n % 2 === 0) && lost.some((n) => n % 2 === 1)).toBe(true);
  });

  test('are held back by their own delays, and have their own bits flipped', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'reorder', packets: [1, 3], delaysNs: [2500, 1], atNs: 0, on });
    rig.faults.add({ kind: 'corrupt', packets: [2], bits: [[8 * 50 + 1, 8 * 150 + 2]], atNs: 0, on });
    for (let n = 0; n < 4; n++) rig.sendAt(n * 1000, { from: 0, to: 1, data: numbered(n, 100) });
    await rig.run();
    expect(rig.received.map(({ id }) => id)).toEqual([1, 2, 0, 3]);
    // Bit 1 of byte 50, and bit 2 of byte 150, which is byte 50 again in a datagram of 100.
    const expected = numbered(1, 100);
    expected[50] = (expected[50] as number) ^ 0b110;
    expect(rig.received[0]?.bytes).toEqual(expected);
  });

  test('bits that fall together after the modulo are flipped once, and an empty datagram has none', () => {
    const flips: number[] = [];
    giveFlips([3, 803], 100, flips);
    giveFlips([3], 0, flips);
    expect(flips).toEqual([3]);
  });

  test('leave the draws of other faults as they were', async () => {
    const second = { kind: 'loss', rate: { numerator: 1, denominator: 3 }, atNs: 0 } as const;
    const lostBy = async (first: LossHits): Promise<number[]> => {
      const rig = new Rig();
      const on = [rig.network.link(0).up];
      rig.faults.add({ ...first, on });
      rig.faults.add({ ...second, on });
      for (let n = 0; n < 200; n++) rig.sendAt(n * 1000, { from: 0, to: 1, data: numbered(n, 100) });
      await rig.run();
      return rig.received.map(({ id }) => id);
    };
    expect(await lostBy({ kind: 'loss', atNs: 0, packets: [1000] })).toEqual(
      await lostBy({ kind: 'loss', atNs: 0, rate: NEVER_HITS }),
    );
  });

  test.each<[string, object]>([
    ['fault.packets', { kind: 'loss', packets: [0] }],
    ['fault.packets', { kind: 'loss', packets: [2, 2] }],
    ['fault.delays', { kind: 'reorder', packets: [1, 2], delaysNs: [5] }],
    ['fault.delays', { kind: 'reorder', packets: [1], delaysNs: [0] }],
    ['fault.bits', { kind: 'corrupt', packets: [1], bits: [] }],
    ['fault.bits', { kind: 'corrupt', packets: [1], bits: [[-1]] }],
  ])('%s is refused in %j', (field, spec) => {
    const rig = new Rig();
    const whole: object = { ...spec, atNs: 0, on: [rig.network.link(0).up] };
    const add = (): number => rig.faults.add(whole as PacketFaultSpec);
    expect(add).toThrow(NetworkConfigError);
    expect(add).toThrow(field);
  });
});
