/** Packet numbers remembered below the largest. MUST REPLAY-1: at least 1024. */
const WINDOW = 2048;

/**
 * Which packet numbers of one (credential, epoch, worker) have been seen. A bitmap over the last WINDOW numbers; anything
 * older counts as seen. `check` before authentication, `add` after it. REQ RDP-7, RDP-8, RDP-9, RDP-10, SEC-2 ·
 * MUST REPLAY-2
 */
export class ReplayWindow {
  /** 32 numbers each, as far as any was seen: most peers never send so many packets as there is room for. */
  private readonly bits: number[] = [];
  /** Largest number seen, -1 if none. */
  largest = -1;
  /** Numbers up to here are refused whatever the bitmap says: seen by an earlier self, perhaps. MUST FRESH-4 */
  private floor = -1;

  /** True if `packetNumber` was neither seen nor is too old to tell. */
  isFresh(packetNumber: number): boolean {
    if (packetNumber <= this.floor) return false;
    if (packetNumber > this.largest) return true;
    if (packetNumber <= this.largest - WINDOW) return false;
    const index = packetNumber % WINDOW;
    return (this.word(index >>> 5) & (1 << (index & 31))) === 0;
  }

  add(packetNumber: number): void {
    if (packetNumber > this.largest) {
      const steps = Math.min(packetNumber - this.largest, WINDOW);
      for (let i = packetNumber - steps + 1; i <= packetNumber; i += 1) this.clear(i % WINDOW);
      this.largest = packetNumber;
    }
    const index = packetNumber % WINDOW;
    while (this.bits.length <= index >>> 5) this.bits.push(0);
    this.bits[index >>> 5] = this.word(index >>> 5) | (1 << (index & 31));
  }

  /** Refuses everything up to `packetNumber` from now on. */
  raiseFloor(packetNumber: number): void {
    if (packetNumber > this.floor) this.floor = packetNumber;
  }

  private clear(index: number): void {
    if (index >>> 5 < this.bits.length)
      this.bits[index >>> 5] = this.word(index >>> 5) & ~(1 << (index & 31));
  }

  private word(at: number): number {
    return at < this.bits.length ? (this.bits[at] as number) : 0;
  }
}
