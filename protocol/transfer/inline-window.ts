import type { Bytes, Nanos } from '../core/units.ts';

/** At first, at most; and of what a port of the network holds, as many others may send the same at the same moment. */
const FIRST_BYTES = 65_536;
const PORT_SHARE = 16;
const WINDOW_BYTES_MAX = 4_194_304;
/** Of a packet, that the window of one to whom nothing goes inline grows with each announcement that arrives. */
const REVIVAL_SHARE = 16;

/**
 * How much may travel to a peer inside announcements, before there is word of it: nobody pulls it, so what many send at once overruns the network, and nothing but its loss
 * tells. What does not fit is announced and pulled, under the receiver's control. REQ CC-2 · MUST NOTIFY-9
 */
export class InlineWindow {
  private readonly firstBytes: Bytes;
  private readonly packetBytes: Bytes;
  private windowBytes: Bytes;
  /** Above it the window grows slowly. */
  private thresholdBytes: Bytes = WINDOW_BYTES_MAX;
  private usedBytes: Bytes = 0;
  private guardUntil: Nanos = 0;

  constructor(portBufferBytes: Bytes, packetBytes: Bytes) {
    this.packetBytes = packetBytes;
    this.firstBytes = Math.max(packetBytes, Math.min(FIRST_BYTES, Math.floor(portBufferBytes / PORT_SHARE)));
    this.windowBytes = this.firstBytes;
  }

  /** A message of `bytes` may go inside its announcement. */
  admits(bytes: Bytes): boolean {
    return this.windowBytes >= this.packetBytes && this.usedBytes + bytes <= this.windowBytes;
  }

  onSubmitted(bytes: Bytes): void {
    this.usedBytes += bytes;
  }

  /** It is over, nearly always because it has arrived. */
  onEnded(bytes: Bytes): void {
    const { windowBytes } = this;
    if (windowBytes < this.firstBytes || windowBytes < this.thresholdBytes) this.grow(bytes);
    else this.grow((this.packetBytes * bytes) / windowBytes);
    this.usedBytes -= bytes;
  }

  /** An announcement has arrived. */
  onAnnounced(): void {
    if (this.windowBytes < this.packetBytes) this.windowBytes += this.packetBytes / REVIVAL_SHARE;
  }

  /** A packet with messages inside got lost. */
  onLost(now: Nanos, rttNs: Nanos): void {
    if (now < this.guardUntil) return;
    this.guardUntil = now + rttNs;
    this.windowBytes /= 2;
    this.thresholdBytes = this.windowBytes;
  }

  /** Who does not use it learns nothing of the network. */
  private grow(bytes: Bytes): void {
    const { windowBytes, usedBytes, firstBytes } = this;
    if (windowBytes >= firstBytes && usedBytes * 2 < windowBytes) return;
    this.windowBytes = Math.min(windowBytes + bytes, WINDOW_BYTES_MAX);
  }
}
