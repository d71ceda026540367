import { Bbr } from '../../congestion/bbr.ts';
import type { PaceEvent } from '../../congestion/states.ts';

export const RTT_NS = 5000;
export const NIC_BPS = 100e9;
const PACKET = 1453;

/** A sender that has much to send, a path that carries so much and drops the rest, and the receiver's reports. What is lost comes again in the next round. */
export class ModelPath {
  readonly bbr: Bbr = new Bbr();
  readonly changes: (PaceEvent | 'none')[] = [];
  now = 0;
  private arrivedBytes = 0;
  private againBytes = 0;
  private belatedBytes = 0;
  private markedBytes = 0;
  private lostBytes = 0;
  /** What it carries, and the part that is lost whatever is sent. */
  rateBps: number;
  lossShare = 0;
  /** What was taken for lost was late. */
  isLate = false;
  isMarking = false;

  constructor(rateBps: number) {
    this.rateBps = rateBps;
  }

  get rateNow(): number {
    return Math.min(this.bbr.rateBps, NIC_BPS);
  }

  /** One round; `share`: so much of what may be sent is there to send. */
  round(ns: number = 20 * RTT_NS, share = 1): PaceEvent | undefined {
    const sentBps = this.rateNow * share;
    const cameBps = Math.min(sentBps, this.rateBps) * (1 - this.lossShare);
    const bytes = (bps: number): number => Math.floor((bps * ns) / 8e9 / PACKET) * PACKET;
    const [sent, came] = [bytes(sentBps), bytes(cameBps)];
    this.now += ns;
    this.bbr.onSent(sent);
    const again = Math.min(this.lostBytes, came);
    this.arrivedBytes += came;
    this.againBytes += again;
    if (this.isLate) this.belatedBytes += again;
    if (this.isMarking) this.markedBytes += came;
    this.lostBytes = this.lostBytes - again + sent - came;
    const { arrivedBytes, againBytes, belatedBytes, markedBytes } = this;
    const report = {
      arrivedBytes,
      againBytes,
      belatedBytes,
      markedBytes,
      peakMbps: Math.ceil(cameBps / 1e6),
    };
    const cause = this.bbr.onReport(this.now, report, NIC_BPS, RTT_NS);
    if (cause !== undefined) this.changes.push(cause);
    return cause;
  }

  rounds(count: number): this {
    for (let i = 0; i < count; i += 1) this.round();
    return this;
  }
}
