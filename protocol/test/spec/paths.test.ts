import { describe, expect, test } from 'vitest';
import { PathBook } from '../../transfer/path-book.ts';
import type { OutboundTransfer } from '../../transfer/outbound.ts';

const RTT_NS = 10_000;
const RUN_BYTES = 4000;

/** Only what a book looks at. */
function transferOf(slot: number): OutboundTransfer {
  return { slot, peer: { rtt: { smoothedNs: RTT_NS } } } as unknown as OutboundTransfer;
}

/** Sends runs of one transfer over the paths of a book; `isLost` says which are pulled again, a round trip later. */
class Sending {
  readonly book: PathBook;
  nowNs = 0;
  private offset = 0;

  constructor(paths: number) {
    this.book = new PathBook(paths);
  }

  /** The paths that were taken. */
  send(runs: number, isLost: (path: number) => boolean = () => false): number[] {
    const taken: number[] = [];
    for (let i = 0; i < runs; i += 1) {
      const path = this.book.next(this.nowNs);
      const [start, end] = [this.offset, this.offset + RUN_BYTES];
      this.book.onSent(7, start, end, path);
      this.offset = end;
      this.nowNs += RTT_NS;
      if (isLost(path)) this.book.onPulledAgain(this.nowNs, transferOf(7), start, end);
      taken.push(path);
    }
    return taken;
  }
}

/** REQ NIC-10 · MUST PATH-1, PATH-2 */
describe('paths to a peer', () => {
  test('are taken in turn', () => {
    expect(new Sending(4).send(9)).toEqual([1, 2, 3, 0, 1, 2, 3, 0, 1]);
  });

  test('whose data is pulled again are avoided, the others are not, and it is tried again after 1024 round trips', () => {
    const sending = new Sending(4);
    const slow = (path: number): boolean => path === 2;
    sending.send(12, slow);
    const since = sending.nowNs;
    const later = sending.send(900, slow);
    expect(new Set(later)).toEqual(new Set([0, 1, 3]));
    sending.nowNs = since + 1024 * RTT_NS;
    expect(sending.send(8)).toContain(2);
  });

  test('that all lose alike are all used: the loss is elsewhere', () => {
    const sending = new Sending(4);
    let turn = 0;
    const taken = sending.send(400, () => (turn += 1) % 3 === 0);
    expect(sending.book.avoided(sending.nowNs)).toBe(0);
    for (const path of [0, 1, 2, 3]) expect(taken.filter((one) => one === path).length).toBe(100);
  });

  test('are avoided by half at most', () => {
    const sending = new Sending(8);
    sending.send(400, (path) => path !== 0);
    expect(sending.book.avoided(sending.nowNs)).toBeLessThanOrEqual(4);
  });

  test('are not blamed for what others sent, nor twice for the same, nor for less than 4096 bytes', () => {
    const book = new PathBook(2);
    book.onSent(7, 0, RUN_BYTES, 1);
    book.onPulledAgain(1, transferOf(8), 0, RUN_BYTES);
    book.onPulledAgain(1, transferOf(7), RUN_BYTES, 2 * RUN_BYTES);
    for (let i = 0; i < 3; i += 1) book.onPulledAgain(1, transferOf(7), 0, RUN_BYTES);
    expect(book.avoided(1)).toBe(0);
    book.onSent(7, RUN_BYTES, RUN_BYTES + 96, 1);
    book.onPulledAgain(1, transferOf(7), RUN_BYTES, RUN_BYTES + 96);
    expect(book.avoided(1)).toBe(1);
  });
});
