import type { Bytes } from '../core/units.ts';

/** Packets that repeat a limit: it is not acknowledged, and an old one does no more than bytes that are dropped, or a round trip that is waited. */
const TELLINGS = 3;
/** Both limits differ by less than so many bytes: that is not told. */
const NEWS_BYTES = 4096;

/** What two peers have said to each other about early data. MUST EARLY-1, EARLY-5 */
export class EarlyTerms {
  /** Most that may be sent to the peer before it pulls, over all messages of which it has said nothing yet. */
  allowedBytes: Bytes;
  /** Sent so. */
  private unansweredBytes: Bytes = 0;
  private readonly initialBytes: Bytes;
  /** Of the EARLY_LIMIT that said so. */
  private heardSequence = -1;
  /** What the peer was told, in which EARLY_LIMIT, and in how many packets more that goes. */
  private toldBytes: Bytes;
  private tellSequence = 0;
  private tellings = 0;

  constructor(initialBytes: Bytes) {
    this.initialBytes = initialBytes;
    this.allowedBytes = initialBytes;
    this.toldBytes = initialBytes;
  }

  /** The peer has restarted: it knows of nothing that was said. */
  forget(): void {
    this.allowedBytes = this.initialBytes;
    this.heardSequence = -1;
    this.toldBytes = this.initialBytes;
    this.tellSequence = 0;
    this.tellings = 0;
  }

  /** What may be sent early now. */
  get roomBytes(): Bytes {
    return Math.max(this.allowedBytes - this.unansweredBytes, 0);
  }

  onSent(bytes: Bytes): void {
    this.unansweredBytes += bytes;
  }

  /** The peer pulls the message, or it is over. */
  onAnswered(bytes: Bytes): void {
    this.unansweredBytes -= bytes;
  }

  /** An EARLY_LIMIT came. An older one than another says nothing. */
  onLimit(sequence: number, bytes: Bytes): void {
    if (sequence <= this.heardSequence) return;
    this.heardSequence = sequence;
    this.allowedBytes = bytes;
  }

  /** The number of the EARLY_LIMIT that the next packet is to have, if `limitBytes` is news to the peer; -1 if it has heard. */
  toTell(limitBytes: Bytes): number {
    const { toldBytes } = this;
    const isNews = (limitBytes === 0) !== (toldBytes === 0) || Math.abs(limitBytes - toldBytes) >= NEWS_BYTES;
    if (isNews) {
      this.toldBytes = limitBytes;
      this.tellSequence += 1;
      this.tellings = TELLINGS;
    }
    return this.tellings > 0 ? this.tellSequence : -1;
  }

  /** What the EARLY_LIMIT says. */
  get telling(): Bytes {
    return this.toldBytes;
  }

  onTold(): void {
    this.tellings -= 1;
  }
}
