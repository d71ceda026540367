import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { Ack } from '../wire/index.ts';

/** Ranges kept for acknowledgement; older ones are forgotten, their packets are then declared lost by the sender. */
const RANGES_MAX = 32;

/**
 * Control packets received and not yet known to be acknowledged, as descending ranges. Only packets that elicit an
 * acknowledgement arm the deadline, so two endpoints never acknowledge each other's acknowledgements.
 * REQ RDP-4 · MUST ACK-1, ACK-2
 */
export class AckTracker {
  /** Descending: largest0, smallest0, largest1, … */
  private readonly edges: number[] = [];
  private largestAtNs: Nanos = 0;
  /** When the pending acknowledgement must leave; NEVER if none is pending. */
  deadline: Nanos = NEVER;

  /** To be acknowledged in the next packet, whenever that is. MUST ACK-6 */
  owed = false;

  get pending(): boolean {
    return this.deadline !== NEVER;
  }

  onPacket(now: Nanos, packetNumber: number, eliciting: boolean, delayMaxNs: Nanos): void {
    this.insert(packetNumber);
    if (packetNumber === this.edges[0]) this.largestAtNs = now;
    if (eliciting && this.deadline === NEVER) this.deadline = now + delayMaxNs;
  }

  /** Fills `frame` and clears the deadline. */
  fill(now: Nanos, frame: Ack): void {
    const edges = this.edges;
    frame.largest = edges[0] as number;
    frame.delayNs = now - this.largestAtNs;
    frame.firstRange = (edges[0] as number) - (edges[1] as number);
    let count = 0;
    for (let i = 2; i < edges.length; i += 2) {
      frame.ranges[count * 2] = (edges[i - 1] as number) - (edges[i] as number) - 1;
      frame.ranges[count * 2 + 1] = (edges[i] as number) - (edges[i + 1] as number);
      count += 1;
    }
    frame.rangesCount = count;
    this.deadline = NEVER;
    this.owed = false;
  }

  reset(): void {
    this.edges.length = 0;
    this.deadline = NEVER;
    this.owed = false;
  }

  private insert(packetNumber: number): void {
    const edges = this.edges;
    if (edges.length > 0 && packetNumber === (edges[0] as number) + 1) {
      edges[0] = packetNumber;
      return;
    }
    let at = 0;
    while (at < edges.length && (edges[at + 1] as number) > packetNumber + 1) at += 2;
    if (at === edges.length || (edges[at] as number) < packetNumber - 1) {
      edges.splice(at, 0, packetNumber, packetNumber);
      if (edges.length > RANGES_MAX * 2) edges.length = RANGES_MAX * 2;
      return;
    }
    // Touches the range at `at`, perhaps also the next one below.
    if (packetNumber > (edges[at] as number)) edges[at] = packetNumber;
    if (packetNumber < (edges[at + 1] as number)) edges[at + 1] = packetNumber;
    if (at + 2 < edges.length && (edges[at + 2] as number) + 1 >= (edges[at + 1] as number)) {
      edges[at + 1] = edges[at + 3] as number;
      edges.splice(at + 2, 2);
    }
  }
}
