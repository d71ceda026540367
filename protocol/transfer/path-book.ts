import type { Bytes, Nanos } from '../core/units.ts';
import type { OutboundTransfer } from './outbound.ts';

/** Runs of data remembered with their path, of one peer. A power of two. */
const RUNS_MAX = 512;
/** Less that was pulled again on one path says nothing. */
const LOST_BYTES_MIN = 4096;
/** A path is avoided when its share of data pulled again is so many times that of the others, and at least so large. */
const WORSE_TIMES = 2;
const WORSE_SHARE_MIN = 1 / 8;
/** When a path has carried so much, what was counted so far counts half. */
const HALVED_BYTES = 262_144;
/** Round trips until a path that was avoided is tried again. */
const AVOIDED_RTTS = 1024;

/**
 * Over which UDP flows data goes to one peer. Switches that hash flows take different flows over different links; what went over a slow or lossy one is
 * overtaken, and its receiver pulls it again. Paths of which much more is pulled again than of the others are avoided for a while, at most half of
 * them. Where all paths lose alike, as behind a full receiver, none is. REQ NIC-10 · MUST PATH-1, PATH-2
 */
export class PathBook {
  private readonly count: number;
  private turn = 0;
  private readonly sentBytes: Bytes[];
  private readonly lostBytes: Bytes[];
  private readonly avoidedUntil: Nanos[];
  /** Of each remembered run: slot of its transfer, where it begins and ends, its path. */
  private readonly slots: number[] = [];
  private readonly starts: Bytes[] = [];
  private readonly ends: Bytes[] = [];
  private readonly pathOf: number[] = [];
  private runs = 0;

  constructor(count: number) {
    this.count = count;
    this.sentBytes = new Array<Bytes>(count).fill(0);
    this.lostBytes = new Array<Bytes>(count).fill(0);
    this.avoidedUntil = new Array<Nanos>(count).fill(0);
  }

  /** The path of the next run: each in turn, but those that are avoided. */
  next(now: Nanos): number {
    for (let tries = 0; tries < this.count; tries += 1) {
      this.turn = this.turn + 1 === this.count ? 0 : this.turn + 1;
      if ((this.avoidedUntil[this.turn] as Nanos) <= now) break;
    }
    return this.turn;
  }

  onSent(slot: number, start: Bytes, end: Bytes, path: number): void {
    const at = this.runs % RUNS_MAX;
    this.runs += 1;
    this.slots[at] = slot;
    this.starts[at] = start;
    this.ends[at] = end;
    this.pathOf[at] = path;
    (this.sentBytes[path] as number) += end - start;
    if ((this.sentBytes[path] as number) > HALVED_BYTES) this.forgetHalf();
  }

  /** What was sent of `start` to `end` did not come, or came too late. */
  onPulledAgain(now: Nanos, { slot, peer }: OutboundTransfer, start: Bytes, end: Bytes): void {
    for (let run = this.runs - 1; run >= 0 && run > this.runs - RUNS_MAX; run -= 1) {
      const at = run % RUNS_MAX;
      if (this.slots[at] !== slot) continue;
      const bytes = Math.min(end, this.ends[at] as Bytes) - Math.max(start, this.starts[at] as Bytes);
      if (bytes <= 0) continue;
      const path = this.pathOf[at] as number;
      (this.lostBytes[path] as number) += bytes;
      // It is blamed once.
      this.slots[at] = -1;
      this.judge(now, path, AVOIDED_RTTS * peer.rtt.smoothedNs);
    }
  }

  avoided(now: Nanos): number {
    return this.avoidedUntil.reduce((sum, until) => sum + Number(until > now), 0);
  }

  private judge(now: Nanos, path: number, avoidedNs: Nanos): void {
    const [sent, lost] = [this.sentBytes[path] as Bytes, this.lostBytes[path] as Bytes];
    if (lost < LOST_BYTES_MIN || this.avoided(now) + 1 > this.count / 2) return;
    let [otherSent, otherLost] = [0, 0];
    for (let other = 0; other < this.count; other += 1) {
      if (other === path) continue;
      otherSent += this.sentBytes[other] as Bytes;
      otherLost += this.lostBytes[other] as Bytes;
    }
    const share = lost / sent;
    if (share < WORSE_SHARE_MIN || share * otherSent < WORSE_TIMES * otherLost) return;
    this.avoidedUntil[path] = now + avoidedNs;
    // It is judged anew when it is tried again.
    this.sentBytes[path] = 0;
    this.lostBytes[path] = 0;
  }

  private forgetHalf(): void {
    for (let path = 0; path < this.count; path += 1) {
      this.sentBytes[path] = (this.sentBytes[path] as Bytes) / 2;
      this.lostBytes[path] = (this.lostBytes[path] as Bytes) / 2;
    }
  }
}
