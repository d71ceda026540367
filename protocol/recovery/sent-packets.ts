import type { Nanos } from '../core/units.ts';
import type { Stream } from '../stream/stream.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import type { ResetNotice } from '../transfer/reset.ts';
import type { Ack } from '../wire/index.ts';

/** A later packet was acknowledged and this many sent after it: lost. RFC 9002 section 6.1.1 */
const PACKET_THRESHOLD = 3;

/** Packets remembered at most: a peer that never acknowledges must not make us remember all. */
const TRACKED_MAX = 4096;

/** One control packet whose receipt matters, because it carries what only its sender can repeat. */
export interface SentPacket {
  packetNumber: number;
  sentAt: Nanos;
  /** Transfers announced in it, in the generation they had then. */
  notifies: OutboundTransfer[];
  resets: ResetNotice[];
  /** Streams with a STREAM_CREDIT in it. */
  credits: readonly Stream[];
  /** Its acknowledgement tells the round-trip time. */
  timed: boolean;
  settled: boolean;
}

export interface AckOutcome {
  /** Send time of the largest newly acknowledged packet; -1 if it was not tracked. */
  largestSentAt: Nanos;
  acked: SentPacket[];
  lost: SentPacket[];
}

/**
 * Ack-eliciting control packets in flight, ascending by packet number. The work of an acknowledgement is proportional to
 * the entries it settles (found by binary search), never to the span of packet numbers it names. MUST ACK-3
 */
export class SentPackets {
  private entries: (SentPacket | undefined)[] = [];
  /** Entries before this index are settled. */
  private head = 0;
  private largestAcked = -1;

  get inFlight(): number {
    let count = 0;
    for (let i = this.head; i < this.entries.length; i += 1) if (!this.entries[i]?.settled) count += 1;
    return count;
  }

  add(packet: SentPacket): void {
    if (this.entries.length - this.head >= TRACKED_MAX) {
      const oldest = this.entries[this.head];
      if (oldest !== undefined) oldest.settled = true;
      this.compact();
    }
    this.entries.push(packet);
  }

  /** Hands over the FLOW_RESETs of all packets in flight: nothing but an acknowledgement tells their fate, and none came. */
  takeResets(visit: (notice: ResetNotice) => void): void {
    for (let i = this.head; i < this.entries.length; i += 1) {
      const entry = this.entries[i] as SentPacket;
      if (entry.settled) continue;
      entry.resets.forEach(visit);
      entry.resets = [];
    }
  }

  clear(): void {
    this.entries = [];
    this.head = 0;
    this.largestAcked = -1;
  }

  /**
   * Settles what `ack` names; `out` is filled anew. `nextPacketNumber` bounds what a peer may claim to have seen.
   * False: it claims too much. MUST ACK-4
   */
  onAck(now: Nanos, ack: Ack, lossDelayNs: Nanos, nextPacketNumber: number, out: AckOutcome): boolean {
    out.largestSentAt = -1;
    out.acked.length = 0;
    out.lost.length = 0;
    if (ack.largest >= nextPacketNumber || ack.firstRange > ack.largest) return false;
    let high = ack.largest;
    let low = high - ack.firstRange;
    this.settleRange(low, high, ack.largest, out);
    for (let i = 0; i < ack.rangesCount; i += 1) {
      high = low - (ack.ranges[i * 2] as number) - 1;
      low = high - (ack.ranges[i * 2 + 1] as number);
      if (low < 0 || (ack.ranges[i * 2] as number) < 1) return false;
      this.settleRange(low, high, ack.largest, out);
    }
    if (ack.largest > this.largestAcked) this.largestAcked = ack.largest;
    this.detectLost(now, lossDelayNs, out);
    this.compact();
    return true;
  }

  private settleRange(low: number, high: number, largest: number, out: AckOutcome): void {
    for (let i = this.indexOf(low); i < this.entries.length; i += 1) {
      const entry = this.entries[i] as SentPacket;
      if (entry.packetNumber > high) break;
      if (entry.settled) continue;
      entry.settled = true;
      out.acked.push(entry);
      if (entry.packetNumber === largest && entry.timed) out.largestSentAt = entry.sentAt;
    }
  }

  /** MUST LOSS-3 */
  private detectLost(now: Nanos, lossDelayNs: Nanos, out: AckOutcome): void {
    for (let i = this.head; i < this.entries.length; i += 1) {
      const entry = this.entries[i] as SentPacket;
      if (entry.packetNumber > this.largestAcked) break;
      if (entry.settled) continue;
      const overtaken = entry.packetNumber <= this.largestAcked - PACKET_THRESHOLD;
      if (!overtaken && entry.sentAt > now - lossDelayNs) continue;
      entry.settled = true;
      out.lost.push(entry);
    }
  }

  /** Lets go of what is in flight without resets: called when no transfer is left that its loss could matter to. */
  forgetNotifies(): void {
    for (let i = this.head; i < this.entries.length; i += 1) {
      const entry = this.entries[i] as SentPacket;
      entry.notifies = [];
      if (entry.resets.length === 0) entry.settled = true;
    }
    this.compact();
  }

  private compact(): void {
    // What is settled is let go at once: an entry holds transfers, and they hold their messages.
    for (; this.head < this.entries.length && this.entries[this.head]?.settled; this.head += 1) {
      this.entries[this.head] = undefined;
    }
    if (this.head > 64 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
  }

  private indexOf(packetNumber: number): number {
    let low = this.head;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as SentPacket).packetNumber < packetNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
