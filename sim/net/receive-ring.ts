import type { DropReason } from './drop-reason.ts';

/** What has arrived at a NIC whose host does not take it. */
export class ReceiveRing {
  /** Indices of packets, oldest first. */
  readonly waiting: number[];
  /** Why what does not fit is dropped. */
  readonly dropReason: DropReason;
  readonly #packetsMax: number;

  constructor(packetsMax: number, dropReason: DropReason, waiting: readonly number[]) {
    this.#packetsMax = packetsMax;
    this.dropReason = dropReason;
    this.waiting = [...waiting];
  }

  /** False: there is no room. */
  take(packet: number): boolean {
    if (this.waiting.length >= this.#packetsMax) return false;
    this.waiting.push(packet);
    return true;
  }
}
