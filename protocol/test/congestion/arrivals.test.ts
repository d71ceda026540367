/** What a receiver says of data that came. REQ CC-1, CC-5 · MUST BBR-1 */
import { expect, test } from 'vitest';
import { Arrivals } from '../../congestion/arrivals.ts';
import { Delivery } from '../../wire/index.ts';

const RTT_NS = 10_000;
const PACKET = 1000;

class Arriving {
  readonly it = new Arrivals();
  readonly frame = new Delivery();
  now = 0;

  /** `count` packets at 8 Gbit/s. */
  packets(count: number, again: boolean, known = false): this {
    for (let i = 0; i < count; i += 1) {
      this.now += PACKET;
      this.it.onData(this.now, RTT_NS, known ? 0 : PACKET, known ? PACKET : 0, again);
    }
    return this;
  }

  get tells(): boolean {
    return this.it.fill(this.frame);
  }
}

test('nothing is said while nothing is lost, a tenth is, or what was repeated turns out to be late', () => {
  const fine = new Arriving().packets(1000, false);
  expect(fine.tells).toBe(false);
  for (let i = 0; i < 100; i += 1) fine.packets(9, false).packets(1, true);
  expect(fine.tells).toBe(false);
  const late = new Arriving();
  for (let i = 0; i < 100; i += 1) late.packets(10, true).packets(10, false, true);
  expect(late.tells).toBe(false);
});

test('after heavy loss it is said what came, again and late, and how fast, until 4 MiB more have come', () => {
  const lossy = new Arriving().packets(100, false).packets(27, true);
  expect(lossy.tells).toBe(false);
  lossy.packets(1, true);
  lossy.it.onMarked(77);
  expect(lossy.tells).toBe(true);
  const { arrivedBytes, againBytes, belatedBytes, markedBytes, peakMbps } = lossy.frame;
  expect([arrivedBytes, againBytes, belatedBytes, markedBytes, peakMbps]).toEqual([
    128_000, 28_000, 0, 77, 8000,
  ]);
  lossy.it.onTold();
  lossy.now += 100 * RTT_NS;
  expect(lossy.packets(15, false).tells).toBe(true);
  expect(lossy.frame.peakMbps).toBe(8000);
  lossy.it.onTold();
  lossy.now += 100 * RTT_NS;
  expect(lossy.packets(1, false).tells).toBe(true);
  expect(lossy.frame.peakMbps).toBeLessThan(100);
  lossy.packets(2, false, true);
  expect(lossy.tells && lossy.frame.belatedBytes).toBe(2000);
  expect(lossy.packets(4195, false).tells).toBe(false);
});
